import { Effect } from 'effect'

/** Who waits for a line looks again so often, wall ms. */
const LOOK_MS = 25

/** Runs pieces of work one after the other where they are on the same line, and side by side where they are not. */
export function oneAtATime(): <A, E>(address: string, work: Effect.Effect<A, E>) => Effect.Effect<A, E> {
  const underWay = new Set<string>()
  return (address, work) => {
    const line = address.replace(/[?&]unit=\d+/, '')
    return Effect.gen(function* () {
      while (underWay.has(line)) yield* Effect.sleep(LOOK_MS)
      return yield* Effect.acquireUseRelease(
        Effect.sync(() => underWay.add(line)),
        () => work,
        () => Effect.sync(() => underWay.delete(line)),
      )
    })
  }
}
