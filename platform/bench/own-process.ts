import { type ChildProcess, fork } from 'node:child_process'
import { Effect, type Scope } from 'effect'

/** What a process tells the one that started it. */
type Said<A> = { readonly tells: A } | { readonly failure: string }

/** A program of ours in a process of its own: does what it is told and says what came of it, one thing after the other. */
export interface OwnProcess<Told extends object, A> {
  readonly tell: (told: Told) => Effect.Effect<A, Error>
}

/** Starts a program in a process of its own. It runs until the scope closes, and no longer than this process. */
export const ownProcess = <Told extends object, A>(
  program: URL,
  nodeOptions: readonly string[] = [],
): Effect.Effect<OwnProcess<Told, A>, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() =>
      fork(program, { execArgv: [...process.execArgv, ...nodeOptions], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
    ),
    stopped,
  ).pipe(Effect.map((child) => ({ tell: (told) => answerOf<A>(child, told) })))

/** Starts a program, tells it what to do and gives what it answers. `nodeOptions` are added to those of this process. */
export const inOwnProcess = <A>(
  program: URL,
  told: object,
  nodeOptions: readonly string[] = [],
): Effect.Effect<A, Error, Scope.Scope> =>
  Effect.flatMap(ownProcess<object, A>(program, nodeOptions), ({ tell }) => tell(told))

const answerOf = <A>(child: ChildProcess, told: object): Effect.Effect<A, Error> =>
  Effect.callback((resume) => {
    const onMessage = (said: Said<A>) => end('tells' in said ? Effect.succeed(said.tells) : failed(said.failure))
    const onError = ({ message }: Error) => end(failed(message))
    const onExit = (code: number | null, signal: NodeJS.Signals | null) =>
      end(failed(`a process of the bench ended (${signal ?? `exit ${code}`})`))
    const end = (result: Effect.Effect<A, Error>) => {
      child.off('message', onMessage).off('error', onError).off('exit', onExit)
      resume(result)
    }
    child.on('message', onMessage).on('error', onError).on('exit', onExit)
    child.send(told)
  })

const failed = (reason: string) => Effect.fail(new Error(reason))

const stopped = (child: ChildProcess): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (child.exitCode !== null || child.signalCode !== null || !child.connected) return resume(Effect.void)
    child.once('exit', () => resume(Effect.void))
    child.disconnect()
  })

/** The other side: does each thing it is told, answers, and ends with the process that started it. */
export function whenTold<Told, A>(
  work: (told: Told, answer: (tells: A) => void) => Effect.Effect<unknown, unknown>,
): void {
  const say = (said: Said<A>) => process.send?.(said)
  process.on('message', (told: Told) => {
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
