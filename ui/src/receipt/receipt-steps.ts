import type { ReceiptParty, TradeReceipt } from '#protocol/trade-receipt.ts'
import { reasonsOf, trustOf } from '#protocol/trust.ts'
import { centsPerKilowattHour, count, exactKilowattHours, percent } from '../format.ts'
import { words } from '../words.ts'

/** One link of a trade's chain as the page shows it. `fact` is the hash or place by which it can be found again. */
export interface ShownStep {
  readonly name: string
  readonly state: 'recorded' | 'estimated' | 'open'
  readonly text: string
  readonly fact: string | null
}

const { step } = words.receipt

/** From the meters of both homes to the transaction, in the order in which things happen. */
export function receiptSteps(receipt: TradeReceipt): readonly ShownStep[] {
  const { trade, seller, buyer, batch } = receipt
  const open = (name: string): ShownStep => ({ name, state: 'open', text: words.receipt.open, fact: null })
  return [
    ...[seller, buyer].flatMap((party) => meteringSteps(party)),
    ...[seller, buyer].map((party) => orderStep(party, party === seller ? trade.sellOrderId : trade.buyOrderId)),
    {
      name: step.match,
      state: 'recorded',
      text: words.receipt.matched(exactKilowattHours(trade.energyWh), centsPerKilowattHour(trade.priceEurPerMWh)),
      fact: trade.id,
    },
    batch === null
      ? open(step.batch)
      : {
          name: step.batch,
          state: 'recorded',
          text: words.receipt.batched(count(batch.batch.number), count(batch.batch.totals.trades)),
          fact: batch.batch.tradesRoot,
        },
    batch?.final
      ? {
          name: step.transaction,
          state: 'recorded',
          text: words.receipt.final(count(batch.final.block)),
          fact: batch.final.transaction,
        }
      : open(step.transaction),
  ]
}

function meteringSteps({ home, reading, statement, session, enrolment }: ReceiptParty): readonly ShownStep[] {
  const read = step.reading(home)
  const stated = step.statement(home)
  if (statement === null) {
    return [read, stated].map((name) => ({ name, state: 'open', text: words.receipt.open, fact: null }))
  }
  const { importWh, exportWh, estimated, chainHead, quality } = statement.body
  const figures = words.receipt.stated(exactKilowattHours(importWh), exactKilowattHours(exportWh))
  const reasons = reasonsOf(quality).map((reason) => words.reason[reason])
  const text = quality === 0 ? figures : `${figures}; ${words.receipt.trust(percent(trustOf(quality)), reasons)}`
  if (estimated) {
    return [
      { name: read, state: 'estimated', text: words.receipt.noReading, fact: null },
      { name: stated, state: 'estimated', text, fact: statement.signer },
    ]
  }
  const body = reading?.reading.body
  return [
    {
      name: read,
      state: 'recorded',
      text:
        body === undefined
          ? words.receipt.readUpTo(count(statement.body.lastSequence))
          : words.receipt.read(
              count(body.sequence),
              exactKilowattHours(body.importWh),
              exactKilowattHours(body.exportWh),
              words.receipt.signedBy[signerOf({ reading, session, enrolment })],
            ),
      fact: body?.registersHash ?? chainHead,
    },
    { name: stated, state: 'recorded', text, fact: chainHead },
  ]
}

/** Whose key the reading's signer is, by what the server shows: the meter's own, or one that the meter's key lets sign. */
function signerOf({ reading, session, enrolment }: Pick<ReceiptParty, 'reading' | 'session' | 'enrolment'>) {
  const { signer, body } = reading?.reading ?? {}
  const meter = enrolment?.body
  if (meter !== undefined && signer === meter.deviceSigner) return 'meter'
  const { deviceId, streamKey, fromMs = 0, untilMs = 0 } = session?.body ?? {}
  const isLet = session?.signer === meter?.deviceSigner && streamKey === signer && deviceId === body?.deviceId
  const isInTime = body !== undefined && fromMs <= body.timeMs && body.timeMs < untilMs
  return meter !== undefined && isLet && isInTime ? 'stream' : 'unknown'
}

function orderStep({ home, order }: ReceiptParty, orderId: string): ShownStep {
  if (order === null)
    return { name: step.order(home), state: 'recorded', text: words.receipt.orderNotKept, fact: orderId }
  const { side, energyWh, priceEurPerMWh, type } = order.body
  const limit = type === 'market' ? null : centsPerKilowattHour(priceEurPerMWh)
  const text = words.receipt.ordered(side, exactKilowattHours(energyWh), limit)
  return { name: step.order(home), state: 'recorded', text, fact: orderId }
}
