import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildBatch, VaultLedger } from '#contracts/index.ts'
import { keccak } from '#protocol/signing.ts'
import {
  anyDelivery,
  anyTerms,
  batchTerms,
  delivered,
  fund,
  grid,
  home,
  statement,
  supplier,
  terms,
  zeroHash,
} from './deliveries.ts'

const twoSlots = fc.tuple(anyDelivery(10), anyDelivery(11)).map((slots) => slots.map(delivered))
const settled = { neighbourhood: 'lime-street', number: 1, logHead: zeroHash } as const

describe('a batch', () => {
  it('I3: sums to zero in money and energy, each home once and in order', () => {
    fc.assert(
      fc.property(twoSlots, anyTerms, (deliveries, rates) => {
        const { movements, counterparties } = buildBatch({ ...settled, deliveries }, batchTerms(rates))
        const { supplierMicroEur, gridMicroEur, fundMicroEur } = counterparties
        const money = movements.reduce((sum, { moneyMicroEur }) => sum + moneyMicroEur, 0)
        expect(money + supplierMicroEur + gridMicroEur + fundMicroEur).toBe(0)
        expect(movements.reduce((sum, { positionWh }) => sum + positionWh, 0)).toBe(0)
        const accounts = movements.map(({ account }) => account)
        expect(accounts).toEqual([...new Set(accounts)].sort())
      }),
    )
  })

  it('totals what homes paid as what supplier, grid and fund received', () => {
    fc.assert(
      fc.property(twoSlots, (deliveries) => {
        const { batch, counterparties } = buildBatch({ ...settled, deliveries }, batchTerms(terms))
        const { supplierMicroEur, gridMicroEur, fundMicroEur } = counterparties
        expect(batch.totals.costMicroEur).toBe(supplierMicroEur + gridMicroEur + fundMicroEur)
      }),
    )
  })

  it('totals the fee that homes paid: what the fund received, and at most 1 µEUR a bill on top', () => {
    fc.assert(
      fc.property(twoSlots, anyTerms, (deliveries, rates) => {
        const { batch, counterparties } = buildBatch({ ...settled, deliveries }, batchTerms(rates))
        const received = counterparties.fundMicroEur
        const paid = batch.totals.feeMicroEur ?? 0
        expect(paid - received).toBeGreaterThanOrEqual(0)
        expect(paid - received).toBeLessThanOrEqual(12)
        expect('feeMicroEur' in batch.totals).toBe(paid > 0)
      }),
    )
  })

  it('has totals that come back from the log as they were: no −0', () => {
    const idle = [delivered({ slot: 1, trades: [], statements: [statement({ slot: 1, account: home(0) })] })]
    fc.assert(
      fc.property(twoSlots, ([one, other]) => {
        for (const deliveries of [idle, [one, other].flatMap((slot) => slot ?? [])]) {
          const { totals } = buildBatch({ ...settled, deliveries }, batchTerms(terms)).batch
          expect(totals).toStrictEqual(JSON.parse(JSON.stringify(totals)))
          expect(Object.values(totals).some((total) => Object.is(total, -0))).toBe(false)
        }
      }),
    )
  })

  it('is the same bytes for the same deliveries, and its archive has the name it was posted with', () => {
    const [deliveries] = fc.sample(twoSlots, { numRuns: 1, seed: 42 })
    if (deliveries === undefined) throw new Error('a sample has one value')
    const archive = { key: zeroHash.replace(/0$/, '7') as `0x${string}`, publicKeys: new Map() }
    const build = () =>
      buildBatch({ ...settled, deliveries: structuredClone(deliveries) }, { ...batchTerms(terms), archive })
    expect(build()).toEqual(build())
    expect(keccak(build().archive ?? '')).toBe(build().header.archiveHash)
  })

  it('counts import as covered only by export of the same slot', () => {
    const [one, other] = [home(0), home(1)]
    const deliveries = [
      {
        slot: 1,
        trades: [],
        statements: [
          statement({ slot: 1, account: one, exportWh: 900 }),
          statement({ slot: 1, account: other, importWh: 300 }),
        ],
      },
      {
        slot: 2,
        trades: [],
        statements: [
          statement({ slot: 2, account: one, importWh: 500 }),
          statement({ slot: 2, account: other, importWh: 100 }),
        ],
      },
    ]
    const { totals } = buildBatch({ ...settled, deliveries: deliveries.map(delivered) }, batchTerms(terms)).batch
    expect(totals).toMatchObject({ importWh: 900, exportWh: 900, coveredWh: 300 })
  })

  it('without trades has empty trees and moves only what was metered', () => {
    const { batch, movements } = buildBatch(
      { ...settled, deliveries: [{ slot: 10, trades: [], statements: [] }] },
      batchTerms(terms),
    )
    expect(movements).toEqual([])
    const { tradesRoot, statementsRoot, billsRoot, creditsRoot } = batch
    expect(new Set([tradesRoot, statementsRoot, billsRoot, creditsRoot])).toEqual(new Set([zeroHash]))
  })
})

describe('the ledger of the vault', () => {
  const nobody = { supplierMicroEur: 0, gridMicroEur: 0, fundMicroEur: 0 }
  const payment = [
    { account: home(0), moneyMicroEur: -70, positionWh: -5 },
    { account: home(1), moneyMicroEur: 70, positionWh: 5 },
  ]

  it('clips who cannot pay; the fund pays the rest, then the bond; nothing is made or lost', () => {
    const ledger = new VaultLedger({ supplier, grid, fund })
    ledger.deposit(home(0), 40)
    ledger.deposit(fund, 20)
    ledger.moveBond(100)
    ledger.apply(payment, nobody)
    expect([home(0), home(1), fund].map((account) => ledger.balanceOf(account))).toEqual([0, 70, 0])
    expect([ledger.bondMicroEur, ledger.heldMicroEur, ledger.positionOf(home(1))]).toEqual([90, 160, 5])
  })

  it('takes locked money last', () => {
    const ledger = new VaultLedger({ supplier, grid, fund })
    ledger.deposit(home(0), 100)
    ledger.requestWithdrawal(home(0), 60)
    ledger.apply(payment, nobody)
    expect([ledger.balanceOf(home(0)), ledger.lockedOf(home(0))]).toEqual([0, 30])
  })

  it('says what neither fund nor bond can pay', () => {
    expect(() => new VaultLedger({ supplier, grid, fund }).apply(payment, nobody)).toThrow(/lack 70/)
  })
})
