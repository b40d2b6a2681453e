import type { SigningDomain } from '#protocol/typed-data.ts'
import { verifiedDigest } from '#protocol/viem.ts'
import { eventPlace } from './evidence.ts'
import type { Party } from './party.ts'
import { ProofFailed } from './proof-failed.ts'
import type { ReadingsBehind } from './readings-behind.ts'
import type { ReceiptStep } from './receipt.ts'
import type { Logged } from './trade-story.ts'

/**
 * The readings behind a statement: each signed by the enrolled device, each with the hash of the one before it, the
 * last one being the statement's chain head. Throws ProofFailed.
 */
export function readingStep(
  { readings, before }: ReadingsBehind,
  statement: Logged<'StatementAccepted'>,
  options: { readonly party: Party; readonly domain: SigningDomain },
): ReceiptStep {
  const { party, domain } = options
  const step = `${party.role}: reading`
  const { firstSequence, lastSequence, chainHead } = statement.event.statement.body
  let previous = before
  for (const logged of readings) {
    const { reading, hash } = logged.event
    const fail = (field: string, expected: string, got: string) =>
      new ProofFailed({ step, place: eventPlace(logged, field), expected, got })
    if (reading.signer !== party.deviceSigner) throw fail('reading.signer', party.deviceSigner, reading.signer)
    const digest = verifiedDigest({ domain, envelope: reading })
    if (digest === null) throw fail('reading.signature', `${reading.signer}'s over this reading`, reading.signature)
    if (hash !== digest) throw fail('hash', digest, hash)
    const follows = previous?.event.reading.body.sequence === reading.body.sequence - 1
    if (follows && previous !== null && reading.body.previousHash !== previous.event.hash) {
      throw fail('reading.body.previousHash', previous.event.hash, reading.body.previousHash)
    }
    previous = logged
  }
  const [first, last] = [readings[0], readings.at(-1)]
  const ends = [
    ['firstSequence', firstSequence, first?.event.reading.body.sequence],
    ['lastSequence', lastSequence, last?.event.reading.body.sequence],
    ['chainHead', last?.event.hash, chainHead],
  ] as const
  for (const [field, expected, got] of ends) {
    if (expected === got) continue
    const place = eventPlace(statement, `statement.body.${field}`)
    throw new ProofFailed({ step, place, expected: String(expected ?? 'a reading'), got: String(got ?? 'none') })
  }
  const missing = lastSequence - firstSequence + 1 - readings.length
  const gaps =
    missing === 0 ? 'the hash chain unbroken' : `${missing} thinned out in an outage, the hash chain whole elsewhere`
  return {
    step: 'reading',
    party: party.role,
    state: 'proven',
    detail: `readings ${firstSequence} to ${lastSequence} of ${party.deviceId}, each signed by ${party.deviceSigner}; ${gaps} up to ${chainHead}`,
    place: first === undefined ? eventPlace(statement) : eventPlace(first),
  }
}
