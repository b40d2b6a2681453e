import { stderr, stdout } from 'node:process'
import { Effect } from 'effect'
import type { DeviceReport } from '#meter-agent/index.ts'
import { reportInWords } from './report-in-words.ts'

/**
 * Reads a device every so many ms until it is interrupted, and shows what it measures: in place on a terminal, one
 * line a sample as JSON, one block a sample elsewhere. Fails as the first read does; later a device that does not
 * answer is said to be so, and read again. Ends when nobody reads what it prints any more.
 */
export const watchDevice = <E extends { readonly message: string }>(
  read: Effect.Effect<DeviceReport, E>,
  options: { readonly everyMs: number; readonly json: boolean },
): Effect.Effect<void, E> =>
  Effect.gen(function* () {
    const { everyMs, json } = options
    const view = json ? jsonLines : stdout.isTTY ? terminalView() : blocks
    view.sample(yield* read)
    const again = Effect.match(read, { onSuccess: view.sample, onFailure: ({ message }) => view.trouble(message) })
    const turn = Effect.suspend(() => Effect.sleep(everyMs - (Date.now() % everyMs)))
    yield* Effect.raceFirst(Effect.forever(Effect.andThen(turn, again)), unread)
  })

/** How samples, and what keeps them away, are shown. */
interface View {
  readonly sample: (report: DeviceReport) => void
  readonly trouble: (message: string) => void
}

const now = () => new Date().toISOString()
const complain = (message: string) => void stderr.write(`commonwatt: ${message}; it is read again\n`)

const jsonLines: View = {
  sample: (report) => void stdout.write(`${JSON.stringify({ time: now(), ...report })}\n`),
  trouble: complain,
}

const blocks: View = {
  sample: (report) => void stdout.write(`${now()}\n${reportInWords(report).join('\n')}\n\n`),
  trouble: complain,
}

/** Draws each sample over the one before; what the last one was stays on the screen while the device is silent. */
function terminalView(): View {
  let drawn = 0
  let last: DeviceReport | null = null
  const draw = (state: string): void => {
    const lines = [...(last === null ? [] : reportInWords(last)), '', `${state}; Ctrl-C ends`]
    const { rows, columns } = stdout // both 0 where the terminal does not know
    const fitting = lines.slice(0, (rows || 24) - 1).map((line) => line.slice(0, (columns || 80) - 1))
    stdout.write(`${drawn === 0 ? '' : `\x1b[${drawn}A\r\x1b[J`}${fitting.join('\n')}\n`)
    drawn = fitting.length
  }
  return {
    sample: (report) => {
      last = report
      draw(`read at ${new Date().toLocaleTimeString('en-GB')}`)
    },
    trouble: (message) => draw(`${new Date().toLocaleTimeString('en-GB')}: ${message}`),
  }
}

/** Who reads us may have seen enough (`| head`): that is an end, not a failure. */
const unread: Effect.Effect<void> = Effect.callback((resume) => {
  const end = (error: NodeJS.ErrnoException) => resume(error.code === 'EPIPE' ? Effect.void : Effect.die(error))
  stdout.on('error', end)
  return Effect.sync(() => stdout.off('error', end))
})
