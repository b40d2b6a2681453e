import fc from 'fast-check'
import type { BatchTerms, Delivery, recordsOf } from '#contracts/index.ts'
import type { SignedOrder } from '#protocol/envelope.ts'
import type { BillTerms } from '#protocol/market-rules.ts'
import type { Statement } from '#protocol/statement.ts'
import type { Trade } from '#protocol/trade.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'

type Hex = `0x${string}`

type SlotRecords = ReturnType<typeof recordsOf>

export const zeroHash: Hex = `0x${'0'.repeat(64)}`
export const supplier: Hex = `0x${'e'.repeat(40)}`
export const grid: Hex = `0x${'f'.repeat(40)}`
export const fund: Hex = `0x${'d'.repeat(40)}`
/** 32 ct supply, 8 ct feed-in, 11 ct local charge, a fee of 0.25 %. */
export const terms: BillTerms = {
  tariff: { retailMilliEurPerMWh: 320_000, feedInMilliEurPerMWh: 80_000, localChargeMilliEurPerMWh: 110_000 },
  protocolFeeBp: 25,
}

/** The account of the n-th home. */
export const home = (n: number): Hex => `0x${(n + 1).toString(16).padStart(40, '0')}`

export function statement(of: {
  readonly slot: number
  readonly account: Hex
  readonly importWh?: number
  readonly exportWh?: number
  readonly estimated?: boolean
}): Statement {
  return {
    deviceId: `meter-${of.account.slice(-4)}`,
    account: of.account,
    neighbourhood: 'lime-street',
    slot: of.slot,
    importWh: of.importWh ?? 0,
    exportWh: of.exportWh ?? 0,
    firstSequence: 0,
    lastSequence: 0,
    chainHead: zeroHash,
    quality: 0,
    estimated: of.estimated ?? false,
  }
}

export function trade(of: {
  readonly slot: number
  readonly n: number
  readonly seller: Hex
  readonly buyer: Hex
  readonly priceEurPerMWh: number
  readonly energyWh: number
}): Trade {
  const { n, ...rest } = of
  return { id: `${of.slot}.${n}`, ...rest, buyOrderId: zeroHash, sellOrderId: zeroHash, makerSide: 'sell' }
}

export const anyTerms: fc.Arbitrary<BillTerms> = fc.record({
  tariff: fc.record({
    retailMilliEurPerMWh: fc.integer({ min: 0, max: 500_000 }),
    feedInMilliEurPerMWh: fc.integer({ min: -50_000, max: 200_000 }),
    localChargeMilliEurPerMWh: fc.integer({ min: 0, max: 200_000 }),
  }),
  protocolFeeBp: fc.nat(100),
})

/** Any slot of up to six homes that traded and metered whatever they liked. */
export const anyDelivery = (slot: number): fc.Arbitrary<SlotRecords> =>
  fc.integer({ min: 2, max: 6 }).chain((homes) =>
    fc.record({
      slot: fc.constant(slot),
      statements: fc
        .array(fc.record({ importWh: fc.nat(6_000), exportWh: fc.nat(6_000), estimated: fc.boolean() }), {
          minLength: homes,
          maxLength: homes,
        })
        .map((rows) => rows.map((row, n) => statement({ slot, account: home(n), ...row }))),
      trades: fc
        .array(
          fc.record({
            seller: fc.nat(homes - 1),
            step: fc.integer({ min: 1, max: homes - 1 }),
            priceEurPerMWh: fc.integer({ min: -500, max: 4_000 }),
            energyWh: fc.integer({ min: 1, max: 3_000 }),
          }),
          { maxLength: 12 },
        )
        .map((rows) =>
          rows.map(({ seller, step, ...terms }, n) =>
            trade({ slot, n: n + 1, seller: home(seller), buyer: home((seller + step) % homes), ...terms }),
          ),
        ),
    }),
  )

export const domain: SigningDomain = {
  name: 'Commonwatt',
  version: '1',
  chainId: 31_337,
  verifyingContract: home(999),
}

/** What a batch of a market with these terms is built by. */
export const batchTerms = (rates: Pick<BatchTerms, 'tariff' | 'protocolFeeBp'>): BatchTerms => ({
  ...rates,
  domain,
  p256Verifier: home(997),
})

/** Records with orders and signatures around them, which settlement keeps and does not check. */
export function delivered({ slot, trades, statements }: SlotRecords): Delivery {
  return {
    slot,
    trades: trades.map((trade) => ({
      trade,
      tradedAtMs: 1_000,
      buyOrder: orderOf(trade, 'buy'),
      sellOrder: orderOf(trade, 'sell'),
    })),
    statements: statements.map((body) => {
      return { kind: 'statement', body, algorithm: 'secp256k1', signer: body.account, signature: zeroSignature }
    }),
  }
}

const zeroSignature: Hex = `0x${'0'.repeat(130)}`

/** The order that a trade could have filled. */
function orderOf(trade: Trade, side: 'buy' | 'sell'): SignedOrder {
  const account = side === 'buy' ? trade.buyer : trade.seller
  const body = {
    account,
    neighbourhood: 'lime-street',
    slot: trade.slot,
    side,
    type: 'limit',
    priceEurPerMWh: trade.priceEurPerMWh,
    energyWh: trade.energyWh,
    timeInForce: 'GTC',
    expiresAtMs: 0,
    postOnly: false,
    selfTradePrevention: 'none',
    replaces: 0,
    nonce: Number(trade.id.split('.')[1]),
  } as const
  return { kind: 'order', body, algorithm: 'secp256k1', signer: account, signature: zeroSignature }
}
