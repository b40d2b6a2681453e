import type { ReceiptParty, TradeReceipt } from '#protocol/trade-receipt.ts'
import { centsPerKilowattHour, count, exactKilowattHours } from '../format.ts'
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

function meteringSteps({ home, reading, statement }: ReceiptParty): readonly ShownStep[] {
  const read = step.reading(home)
  const stated = step.statement(home)
  if (statement === null) {
    return [read, stated].map((name) => ({ name, state: 'open', text: words.receipt.open, fact: null }))
  }
  const { importWh, exportWh, estimated, chainHead } = statement.body
  const text = words.receipt.stated(exactKilowattHours(importWh), exactKilowattHours(exportWh))
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
            ),
      fact: body?.registersHash ?? chainHead,
    },
    { name: stated, state: 'recorded', text, fact: chainHead },
  ]
}

function orderStep({ home, order }: ReceiptParty, orderId: string): ShownStep {
  if (order === null)
    return { name: step.order(home), state: 'recorded', text: words.receipt.orderNotKept, fact: orderId }
  const { side, energyWh, priceEurPerMWh, type } = order.body
  const limit = type === 'market' ? null : centsPerKilowattHour(priceEurPerMWh)
  const text = words.receipt.ordered(side, exactKilowattHours(energyWh), limit)
  return { name: step.order(home), state: 'recorded', text, fact: orderId }
}
