import { Deferred, Effect, Queue, type Scope } from 'effect'
import type { ChainFailure, DeviceRegistry } from '#contracts/index.ts'
import type { DeviceRegistryPort } from '#matching-engine/index.ts'
import type { SignedDeviceJoin } from '#protocol/device-join.ts'

/** How long who asks is kept waiting for the chain, wall ms: a home waits some five seconds for an answer. */
const PATIENCE_MS = 3_000
/** Devices whose bonds are paid for together. */
const LOT_MOST = 32

interface Waiting {
  readonly signed: SignedDeviceJoin
  readonly done: Deferred.Deferred<number | null, ChainFailure>
}

/**
 * Registers devices on chain, in the order in which they ask and each once, and pays their bonds, until the scope
 * closes. What a device is refused for does not hold up the others.
 */
export const makeDeviceRegistrar = (options: {
  readonly registry: DeviceRegistry
  /** pays */
  readonly operatorKey: `0x${string}`
}): Effect.Effect<NonNullable<DeviceRegistryPort['registerDevice']>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { registry, operatorKey } = options
    const queue = yield* Queue.unbounded<Waiting>()
    const underWay = new Map<string, Waiting>()

    const registered = ({ signed: { join }, done }: Waiting) =>
      Effect.andThen(Effect.exit(registry.deviceOf(join)), (exit) => Deferred.done(done, exit))
    const registerAlone = (one: Waiting): Effect.Effect<void> =>
      registry.join(operatorKey, [one.signed]).pipe(
        Effect.andThen(registered(one)),
        Effect.catch((failure) => Deferred.fail(one.done, failure)),
        Effect.asVoid,
      )
    const register = (lot: readonly Waiting[]): Effect.Effect<void> =>
      registry
        .join(
          operatorKey,
          lot.map(({ signed }) => signed),
        )
        .pipe(
          Effect.andThen(Effect.forEach(lot, registered, { discard: true })),
          // One of them was refused: which, they find out each for itself.
          Effect.catch(() => Effect.forEach(lot, registerAlone, { discard: true })),
          Effect.ensuring(Effect.sync(() => lot.forEach(({ signed }) => void underWay.delete(placeOf(signed))))),
        )
    yield* Queue.takeBetween(queue, 1, LOT_MOST).pipe(Effect.flatMap(register), Effect.forever, Effect.forkScoped)

    const enqueue = (signed: SignedDeviceJoin): Waiting => {
      const known = underWay.get(placeOf(signed))
      if (known !== undefined) return known
      const waiting: Waiting = { signed, done: Deferred.makeUnsafe() }
      underWay.set(placeOf(signed), waiting)
      Queue.offerUnsafe(queue, waiting)
      return waiting
    }
    return (signed) =>
      Effect.gen(function* () {
        const there = yield* registry.deviceOf(signed.join)
        if (there !== null) return there
        const { done } = enqueue(signed)
        return yield* Deferred.await(done).pipe(
          Effect.timeoutOrElse({ duration: PATIENCE_MS, orElse: () => Effect.succeed(null) }),
        )
      })
  })

/** Where a device stands in the registry, whatever else its request says. */
const placeOf = ({ join: { owner, name } }: SignedDeviceJoin): string => `${owner} ${name}`
