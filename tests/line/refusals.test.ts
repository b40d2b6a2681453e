import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, Exit, Scope } from 'effect'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { movementsHashOf, neighbourhoodIdOf, packMovements } from '#contracts/index.ts'
import { stateHash } from '#matching-engine/index.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import type { Order } from '#protocol/order.ts'
import { addressOf, sign } from '#protocol/signing.ts'
import { slotAt } from '#protocol/slot.ts'
import { openSteppedStreet, type SteppedStreet } from './stepped-street.ts'

const startMs = Date.UTC(2026, 5, 21, 9)
const SLOT_MS = 15 * 60_000
const rules = { ...defaultMarketRules, slotsPerBatch: 4, disputeWindowMs: 4 * SLOT_MS }
const accountKey = `0x${'5a'.repeat(32)}` as const
const strangerKey = `0x${'5b'.repeat(32)}` as const

const zero = `0x${'0'.repeat(64)}` as const
/** A batch that stands for nothing. */
const emptyHeader = {
  ...{ number: 1, tradesRoot: zero, statementsRoot: zero, billsRoot: zero, creditsRoot: zero },
  ...{ logHead: zero, archiveHash: zero, tradedWh: 0 },
} as const

describe('what a street refuses, with its code, and nothing changed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'commonwatt-refusals-'))
  const scope = Effect.runSync(Scope.make())
  let street: SteppedStreet
  let before: string
  let nonce = 1
  const firstSlot = slotAt({ timeMs: startMs, slotMinutes: 15 }) + 1

  const orderBy = (privateKey: `0x${string}`, change: Partial<Order> = {}) => {
    const { domain } = street.live.neighbourhood.street
    if (domain === null) throw new Error('an open neighbourhood has a domain')
    const body: Order = {
      account: addressOf(accountKey),
      neighbourhood: street.simulated.neighbourhood,
      slot: firstSlot + 4,
      side: 'buy',
      type: 'limit',
      priceEurPerMWh: 1,
      energyWh: 10,
      timeInForce: 'GTC',
      expiresAtMs: 0,
      postOnly: false,
      selfTradePrevention: 'none',
      replaces: 0,
      nonce: ++nonce,
      ...change,
    }
    return sign({ domain, kind: 'order', body, privateKey })
  }

  const post = async (door: 'orders' | 'enrolments', message: unknown) => {
    const response = await fetch(`${street.live.url}/api/v1/${door}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
    })
    const answer = (await response.json()) as Record<string, unknown>
    return { status: response.status, type: response.headers.get('content-type'), answer }
  }

  const refused = (status: number, code: string) => ({
    status,
    type: expect.stringContaining('application/problem+json'),
    answer: expect.objectContaining({ status, code, title: expect.any(String), detail: expect.any(String) }),
  })

  beforeAll(async () => {
    const opened = openSteppedStreet({ homes: 2, seed: 3, startMs, folder, rules })
    street = await Effect.runPromise(Scope.provide(opened, scope))
    const { domain } = street.live.neighbourhood.street
    if (domain === null) throw new Error('an open neighbourhood has a domain')
    const account = addressOf(accountKey)
    const neighbourhood = street.simulated.neighbourhood
    const body = { neighbourhood, home: 'anna', account, deviceId: 'anna-meter', deviceSigner: account, nonce: 1 }
    const enrolment = sign({ domain, kind: 'enrolment', body, privateKey: accountKey })
    expect((await post('enrolments', enrolment)).status).toBe(201)
    await Effect.runPromise(street.moveTo(startMs + SLOT_MS, 'trade'))
  })
  beforeEach(() => {
    before = stateHash(street.live.neighbourhood.street)
  })
  afterAll(async () => {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    rmSync(folder, { recursive: true, force: true })
  })

  const nothingChanged = () => expect(stateHash(street.live.neighbourhood.street)).toBe(before)

  it('a forged signature: BAD_SIGNATURE', async () => {
    const genuine = orderBy(accountKey)
    const forged = { ...genuine, signature: orderBy(strangerKey).signature }
    expect(await post('orders', forged)).toEqual(refused(401, 'BAD_SIGNATURE'))
    const raised = { ...genuine, body: { ...genuine.body, priceEurPerMWh: 4_000 } }
    expect(await post('orders', raised)).toEqual(refused(401, 'BAD_SIGNATURE'))
    nothingChanged()
  })

  it('an order that a stranger signs for the account: NOT_AUTHORISED', async () => {
    expect(await post('orders', orderBy(strangerKey))).toEqual(refused(403, 'NOT_AUTHORISED'))
    nothingChanged()
  })

  it('a replayed order: NONCE_USED', async () => {
    const order = orderBy(accountKey)
    expect((await post('orders', order)).status).toBe(201)
    before = stateHash(street.live.neighbourhood.street)
    expect(await post('orders', order)).toEqual(refused(409, 'NONCE_USED'))
    nothingChanged()
  })

  it('an order after the gate: NOT_TRADING', async () => {
    expect(await post('orders', orderBy(accountKey, { slot: firstSlot }))).toEqual(refused(409, 'NOT_TRADING'))
    nothingChanged()
  })

  it('a batch that does not sum to zero, by the contract: nothing moves', async () => {
    const { chain, homes } = street.live
    const neighbourhood = street.simulated.neighbourhood
    const [one, other] = homes.map(({ agent }) => agent.account).sort()
    if (one === undefined || other === undefined) throw new Error('the street has two homes')
    const termsHash = await Effect.runPromise(chain.termsHashAt(1))
    const slots = { firstSlot: 1, lastSlot: 4, termsHash }
    const header = { ...emptyHeader, neighbourhood: neighbourhoodIdOf(neighbourhood), ...slots }
    const seats = await Effect.runPromise(chain.seats)
    const nobody = { supplierMicroEur: 0, gridMicroEur: 0, fundMicroEur: 0 }
    const movements = [
      { account: one, moneyMicroEur: -1_000, positionWh: 0 },
      { account: other, moneyMicroEur: 1_001, positionWh: 0 },
    ]
    const { bytes, debitMicroEur } = packMovements(movements, nobody, (account) => seats.get(account) ?? 0)
    const balances = () => Effect.runPromise(Effect.all([chain.balanceOf(one), chain.balanceOf(other)]))
    const balancesBefore = await balances()
    const movementsHash = movementsHashOf([bytes])
    await Effect.runPromise(chain.propose({ header, movementsHash, debitMicroEur }))
    const proposed = await Effect.runPromise(chain.batchOf(1))
    if (proposed === null) throw new Error('it was proposed')
    street.clock.advance(rules.disputeWindowMs)
    const failure = await Effect.runPromise(Effect.flip(chain.apply(proposed, [bytes])))
    expect(failure.message).toMatch(/DoesNotConserve/)
    expect(await balances()).toEqual(balancesBefore)
    expect(await Effect.runPromise(chain.lastFinal)).toBe(0)
    nothingChanged()
  })
})
