import type { ReceiptParty, TradeReceipt } from '#protocol/trade-receipt.ts'
import { reasonsOf, trustOf } from '#protocol/trust.ts'
import { centsPerKilowattHour, count, exactKilowattHours, percent } from '../format.ts'
import { laterWords } from '../words/later-words.ts'

type Side = 'seller' | 'buyer'
export type StepKey = `${Side}-${'reading' | 'statement' | 'order'}` | 'match' | 'batch' | 'transaction'

/** A hash or a place by which something can be found again. */
export interface Fact {
  readonly name: string
  readonly value: string
}

/** One link of a trade's chain as the page shows it. */
export interface ShownStep {
  readonly key: StepKey
  readonly name: string
  readonly state: 'recorded' | 'estimated' | 'open'
  readonly text: string
  readonly facts: readonly Fact[]
  /** the steps that this one is made of */
  readonly restsOn: readonly StepKey[]
  /** what the server shows of it, whole; null where there is nothing */
  readonly record: unknown
}

/** What the two homes are called. */
export type PartyNames = Readonly<Record<Side, string>>

/** From the meters of both homes to the transaction, in the order in which things happen. */
export function receiptSteps(
  receipt: TradeReceipt,
  names: PartyNames = { seller: receipt.seller.home, buyer: receipt.buyer.home },
): readonly ShownStep[] {
  const { trade, batch } = receipt
  const { step, fact } = laterWords.receipt
  const matched = laterWords.receipt.matched(
    exactKilowattHours(trade.energyWh),
    centsPerKilowattHour(trade.priceEurPerMWh),
  )
  const sides = ['seller', 'buyer'] as const
  return [
    ...sides.flatMap((side) => meteringSteps(side, receipt[side], names[side])),
    ...sides.map((side) =>
      orderStep(side, receipt[side], {
        home: names[side],
        orderId: side === 'seller' ? trade.sellOrderId : trade.buyOrderId,
      }),
    ),
    {
      key: 'match',
      name: step.match,
      state: 'recorded',
      text: matched,
      facts: [{ name: fact.trade, value: trade.id }],
      restsOn: ['seller-order', 'buyer-order'],
      record: trade,
    },
    batch === null
      ? openStep('batch', step.batch)
      : {
          key: 'batch',
          name: step.batch,
          state: 'recorded',
          text: laterWords.receipt.batched(count(batch.batch.number), count(batch.batch.totals.trades)),
          facts: [{ name: fact.root, value: batch.batch.tradesRoot }],
          restsOn: ['match', 'seller-statement', 'buyer-statement'],
          record: batch.batch,
        },
    transactionStep(batch),
  ]
}

const openStep = (key: StepKey, name: string): ShownStep => ({
  ...{ key, name, state: 'open', text: laterWords.receipt.open },
  ...{ facts: [], restsOn: [], record: null },
})

function transactionStep(batch: TradeReceipt['batch']): ShownStep {
  const { step, fact } = laterWords.receipt
  if (batch === null) return openStep('transaction', step.transaction)
  const { proposed, final } = batch
  const place = final ?? proposed
  const text =
    final === null ? laterWords.receipt.proposedIn(count(place.block)) : laterWords.receipt.final(count(place.block))
  return {
    key: 'transaction',
    name: step.transaction,
    state: final === null ? 'open' : 'recorded',
    text,
    facts: [
      ...(final === null ? [] : [{ name: fact.transaction, value: final.transaction }]),
      { name: fact.proposed, value: proposed.transaction },
    ],
    restsOn: ['batch'],
    record: { proposed, final },
  }
}

function meteringSteps(side: Side, party: ReceiptParty, home: string): readonly ShownStep[] {
  const { reading, statement, session, enrolment } = party
  const { step, fact } = laterWords.receipt
  const read = { key: `${side}-reading`, name: step.reading(home) } as const
  const stated = { key: `${side}-statement`, name: step.statement(home) } as const
  if (statement === null) return [openStep(read.key, read.name), openStep(stated.key, stated.name)]
  const { importWh, exportWh, estimated, chainHead, quality } = statement.body
  const figures = laterWords.receipt.stated(exactKilowattHours(importWh), exactKilowattHours(exportWh))
  const reasons = reasonsOf(quality).map((reason) => laterWords.reason[reason])
  const text = quality === 0 ? figures : `${figures}; ${laterWords.receipt.trust(percent(trustOf(quality)), reasons)}`
  if (estimated) {
    const signer: Fact = { name: fact.operator, value: statement.signer }
    return [
      { ...read, state: 'estimated', text: laterWords.receipt.noReading, facts: [], restsOn: [], record: null },
      { ...stated, state: 'estimated', text, facts: [signer], restsOn: [], record: statement },
    ]
  }
  const body = reading?.reading.body
  const hash: Fact = body?.registersHash
    ? { name: fact.registers, value: body.registersHash }
    : { name: fact.chain, value: chainHead }
  return [
    {
      ...read,
      state: 'recorded',
      text:
        body === undefined
          ? laterWords.receipt.readUpTo(count(statement.body.lastSequence))
          : laterWords.receipt.read(
              count(body.sequence),
              exactKilowattHours(body.importWh),
              exactKilowattHours(body.exportWh),
              laterWords.receipt.signedBy[signerOf({ reading, session, enrolment })],
            ),
      facts: [hash],
      restsOn: [],
      record: reading === null ? null : { ...reading, session, enrolment },
    },
    {
      ...stated,
      state: 'recorded',
      text,
      facts: [{ name: fact.chain, value: chainHead }],
      restsOn: [read.key],
      record: statement,
    },
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

function orderStep(
  side: Side,
  { order }: ReceiptParty,
  { home, orderId }: { readonly home: string; readonly orderId: string },
): ShownStep {
  const step = {
    key: `${side}-order`,
    name: laterWords.receipt.step.order(home),
    state: 'recorded',
    facts: [{ name: laterWords.receipt.fact.order, value: orderId }],
    restsOn: [],
    record: order,
  } as const
  if (order === null) return { ...step, text: laterWords.receipt.orderNotKept }
  const { side: wants, energyWh, priceEurPerMWh, type } = order.body
  const limit = type === 'market' ? null : centsPerKilowattHour(priceEurPerMWh)
  return { ...step, text: laterWords.receipt.ordered(wants, exactKilowattHours(energyWh), limit) }
}
