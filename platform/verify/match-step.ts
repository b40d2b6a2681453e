import type { Divergence } from '#matching-engine/index.ts'
import { eventPlace } from './evidence.ts'
import { firstDifference, shown } from './first-difference.ts'
import { ProofFailed } from './proof-failed.ts'
import type { ReceiptStep } from './receipt.ts'
import type { TradeStory } from './trade-story.ts'

/** The match: the book of the slot, run again from its commands, gives this trade at this place. Throws ProofFailed. */
export function matchStep(story: TradeStory): ReceiptStep {
  if (story.divergence !== null) throw divergenceFailure('match', story.divergence)
  const { trade } = story.trade.event
  return {
    step: 'match',
    state: 'proven',
    detail:
      `the book of slot ${trade.slot}, run again from its ${story.commands} commands, gives trade ${trade.id}: ` +
      `${trade.energyWh} Wh at ${trade.priceEurPerMWh} EUR/MWh, the ${trade.makerSide} order resting`,
    place: eventPlace(story.trade),
  }
}

/** Where the log is not what its commands make of it, as a failure of a step. */
export function divergenceFailure(step: string, { sequence, logged, expected, reason }: Divergence): ProofFailed {
  const at = { sequence, event: logged }
  if (expected === null) {
    const got = reason === undefined ? `a ${logged.type} that nothing made happen` : `one that is refused, ${reason}`
    return new ProofFailed({ step, place: eventPlace(at), expected: 'an event that the commands before it make', got })
  }
  if (expected.type !== logged.type) {
    return new ProofFailed({ step, place: eventPlace(at), expected: shown(expected), got: shown(logged) })
  }
  const difference = firstDifference(expected, logged) ?? { path: '', expected: shown(expected), got: shown(logged) }
  return new ProofFailed({
    step,
    place: eventPlace(at, difference.path),
    expected: difference.expected,
    got: difference.got,
  })
}
