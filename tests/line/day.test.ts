import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, Exit, Scope } from 'effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { ReadingQuality } from '#protocol/reading-quality.ts'
import { slotAt } from '#protocol/slot.ts'
import type { Statement } from '#protocol/statement.ts'
import type { Trade } from '#protocol/trade.ts'
import { reasonsOf } from '#protocol/trust.ts'
import { expectedCreditsWh, expectedMovements, ofType, sum } from './independent-ledger.ts'
import { openSteppedStreet, type SteppedStreet, times } from './stepped-street.ts'

type Address = `0x${string}`

const HOMES = 6
const DAY_MS = 24 * 60 * 60_000
const SLOT_MS = 15 * 60_000
const startMs = Date.UTC(2026, 5, 21)
const rules = {
  ...defaultMarketRules,
  protocolFeeBp: 25,
  collateral: 'reserved' as const,
  slotsPerBatch: 4,
  disputeWindowMs: 4 * SLOT_MS,
}

describe('a simulated day, through registers, signatures, orders, trades, batches and contracts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'commonwatt-day-'))
  const scope = Effect.runSync(Scope.make())
  let street: SteppedStreet
  let firstBalances: Map<Address, number>
  let settledTrades: Trade[]
  let settledStatements: Statement[]
  let finalSlots: { readonly first: number; readonly last: number }

  const accounts = () => [
    ...street.live.homes.map(({ agent }) => agent.account),
    street.live.supplier,
    street.live.grid,
    street.live.fund,
  ]
  const balances = () =>
    Effect.runPromise(
      Effect.map(
        Effect.forEach(accounts(), (account) =>
          Effect.map(street.live.chain.balanceOf(account), (balance) => [account, balance] as const),
        ),
        (entries) => new Map(entries),
      ),
    )

  beforeAll(async () => {
    street = await Effect.runPromise(
      Scope.provide(openSteppedStreet({ homes: HOMES, seed: 3, startMs, folder, rules }), scope),
    )
    firstBalances = await balances()
    // A day, and then the time that its last batch needs: its slots' statements and its window.
    for (const timeMs of times({
      fromMs: startMs + SLOT_MS / 2,
      toMs: startMs + DAY_MS + 4 * SLOT_MS,
      stepMinutes: 7.5,
    })) {
      await Effect.runPromise(
        street.moveTo(timeMs, timeMs < startMs + DAY_MS && timeMs % SLOT_MS === 0 ? 'trade' : 'rest'),
      )
    }
    const final = ofType(street.events, 'BatchFinalized').map(({ number }) => number)
    const batches = ofType(street.events, 'BatchProposed').filter(({ batch }) => final.includes(batch.number))
    finalSlots = { first: batches[0]?.batch.firstSlot ?? 0, last: batches.at(-1)?.batch.lastSlot ?? 0 }
    const isFinal = ({ slot }: { readonly slot: number }) => slot >= finalSlots.first && slot <= finalSlots.last
    settledTrades = ofType(street.events, 'TradeMatched')
      .map(({ trade }) => trade)
      .filter(isFinal)
    settledStatements = ofType(street.events, 'StatementAccepted')
      .map(({ statement }) => statement.body)
      .filter(isFinal)
  })

  afterAll(async () => {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    rmSync(folder, { recursive: true, force: true })
  })

  it('settles the whole day: every slot, every home, none estimated', () => {
    const firstSlot = slotAt({ timeMs: startMs, slotMinutes: 15 }) + 1
    expect(finalSlots.first).toBe(firstSlot)
    expect(finalSlots.last - finalSlots.first + 1).toBeGreaterThanOrEqual(92)
    expect(settledTrades.length).toBeGreaterThan(100)
    expect(settledStatements.length).toBe((finalSlots.last - finalSlots.first + 1) * HOMES)
    expect(settledStatements.filter(({ estimated }) => estimated)).toEqual([])
  })

  it('states what the meters counted, to the Wh', () => {
    for (const { home, agent } of street.live.homes) {
      const own = settledStatements.filter(({ account }) => account === agent.account)
      const readings = ofType(street.events, 'ReadingAccepted')
        .map(({ reading }) => reading.body)
        .filter(({ deviceId }) => deviceId.startsWith(home))
      const at = (slot: number) => readings.find(({ timeMs }) => timeMs === slot * SLOT_MS)
      const [begin, end] = [at(finalSlots.first), at(finalSlots.last + 1)]
      expect(sum(own.map(({ importWh }) => importWh)), home).toBe((end?.importWh ?? 0) - (begin?.importWh ?? 0))
      expect(sum(own.map(({ exportWh }) => exportWh)), home).toBe((end?.exportWh ?? 0) - (begin?.exportWh ?? 0))
    }
  })

  it('doubts none of its devices, which are honest', () => {
    const readings = ofType(street.events, 'ReadingAccepted').map(({ reading }) => reading.body)
    expect(readings.length).toBeGreaterThan(HOMES * 96)
    const doubted = readings.filter(({ quality }) => (quality & ~ReadingQuality.afterGap) !== 0)
    expect(doubted.map(({ deviceId, quality }) => [deviceId, ...reasonsOf(quality)])).toEqual([])
  })

  it('sells as much energy as it buys', () => {
    const { slots } = street.live.neighbourhood.street
    for (const { positions } of slots.values()) {
      expect(sum([...positions.values()].map(({ boughtWh }) => boughtWh))).toBe(
        sum([...positions.values()].map(({ soldWh }) => soldWh)),
      )
    }
    const totals = ofType(street.events, 'BatchProposed').map(({ batch }) => batch.totals)
    expect(sum(totals.map(({ tradedWh }) => tradedWh))).toBeGreaterThanOrEqual(
      sum(settledTrades.map(({ energyWh }) => energyWh)),
    )
  })

  it('moves cash on chain that sums to zero, and is the ledger’s for each account, to the µEUR', async () => {
    const { supplier, grid, fund } = street.live
    const last = await balances()
    const moved = accounts().map((account) => (last.get(account) ?? 0) - (firstBalances.get(account) ?? 0))
    expect(sum(moved)).toBe(0)
    const expected = expectedMovements({
      trades: settledTrades,
      statements: settledStatements,
      rules,
      counterparties: { supplier, grid, fund },
    })
    expect(expected.get(fund)).toBeGreaterThan(0n)
    expect(moved.map(BigInt)).toEqual(accounts().map((account) => expected.get(account) ?? 0n))
  })

  it('mints energy credits for what was sold and delivered, to the Wh, and to its buyers', async () => {
    const deliveredWh = expectedCreditsWh({ trades: settledTrades, statements: settledStatements })
    expect(deliveredWh).toBeGreaterThan(0)
    const { mintedWh, retiredWh } = await Effect.runPromise(street.live.chain.creditTotals)
    expect(mintedWh).toBe(deliveredWh)
    expect(retiredWh).toBe(0)
  })

  it('saves its homes money against the tariffs alone', () => {
    const totals = ofType(street.events, 'BatchProposed').map(({ batch }) => batch.totals)
    const saving = sum(totals.map((t) => t.costWithoutMarketMicroEur - t.costMicroEur))
    expect(saving).toBeGreaterThan(0)
  })
})
