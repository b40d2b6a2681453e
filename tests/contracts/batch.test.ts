import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildBatch, VaultLedger } from '#contracts/index.ts'
import { keccak } from '#protocol/signing.ts'
import { anyDelivery, anyTariff, grid, home, statement, supplier, tariff } from './deliveries.ts'

const twoSlots = fc.tuple(anyDelivery(10), anyDelivery(11))
const settled = { neighbourhood: 'lime-street', number: 1 }

describe('a batch', () => {
  it('I3: sums to zero in money, positions and deviations, each account once and in order', () => {
    fc.assert(
      fc.property(twoSlots, anyTariff, (deliveries, rates) => {
        const { movements } = buildBatch({ ...settled, deliveries }, { supplier, grid, tariff: rates })
        for (const lane of ['moneyMicroEur', 'positionWh', 'deviationWh'] as const) {
          expect(movements.reduce((sum, movement) => sum + movement[lane], 0)).toBe(0)
        }
        const accounts = movements.map(({ account }) => account)
        expect(accounts).toEqual([...new Set(accounts)].sort())
      }),
    )
  })

  it('totals what homes paid as what supplier and grid received', () => {
    fc.assert(
      fc.property(twoSlots, (deliveries) => {
        const { batch, movements } = buildBatch({ ...settled, deliveries }, { supplier, grid, tariff })
        const counterparties = movements.filter(({ account }) => account === supplier || account === grid)
        expect(batch.totals.costMicroEur).toBe(
          counterparties.reduce((sum, { moneyMicroEur }) => sum + moneyMicroEur, 0),
        )
      }),
    )
  })

  it('has totals that come back from the log as they were: no −0', () => {
    const idle = [{ slot: 1, trades: [], statements: [statement({ slot: 1, account: home(0) })] }]
    fc.assert(
      fc.property(twoSlots, ([one, other]) => {
        for (const deliveries of [idle, [one, other]]) {
          const { totals } = buildBatch({ ...settled, deliveries }, { supplier, grid, tariff }).batch
          expect(totals).toStrictEqual(JSON.parse(JSON.stringify(totals)))
          expect(Object.values(totals).some((total) => Object.is(total, -0))).toBe(false)
        }
      }),
    )
  })

  it('is the same bytes for the same deliveries, and its archive has the name it was posted with', () => {
    const [deliveries] = fc.sample(twoSlots, { numRuns: 1, seed: 42 })
    if (deliveries === undefined) throw new Error('a sample has one value')
    const build = () => buildBatch({ ...settled, deliveries: structuredClone(deliveries) }, { supplier, grid, tariff })
    expect(build()).toEqual(build())
    expect(keccak(build().archive)).toBe(build().proposal.archiveHash)
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
    const { totals } = buildBatch(
      { neighbourhood: 'street', number: 1, deliveries },
      { supplier: home(8), grid: home(9), tariff },
    ).batch
    expect(totals).toMatchObject({ importWh: 900, exportWh: 900, coveredWh: 300 })
  })

  it('without trades has empty trees and moves only what was metered', () => {
    const { batch, movements } = buildBatch(
      { ...settled, deliveries: [{ slot: 10, trades: [], statements: [] }] },
      { supplier, grid, tariff },
    )
    expect(movements).toEqual([])
    expect(new Set([batch.tradesRoot, batch.statementsRoot, batch.creditsRoot])).toEqual(
      new Set([`0x${'0'.repeat(64)}`]),
    )
  })
})

describe('the ledger of the vault', () => {
  it('clips who cannot pay, and the backstop bears the rest', () => {
    const ledger = new VaultLedger()
    ledger.deposit(home(0), 40)
    ledger.deposit(supplier, 100)
    const lane = { positionWh: 0, deviationWh: 0 }
    ledger.apply(
      [
        { account: home(0), moneyMicroEur: -70, ...lane },
        { account: home(1), moneyMicroEur: 70, ...lane },
      ],
      supplier,
    )
    expect([home(0), home(1), supplier].map((account) => ledger.balanceOf(account))).toEqual([0, 70, 70])
  })
})
