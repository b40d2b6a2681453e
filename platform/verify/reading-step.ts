import { isEd25519 } from '#matching-engine/index.ts'
import { verifiedDigest } from '#protocol/signing.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import { eventPlace } from './evidence.ts'
import type { Party } from './party.ts'
import { ProofFailed } from './proof-failed.ts'
import { ReadingSigners } from './reading-signers.ts'
import type { ReadingsBehind } from './readings-behind.ts'
import type { ReceiptStep } from './receipt.ts'
import type { Logged, TradeStory } from './trade-story.ts'

/**
 * The readings behind a statement: each signed by the enrolled device or a key that it lets sign, each with the hash of the one before it, the
 * last one being the statement's chain head. Throws ProofFailed.
 */
export function readingStep(
  { readings, before }: ReadingsBehind,
  statement: Logged<'StatementAccepted'>,
  options: { readonly party: Party; readonly domain: SigningDomain; readonly sessions: TradeStory['sessions'] },
): ReceiptStep {
  const { party, domain } = options
  const step = `${party.role}: reading`
  const signers = new ReadingSigners({ ...options, step })
  const { firstSequence, lastSequence, chainHead } = statement.event.statement.body
  let previous = before
  for (const logged of readings) {
    const { reading, hash } = logged.event
    const fail = (field: string, expected: string, got: string) =>
      new ProofFailed({ step, place: eventPlace(logged, field), expected, got })
    signers.check(logged)
    const digest = verifiedDigest({ domain, envelope: reading, isEd25519 })
    if (digest === null) throw fail('reading.signature', `${reading.signer}'s over this reading`, reading.signature)
    if (hash !== digest) throw fail('hash', digest, hash)
    const follows = previous?.event.reading.body.sequence === reading.body.sequence - 1
    if (follows && previous !== null && reading.body.previousHash !== previous.event.hash) {
      throw fail('reading.body.previousHash', previous.event.hash, reading.body.previousHash)
    }
    previous = logged
  }
  const [first, last] = [readings[0], readings.at(-1)]
  const named = { step: 'reading', party: party.role, place: eventPlace(first ?? statement) } as const
  const span = `readings ${firstSequence} to ${lastSequence} of ${party.deviceId}, ${signers.words}`
  const missing = lastSequence - firstSequence + 1 - readings.length
  if (missing > 0) return { ...named, state: 'open', detail: `${span}: ${missing} of them were never published` }
  if (last !== undefined && last.event.hash !== chainHead) {
    const place = eventPlace(statement, 'statement.body.chainHead')
    throw new ProofFailed({ step, place, expected: last.event.hash, got: chainHead })
  }
  return { ...named, state: 'proven', detail: `${span}; the hash chain unbroken up to ${chainHead}` }
}
