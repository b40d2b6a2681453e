import { type ChildProcess, fork } from 'node:child_process'
import { Effect, type Scope } from 'effect'

/** What a process tells the one that started it. */
type Said<A> = { readonly tells: A } | { readonly failure: string }

/**
 * Starts a program of ours in a process of its own, tells it what to do and gives what it answers. It runs until the
 * scope closes, and no longer than this process. `nodeOptions` are added to those of this one.
 */
export const inOwnProcess = <A>(
  program: URL,
  told: object,
  nodeOptions: readonly string[] = [],
): Effect.Effect<A, Error, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() =>
      fork(program, { execArgv: [...process.execArgv, ...nodeOptions], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
    ),
    stopped,
  ).pipe(Effect.flatMap((child) => answerOf<A>(child, told)))

const answerOf = <A>(child: ChildProcess, told: object): Effect.Effect<A, Error> =>
  Effect.callback((resume) => {
    const fail = (reason: string) => resume(Effect.fail(new Error(reason)))
    child.once('message', (said: Said<A>) =>
      'tells' in said ? resume(Effect.succeed(said.tells)) : fail(said.failure),
    )
    child.once('error', ({ message }) => fail(message))
    child.once('exit', (code, signal) => fail(`a process of the bench ended (${signal ?? `exit ${code}`})`))
    child.send(told)
  })

const stopped = (child: ChildProcess): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (child.exitCode !== null || child.signalCode !== null || !child.connected) return resume(Effect.void)
    child.once('exit', () => resume(Effect.void))
    child.disconnect()
  })

/** The other side: runs what it is told, once, answers, and ends with the process that started it. */
export function whenTold<Told, A>(
  work: (told: Told, answer: (tells: A) => void) => Effect.Effect<unknown, unknown>,
): void {
  const say = (said: Said<A>) => process.send?.(said)
  process.once('message', (told: Told) => {
    Effect.runCallback(
      work(told, (tells) => say({ tells })),
      {
        onExit: (exit) => {
          if (exit._tag === 'Failure') say({ failure: String(exit.cause) })
        },
      },
    )
  })
  process.once('disconnect', () => process.exit())
}
