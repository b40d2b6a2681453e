import { Cause, Effect, type Scope } from 'effect'

/** Parts of a process that nobody waits for. One that breaks inside ends alone: that is logged, and said from then on. */
export class LastingParts {
  readonly #broken: string[] = []

  /** What has broken so far, a sentence each. */
  get troubles(): readonly string[] {
    return this.#broken
  }

  /** Runs a part until the scope closes; `name` begins a sentence. */
  run(name: string, part: Effect.Effect<unknown>): Effect.Effect<unknown, never, Scope.Scope> {
    return Effect.forkScoped(
      Effect.catchDefect(part, (defect) => {
        this.#broken.push(`${name} has stopped: something broke inside`)
        return Effect.logError(`${name} has stopped`, Cause.die(defect))
      }),
    )
  }
}

/** Takes a step again and again, each so long after the last one began. */
export function every(intervalMs: number, step: () => void): Effect.Effect<never> {
  const turn = Effect.suspend(() => {
    const begunMs = performance.now()
    step()
    return Effect.sleep(Math.max(0, intervalMs - (performance.now() - begunMs)))
  })
  return Effect.forever(turn)
}
