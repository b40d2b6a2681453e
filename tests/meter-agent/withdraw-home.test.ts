import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, Fiber, type Scope } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { enrolHome, withdrawHome } from '#meter-agent/index.ts'
import type { SignedOrder } from '#protocol/envelope.ts'
import type { Order } from '#protocol/order.ts'
import { addressOf, secp256k1Signer, sign } from '#protocol/signing.ts'
import { slotAt } from '#protocol/slot.ts'
import { domain, serveGateway } from './test-gateway.ts'

const NOW_MS = 1_900_000_000_000
const folder = mkdtempSync(join(tmpdir(), 'meter-agent-withdrawal-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

const accountKey = `0x${'8'.repeat(64)}` as const
const orderIn = (slot: number, nonce: number): SignedOrder => {
  const body: Order = {
    account: addressOf(accountKey),
    neighbourhood: 'elm-street',
    slot,
    side: 'sell',
    type: 'limit',
    priceEurPerMWh: 120,
    energyWh: 400,
    timeInForce: 'GTC',
    expiresAtMs: 0,
    postOnly: false,
    selfTradePrevention: 'cancel-maker',
    replaces: 0,
    nonce,
  }
  return sign({ domain, kind: 'order', body, privateKey: accountKey })
}

/** A home with two open orders in a market that it has joined, or not. */
const withOrders = (joins: 'joined' | 'a stranger') =>
  Effect.gen(function* () {
    const gateway = yield* serveGateway({ nowMs: () => NOW_MS })
    const home = {
      home: 'no-7',
      neighbourhood: 'elm-street',
      deviceId: 'no-7',
      deviceKey: secp256k1Signer(`0x${'7'.repeat(64)}`),
      accountKey,
      gatewayUrl: gateway.url,
      dataFile: join(folder, `${++files}.sqlite`),
      gatewayTimeoutMs: 300,
    }
    if (joins === 'joined') yield* enrolHome(home)
    const first = slotAt({ timeMs: NOW_MS, slotMinutes: 15 })
    for (const [i, slot] of [first + 2, first + 3].entries()) {
      const order = orderIn(slot, 1_000 + i)
      gateway.orders.set(`0x${String(i).repeat(64)}`, { order, openWh: 400, energyWh: 400 })
    }
    return { gateway, home }
  })
const test = <E>(steps: Effect.Effect<void, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(steps))

describe('a home that leaves its market', () => {
  it('cancels every open order, each by a nonce of its own, and has none the second time', () =>
    test(
      Effect.gen(function* () {
        const { gateway, home } = yield* withOrders('joined')
        expect(yield* withdrawHome(home)).toBe(2)
        expect(gateway.orders.size).toBe(0)
        const cancels = gateway.arrived.filter(({ kind }) => kind === 'cancel')
        expect(new Set(cancels.map(({ body }) => 'nonce' in body && body.nonce)).size).toBe(2)
        expect(yield* withdrawHome(home)).toBe(0)
      }),
    ))

  it('has none to cancel where it never joined', () =>
    test(
      Effect.gen(function* () {
        const { gateway, home } = yield* withOrders('a stranger')
        expect(yield* withdrawHome(home)).toBe(0)
        expect(gateway.requests()).toBe(0)
      }),
    ))

  it('says so where its market does not let it, or does not answer', () =>
    test(
      Effect.gen(function* () {
        const { gateway, home } = yield* withOrders('joined')
        gateway.refuse.set('DELETE orders', 'NOT_AUTHORISED')
        expect(yield* Effect.flip(withdrawHome(home))).toMatchObject({ _tag: 'GatewayRefused', code: 'NOT_AUTHORISED' })
        gateway.mode = 'is-silent'
        expect(yield* Effect.flip(withdrawHome(home))).toMatchObject({ _tag: 'GatewayUnreachable' })
        expect(gateway.orders.size).toBe(2)
      }),
    ))

  it('takes an order that has filled, or met its gate, for gone', () =>
    test(
      Effect.gen(function* () {
        const { gateway, home } = yield* withOrders('joined')
        gateway.refuse.set('DELETE orders', 'NOT_OPEN')
        const gone = yield* Effect.forkChild(withdrawHome(home))
        while (!gateway.arrived.some(({ kind }) => kind === 'cancel')) yield* Effect.sleep(1)
        gateway.orders.clear()
        expect(yield* Fiber.join(gone)).toBe(0)
      }),
    ))
})
