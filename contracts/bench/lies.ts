import type { SignedOrder } from '#protocol/envelope.ts'
import { digestOf } from '#protocol/signing.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import type { BuiltBatch } from '../settlement/batch.ts'
import type { Bill } from '../settlement/bills.ts'
import type { Leg } from '../settlement/legs.ts'
import { orderMessageOf, shownSignature } from '../settlement/shown-messages.ts'
import { signatureHashOf } from '../settlement/signature-hash.ts'
import type { StatementLeaf } from '../settlement/statement-leaves.ts'
import { type Leaves, type LyingBatch, orderBehind, statementBehind } from './lying-batch.ts'

type Hex = `0x${string}`

/** A fault of a batch, and the one call that shows it. */
export interface Lie {
  readonly court: 'LegProofs' | 'OrderProofs' | 'StatementProofs' | 'BillProofs'
  readonly proof: string
  readonly leaves: Partial<Leaves>
  /** what the proof takes behind batch and header */
  readonly evidence: (batch: LyingBatch) => readonly unknown[]
}

/**
 * One lie for each proof of the courts, made of an honest batch; but for that of terms beyond bounds, which a
 * neighbourhood has to be opened with. `cancelled`: the account of the batch's first leg has cancelled all its orders
 * on chain, before it traded.
 */
export function liesOf(honest: BuiltBatch, domain: SigningDomain, p256Verifier: Hex): readonly Lie[] {
  return [
    ...legLies(honest),
    ...orderLies(honest, domain, p256Verifier),
    ...statementLies(honest, p256Verifier),
    ...billLies(honest),
  ]
}

function legLies({ legs }: BuiltBatch): readonly Lie[] {
  const [leg, next] = firstTwo(legs)
  const other = legs.findIndex((one) => isOtherSide(leg, one))
  const changed = (index: number, over: Partial<Leg>) => ({ legs: withChanged(legs, index, over) })
  const lie = (proof: string, leaves: Partial<Leaves>, evidence: Lie['evidence']): Lie => {
    return { court: 'LegProofs', proof, leaves, evidence }
  }
  return [
    lie('legsOutOfOrder', { legs: legs.with(0, next).with(1, leg) }, (batch) => [batch.shown('legs', 0, 2)]),
    lie('legMisplaced', changed(0, { tradedAtMs: 2 ** 48 }), (batch) => [batch.shown('legs', 0)]),
    lie('legSumsWrong', changed(1, { filledWh: next.filledWh + 1 }), (batch) => [batch.shown('legs', 0, 2)]),
    lie('counterLegMissing', { legs: legs.toSpliced(other, 1) }, (batch) => [
      batch.shown('legs', 0),
      batch.shown('legs', other - 1, Math.min(2, legs.length - other)),
    ]),
    lie('counterLegDiffers', changed(other, { priceEurPerMWh: leg.priceEurPerMWh + 1 }), (batch) => [
      batch.shown('legs', 0),
      batch.shown('legs', other),
    ]),
  ]
}

function orderLies(honest: BuiltBatch, domain: SigningDomain, p256Verifier: Hex): readonly Lie[] {
  const { legs } = honest
  const [leg] = firstTwo(legs)
  const signed = orderBehind(honest, leg)
  const idOf = ({ body }: SignedOrder) => digestOf({ domain, kind: 'order', body })
  const otherwise = (over: Partial<SignedOrder['body']>): SignedOrder => ({
    ...signed,
    body: { ...signed.body, ...over },
  })
  const [order, signature] = [orderMessageOf(signed), shownSignature(signed, p256Verifier)]
  const stranger = { signer: `0x${'7'.repeat(40)}`, signature: signed.signature } as const
  const late = otherwise({ timeInForce: 'GTD', expiresAtMs: 1 })
  const { nonce } = signed.body
  const amendment = otherwise({ replaces: nonce, nonce: nonce + 1_000_000, energyWh: 1 })
  const changed = (over: Partial<Leg>) => ({ legs: withChanged(legs, 0, over) })
  const amended = (first: Partial<Leg>) => ({
    legs: withChanged(withChanged(legs, 0, first), 1, { orderId: idOf(amendment), filledWh: 2 }),
  })
  const chain = (batch: LyingBatch) => [
    [batch.shown('legs', 0), batch.shown('legs', 1)],
    [order, orderMessageOf(amendment)],
  ]
  const lie = (proof: string, leaves: Partial<Leaves>, evidence: Lie['evidence']): Lie => {
    return { court: 'OrderProofs', proof, leaves, evidence }
  }
  const ofLeg = (message: object) => (batch: LyingBatch) => [batch.shown('legs', 0), message]
  const worse = leg.priceEurPerMWh + (leg.isBuy ? 1 : -1)
  return [
    // No order of a bench is signed.
    lie('orderNotSigned', {}, ofLeg(signature)),
    lie('orderMismatched', changed({ isBuy: !leg.isBuy }), ofLeg(order)),
    lie('orderOverfilled', changed({ filledWh: signed.body.energyWh + 1 }), ofLeg(order)),
    lie('amendmentOverfilled', amended({}), chain),
    lie('filledAfterReplaced', amended({ sequence: 2 ** 40 }), chain),
    lie('orderExpired', changed({ orderId: idOf(late) }), ofLeg(orderMessageOf(late))),
    lie('orderCancelled', {}, ofLeg(order)),
    lie('outsideLimit', changed({ priceEurPerMWh: worse }), ofLeg(order)),
    lie('beyondTradingKey', changed({ signatureHash: signatureHashOf(stranger) }), (batch) => [
      [batch.shown('legs', 0)],
      [stranger],
    ]),
  ]
}

function statementLies(honest: BuiltBatch, p256Verifier: Hex): readonly Lie[] {
  const { statements } = honest
  const [leaf, next] = firstTwo(statements)
  const statement = statementBehind(honest, leaf)
  const changed = (over: Partial<StatementLeaf>) => ({ statements: withChanged(statements, 0, over) })
  const lie = (proof: string, leaves: Partial<Leaves>, ...more: readonly unknown[]): Lie => {
    return { court: 'StatementProofs', proof, leaves, evidence: (batch) => [batch.shown('statements', 0), ...more] }
  }
  return [
    {
      ...lie('statementsOutOfOrder', { statements: statements.with(0, next).with(1, leaf) }),
      evidence: (batch) => [batch.shown('statements', 0, 2)],
    },
    lie('statementMisplaced', changed({ slot: 0 })),
    lie('deviceNotInService', changed({ deviceName: `0x${'9'.repeat(64)}` })),
    lie('statementMismatched', changed({ importWh: leaf.importWh + 1 }), statement.body),
    // No statement of a bench is signed.
    lie('statementNotSigned', {}, shownSignature(statement, p256Verifier)),
    lie('estimateEarns', changed({ isEstimated: true, earnsCredit: true })),
  ]
}

function billLies({ legs, bills, statements, terms }: BuiltBatch): readonly Lie[] {
  const [bill, next] = firstTwo(bills)
  const [leg] = firstTwo(legs)
  const traded = bills.findIndex(({ account, slot }) => account === leg.account && slot === leg.slot)
  const ofTraded = bills[traded] ?? bill
  const { account } = bill
  const own = bills.filter((one) => one.account === account)
  const end = bills.length - 1
  const changed = (index: number, over: (bill: Bill) => Partial<Bill>) => ({
    bills: withChanged(bills, index, over(bills[index] ?? bill)),
  })
  const lie = (proof: string, leaves: Partial<Leaves>, evidence: Lie['evidence']): Lie => {
    return { court: 'BillProofs', proof, leaves, evidence }
  }
  return [
    lie('billsOutOfOrder', { bills: bills.with(0, next).with(1, bill) }, (batch) => [batch.shown('bills', 0, 2)]),
    lie(
      'billMisplaced',
      changed(0, () => ({ slot: 0 })),
      (batch) => [batch.shown('bills', 0)],
    ),
    lie(
      'notAsTraded',
      changed(traded, ({ boughtWh }) => ({ boughtWh: boughtWh + 1 })),
      (batch) => [batch.shown('bills', traded), batch.lastOf('legs', ofTraded)],
    ),
    lie(
      'notAsMetered',
      changed(0, ({ importWh }) => ({ importWh: importWh + 1 })),
      (batch) => [batch.shown('bills', 0), batch.shown('statements', 0)],
    ),
    lie('tradeNotBilled', { bills: bills.toSpliced(traded, 1) }, (batch) => [
      batch.around('bills', ofTraded),
      batch.shown('legs', 0),
    ]),
    lie('statementNotBilled', { bills: bills.toSpliced(0, 1) }, (batch) => [
      batch.around('bills', bill),
      batch.shown(
        'statements',
        statements.findIndex((leaf) => leaf.account === account && leaf.slot === bill.slot),
      ),
    ]),
    lie(
      'billMiscalculated',
      changed(0, (one) => ({ deviationMicroEur: one.deviationMicroEur + 1 })),
      (batch) => [batch.shown('bills', 0), terms],
    ),
    lie(
      'billTotalsWrong',
      changed(1, (one) => ({ totalMicroEur: one.totalMicroEur + 1 })),
      (batch) => [batch.shown('bills', 0, 2), terms],
    ),
    lie(
      'movementNotAsBilled',
      changed(own.length - 1, (one) => ({ totalMicroEur: one.totalMicroEur + 1 })),
      (batch) => [batch.shown('bills', own.length - 1, Math.min(2, bills.length - own.length + 1)), batch.parts],
    ),
    lie('movementNotBilled', { bills: bills.filter((one) => one.account !== account) }, (batch) => [
      account,
      batch.around('bills', bill),
      batch.parts,
    ]),
    lie(
      'counterpartiesNotAsBilled',
      changed(end, (one) => ({ gridMicroEur: one.gridMicroEur + 1 })),
      (batch) => [batch.shown('bills', end), batch.parts],
    ),
  ]
}

/** The other leg of the same trade. */
function isOtherSide(leg: Leg, other: Leg): boolean {
  return other.slot === leg.slot && other.sequence === leg.sequence && other.isBuy !== leg.isBuy
}

const withChanged = <L extends object>(leaves: readonly L[], index: number, over: Partial<L>): readonly L[] =>
  leaves.map((leaf, n) => (n === index ? { ...leaf, ...over } : leaf))

function firstTwo<L>(leaves: readonly L[]): readonly [L, L] {
  const [first, second] = leaves
  if (first === undefined || second === undefined) throw new RangeError('a bench street has two leaves of each kind')
  return [first, second]
}
