import { Console, Effect } from 'effect'
import { openSimulation, type SimulationRequest } from '#sim/index.ts'
import { BadInput } from '../bad-input.ts'
import { progressLine } from '../progress-line.ts'
import { runOpened } from '../simulation/run-simulation.ts'

/** A thousand homes through a day, without wires and on feeders. */
const LINE = { homes: 1_000, days: 1, secondsMax: 30, onFeedersSecondsMax: 60, rssMiBMax: 500 }
/** What kind of feeders the second run has. */
const FEEDER = 'village'

/**
 * Simulates a generated street twice, without wires and on feeders, no files written, and prints how long each took;
 * the memory is that of the first.
 */
export const runSimulateBench = Effect.fnUntraced(function* (given: {
  readonly homes: number
  readonly days: number
  readonly json: boolean
}) {
  const { homes, days, json } = given
  const run = (changes?: SimulationRequest['changes']) =>
    openSimulation({ homes, days, changes }).pipe(
      Effect.mapError(({ message }) => new BadInput({ detail: message })),
      Effect.flatMap((open) => runOpened(open, { progress: progressLine() })),
    )
  const { slots, wallSeconds } = yield* run()
  const peakRssMiB = Math.ceil(process.resourceUsage().maxRSS / 1_024)
  const { grid, wallSeconds: onFeedersSeconds } = yield* run({ grid: { feeder: FEEDER } })
  const feeders = grid?.feeders ?? 0
  const homeSlotsPerSecond = Math.round((homes * slots) / wallSeconds)
  if (json) {
    const onFeeders = { feeders, wallSeconds: onFeedersSeconds }
    const report = { homes, slots, wallSeconds, homeSlotsPerSecond, peakRssMiB, onFeeders }
    return yield* Console.log(JSON.stringify(report))
  }
  const isLine = homes === LINE.homes && days === LINE.days
  const verdict = (isMet: boolean) => (isMet ? 'met' : 'MISSED')
  const bare = verdict(wallSeconds <= LINE.secondsMax && peakRssMiB <= LINE.rssMiBMax)
  yield* Console.log(
    `${homes.toLocaleString('en')} homes through ${slots.toLocaleString('en')} slots in ${wallSeconds.toFixed(1)} s: ` +
      `${homeSlotsPerSecond.toLocaleString('en')} home slots a second, ${peakRssMiB} MiB at most` +
      (isLine ? ` (at most ${LINE.secondsMax} s and ${LINE.rssMiBMax} MiB: ${bare})` : ''),
  )
  yield* Console.log(
    `on ${feeders.toLocaleString('en')} feeders, each solved in every slot, in ${onFeedersSeconds.toFixed(1)} s` +
      (isLine
        ? ` (at most ${LINE.onFeedersSecondsMax} s: ${verdict(onFeedersSeconds <= LINE.onFeedersSecondsMax)})`
        : ''),
  )
})
