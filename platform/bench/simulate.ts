import { Console, Effect } from 'effect'
import { openSimulation } from '#sim/index.ts'
import { BadInput } from '../bad-input.ts'
import { progressLine } from '../progress-line.ts'
import { runOpened } from '../simulation/run-simulation.ts'

/** A thousand homes through a day. */
const LINE = { homes: 1_000, days: 1, secondsMax: 30, rssMiBMax: 500 }

/** Simulates a generated street, no files written, and prints how long it took. */
export const runSimulateBench = Effect.fnUntraced(function* (given: {
  readonly homes: number
  readonly days: number
  readonly json: boolean
}) {
  const { homes, days, json } = given
  const open = yield* openSimulation({ homes, days }).pipe(
    Effect.mapError(({ message }) => new BadInput({ detail: message })),
  )
  const { slots, wallSeconds } = yield* runOpened(open, { progress: progressLine() })
  const peakRssMiB = Math.ceil(process.resourceUsage().maxRSS / 1_024)
  const homeSlotsPerSecond = Math.round((homes * slots) / wallSeconds)
  if (json) return yield* Console.log(JSON.stringify({ homes, slots, wallSeconds, homeSlotsPerSecond, peakRssMiB }))
  const isLine = homes === LINE.homes && days === LINE.days
  const verdict = wallSeconds <= LINE.secondsMax && peakRssMiB <= LINE.rssMiBMax ? 'met' : 'MISSED'
  yield* Console.log(
    `${homes.toLocaleString('en')} homes through ${slots.toLocaleString('en')} slots in ${wallSeconds.toFixed(1)} s: ` +
      `${homeSlotsPerSecond.toLocaleString('en')} home slots a second, ${peakRssMiB} MiB at most` +
      (isLine ? ` (at most ${LINE.secondsMax} s and ${LINE.rssMiBMax} MiB: ${verdict})` : ''),
  )
})
