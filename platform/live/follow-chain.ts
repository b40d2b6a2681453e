import { Effect } from 'effect'
import type { ChainFailure, Confirmed } from '#contracts/index.ts'

/** How often the chain is looked at for blocks that it has taken back, wall ms. */
const FOLLOW_EVERY_MS = 2_000

/**
 * Looks at the chain for ever, and sends again (`resume`) what got lost on its way there. Fails with `REORGANISED` once the
 * chain has taken back what was told. That a node does not answer for a while, whoever needs it says.
 */
export const followChain = (options: {
  readonly confirmed: Confirmed
  readonly resume: Effect.Effect<void, ChainFailure>
  readonly everyMs?: number
}): Effect.Effect<never, ChainFailure> => {
  const { confirmed, resume, everyMs = FOLLOW_EVERY_MS } = options
  // Apart from each other: what waits for a block may wait for long.
  const watching = confirmed.block.pipe(
    Effect.catch((failure) => (failure.code === 'REORGANISED' ? Effect.fail(failure) : Effect.void)),
    Effect.andThen(Effect.sleep(everyMs)),
    Effect.forever,
  )
  const sending = Effect.ignore(resume).pipe(Effect.andThen(Effect.sleep(everyMs)), Effect.forever)
  return Effect.raceFirst(watching, sending)
}
