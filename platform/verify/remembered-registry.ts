import { Effect } from 'effect'
import type { ChainFailure, DeviceRegistryReader } from '#contracts/index.ts'

/** A registry that is read as it was at one block: what it has answered of a device it is not asked again. */
export function rememberedRegistry(registry: DeviceRegistryReader): DeviceRegistryReader {
  const { standingAt, historyIn } = registry
  return {
    ...registry,
    standingAt: remembered(standingAt, ({ neighbourhood, name, owner }, slot) =>
      [neighbourhood, name, owner, slot].join(' '),
    ),
    historyIn: remembered(historyIn, (neighbourhood) => neighbourhood),
  }
}

function remembered<Args extends readonly unknown[], A>(
  ask: (...args: Args) => Effect.Effect<A, ChainFailure>,
  named: (...args: Args) => string,
): (...args: Args) => Effect.Effect<A, ChainFailure> {
  const answers = new Map<string, A>()
  return (...args) =>
    Effect.suspend(() => {
      const name = named(...args)
      const known = answers.get(name)
      if (known !== undefined) return Effect.succeed(known)
      return Effect.tap(ask(...args), (answer) => Effect.sync(() => answers.set(name, answer)))
    })
}
