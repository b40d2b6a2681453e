import { Effect } from 'effect'
import type { BadInput } from '../bad-input.ts'
import { batchStep } from './batch-step.ts'
import { type Evidence, eventPlace } from './evidence.ts'
import { matchStep } from './match-step.ts'
import { orderStep } from './order-steps.ts'
import { type Party, partyOf } from './party.ts'
import type { ProofFailed } from './proof-failed.ts'
import { proving } from './proving.ts'
import { readingStep } from './reading-step.ts'
import { type ReadingsBehind, readingsBehind } from './readings-behind.ts'
import type { Receipt, ReceiptStep } from './receipt.ts'
import { registersStep } from './registers-step.ts'
import { statementStep } from './statement-step.ts'
import { type TradeStory, tradeStory } from './trade-story.ts'
import { transactionStep } from './transaction-step.ts'

/**
 * Proves one trade from register to transaction, each step recomputed from the records. What does not hold is the
 * receipt's `failure`; the steps before it stand. Fails with BadInput on a trade that the log does not hold, and with
 * ProofFailed where the log cannot be read at all.
 */
export const verifyReceipt = (evidence: Evidence, id: string): Effect.Effect<Receipt, BadInput | ProofFailed> =>
  Effect.gen(function* () {
    const story = yield* tradeStory(evidence, id)
    const { trade } = story.trade.event
    const steps: ReceiptStep[] = []
    const proof = Effect.gen(function* () {
      const { domain } = story.opened.event
      const parties = yield* proving(records, () => [partyOf(story, 'seller', domain), partyOf(story, 'buyer', domain)])
      const behind = yield* readingsBehind(evidence, rangesOf(story, parties))
      for (const party of parties) {
        steps.push(...(yield* meteringSteps(evidence.folder, story, party, behind.get(party.deviceId) ?? null)))
      }
      for (const party of parties) steps.push(yield* proving(records, () => orderStep(story, party, domain)))
      steps.push(yield* proving(records, () => matchStep(story)))
      steps.push(yield* proving(records, () => batchStep(story, evidence.folder)))
      steps.push(yield* transactionStep(evidence.chain, story))
    })
    const failure = yield* Effect.match(proof, { onSuccess: () => null, onFailure: ({ facts }) => facts })
    const nameOf = (account: `0x${string}`) => story.enrolments.get(account)?.event.enrolment.body.home ?? account
    return {
      trade,
      neighbourhood: evidence.node.neighbourhood,
      seller: nameOf(trade.seller),
      buyer: nameOf(trade.buyer),
      holds: failure === null,
      final: failure === null && steps.at(-1)?.state === 'proven',
      steps,
      open: steps.filter(({ state }) => state === 'open').map(stepTitle),
      failure,
    }
  })

const records = { step: 'log', place: 'log.sqlite' }

/** A step's name with whose it is. */
export const stepTitle = ({ step, party }: ReceiptStep): string => (party === undefined ? step : `${party}: ${step}`)

/** The readings that each party's statement names. */
function rangesOf(story: TradeStory, parties: readonly Party[]) {
  const ranges = new Map<string, { readonly first: number; readonly last: number }>()
  for (const { account, deviceId } of parties) {
    const body = story.statements.get(account)?.event.statement.body
    if (body === undefined || body.estimated) continue
    ranges.set(deviceId, { first: body.firstSequence, last: body.lastSequence })
  }
  return ranges
}

/** From the registers of a party's meter to its statement. */
const meteringSteps = Effect.fnUntraced(function* (
  folder: string,
  story: TradeStory,
  party: Party,
  behind: ReadingsBehind | null,
): Effect.fn.Return<readonly ReceiptStep[], ProofFailed> {
  const { sessions } = story
  const { domain, operator, rules } = story.opened.event
  const statement = story.statements.get(party.account)
  if (statement === undefined) {
    const place = eventPlace(story.trade)
    const detail = `${party.home} has not stated slot ${story.trade.event.trade.slot} yet`
    return [{ step: 'statement', party: party.role, state: 'open', detail, place }]
  }
  const context = { party, domain, operator, slotMinutes: rules.slotMinutes }
  if (behind === null) return [yield* proving(records, () => statementStep(statement, behind, context))]
  // The readings first: registers are only held against what was signed.
  const reading = yield* proving(records, () => readingStep(behind, statement, { party, domain, sessions }))
  const registers = yield* registersStep(folder, behind, party)
  return [registers, reading, yield* proving(records, () => statementStep(statement, behind, context))]
})
