import { verifiedDigest } from '#protocol/signing.ts'
import { reasonsOf, trustOf } from '#protocol/trust.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import { eventPlace } from './evidence.ts'
import { firstDifference } from './first-difference.ts'
import type { Party } from './party.ts'
import { ProofFailed } from './proof-failed.ts'
import type { ReadingsBehind } from './readings-behind.ts'
import type { ReceiptStep } from './receipt.ts'
import { stateAgain } from './state-again.ts'
import type { Logged } from './trade-story.ts'

/** Who signs what, in which market. */
export interface StatementContext {
  readonly party: Party
  readonly domain: SigningDomain
  readonly operator: `0x${string}`
  readonly slotMinutes: number
}

/**
 * A statement: signed by the enrolled device, and what its readings give when the counters at the slot's two boundaries
 * are interpolated anew. An estimate is signed by the operator and states no export. Throws ProofFailed.
 */
export function statementStep(
  statement: Logged<'StatementAccepted'>,
  behind: ReadingsBehind | null,
  context: StatementContext,
): ReceiptStep {
  const { party, domain, operator } = context
  const { body, signer, signature } = statement.event.statement
  const fail = (field: string, expected: unknown, got: unknown) =>
    new ProofFailed({
      step: `${party.role}: statement`,
      place: eventPlace(statement, `statement.${field}`),
      expected: String(expected),
      got: String(got),
    })
  const wantedSigner = body.estimated ? operator : party.deviceSigner
  if (signer !== wantedSigner) throw fail('signer', wantedSigner, signer)
  if (verifiedDigest({ domain, envelope: statement.event.statement }) === null) {
    throw fail('signature', `${signer}'s over this statement`, signature)
  }
  const step = { step: 'statement', party: party.role, place: eventPlace(statement) } as const
  const figures = `import ${body.importWh} Wh, export ${body.exportWh} Wh${doubtOf(body.quality)}`
  if (body.estimated) {
    if (body.exportWh !== 0) throw fail('body.exportWh', 0, body.exportWh)
    return { ...step, state: 'estimated', detail: `${figures}: an estimate, signed by the operator ${operator}` }
  }
  const readings = behind?.readings ?? []
  if (readings.length < body.lastSequence - body.firstSequence + 1) {
    return {
      ...step,
      state: 'open',
      detail: `${figures}: stands by its signature, some of its readings were never published`,
    }
  }
  const recorded = readings.map(({ event }) => ({ reading: event.reading.body, hash: event.hash }))
  const stated = stateAgain(recorded, body, context.slotMinutes)
  const difference = firstDifference(stated ?? {}, body, 'body')
  if (difference !== null) throw fail(difference.path, difference.expected, difference.got)
  return {
    ...step,
    state: 'proven',
    detail: `${figures}, interpolated again at the slot's boundaries; signed by ${signer}`,
  }
}

/** What there is to doubt about a statement, and how far it can be trusted; nothing of a good one. */
const doubtOf = (quality: number): string =>
  quality === 0 ? '' : ` (trust ${trustOf(quality)}: ${reasonsOf(quality).join(', ') || 'unknown reasons'})`
