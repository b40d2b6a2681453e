// One by one: all of the package would load its clients of other services, too.
import * as NodeRuntime from '@effect/platform-node/NodeRuntime'
import * as NodeServices from '@effect/platform-node/NodeServices'
import { type Cause, Console, Effect, type Exit, Layer, References } from 'effect'
import { CliError, CliOutput, Command } from 'effect/cli'
import manifest from '../package.json' with { type: 'json' }
import { BadInput } from './bad-input.ts'
import { stackInSources } from './stack-in-sources.ts'

/** Whether a command goes on until it is stopped: what it was asked for is done then. */
const isEndless = ([command, part = '', ...flags]: readonly string[]): boolean =>
  command === 'start' ||
  command === 'sim-worker' ||
  (command === 'meter' && (['run', 'emulate', 'control'].includes(part) || flags.includes('--watch')))

/** Exit 0 done (what goes on until a signal is done with it), 1 failed while running or stopped before its end, 2 bad usage or bad input. */
function exitCode(exit: Exit.Exit<unknown, unknown>, given: readonly string[]): 0 | 1 | 2 {
  if (exit._tag === 'Success') return 0
  if (isStopped(exit)) return isEndless(given) ? 0 : 1
  const bad = exit.cause.reasons.some(
    (reason) => reason._tag === 'Fail' && (reason.error instanceof BadInput || CliError.isCliError(reason.error)),
  )
  return bad ? 2 : 1
}

const isStopped = (exit: Exit.Exit<unknown, unknown>) =>
  exit._tag === 'Failure' && exit.cause.reasons.every((reason) => reason._tag === 'Interrupt')

/** Usage errors go to stderr, without the help page, so that stdout stays the data's. */
const presenter = CliOutput.layerPresenter({
  present: (event) =>
    event._tag === 'InvalidInvocation'
      ? Console.error(
          `commonwatt: ${event.errors.map((error) => error.message).join('; ')}\nSee 'npx commonwatt --help' or 'npx commonwatt COMMAND --help'.`,
        )
      : CliOutput.defaultPresenter.present(event),
})

/** A failure in one or two lines; a defect with its stack, because it is ours to mend. */
const report = (cause: Cause.Cause<unknown>) => {
  const failures = cause.reasons.flatMap((reason) =>
    reason._tag === 'Fail' && !CliError.isCliError(reason.error) ? [reason.error] : [],
  )
  const defects = cause.reasons.flatMap((reason) => (reason._tag === 'Die' ? [reason.defect] : []))
  return Effect.forEach(
    [
      ...failures.map((error) => (error instanceof Error ? error.message : String(error))),
      ...defects.map(
        (defect) =>
          `internal error: ${defect instanceof Error ? stackInSources(defect.stack ?? defect.message) : String(defect)}`,
      ),
    ],
    (line) => Console.error(`commonwatt: ${line}`),
  )
}

/** Runs a command by the arguments of this process, to its end. */
export function runCommandLine<Name extends string, Input, Context, E>(
  command: Command.Command<Name, Input, Context, E, NodeServices.NodeServices>,
): void {
  // A terminal that is closed ends a command as Ctrl-C does: what it has to put back is put back.
  process.on('SIGHUP', () => process.kill(process.pid, 'SIGTERM'))
  // A log that cannot be written (a full disk, a pipe that nobody reads) is no reason to end.
  process.stderr.on('error', () => undefined)
  // What a command says on stdout is its result: one that is lost is a failure. Who reads no further (`| head`) has it.
  let lost: NodeJS.ErrnoException | null = null
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') lost ??= error
  })
  Command.run(command, { version: manifest.version }).pipe(
    Effect.tapCause(report),
    Effect.provide([NodeServices.layer, presenter, Layer.succeed(References.LogToStderr, true)]),
    (main) =>
      NodeRuntime.runMain(main, {
        disableErrorReporting: true,
        // A stream tells its error a moment after the write.
        teardown: (exit, done) =>
          setImmediate(() => {
            const code = exitCode(exit, process.argv.slice(2))
            if (code === 1 && isStopped(exit)) console.error('commonwatt: stopped before it was done')
            if (lost !== null) console.error(`commonwatt: stdout cannot be written: ${lost.message}`)
            done(code === 0 && lost !== null ? 1 : code)
          }),
      }),
  )
}
