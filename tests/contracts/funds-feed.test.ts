import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import {
  connectChainReader,
  connectRpc,
  type FundsFeed,
  makeConfirmed,
  makeFundsFeed,
  makeSettler,
} from '#contracts/index.ts'
import type { MarketEventOf } from '#protocol/market-event.ts'
import { home, supplier } from './deliveries.ts'
import { person, refusalOf, run, type TestChain, testChain, WINDOW_SECONDS } from './on-chain.ts'
import { StreetLog, sunnySlot } from './street-log.ts'

type Hex = `0x${string}`

/** The feed of a street of which only that is there which it looks at. */
const feedOf = Effect.fnUntraced(function* (t: TestChain, enrolled: readonly Hex[], confirmations = 0) {
  const { client, chain, deployment } = t
  const confirmed = yield* makeConfirmed({ rpc: yield* connectRpc(chain.rpcUrl), confirmations })
  const at = { rpcUrl: chain.rpcUrl, addresses: deployment.addresses, neighbourhood: client.neighbourhood }
  const street = { homeOfAccount: new Map(), funds: new Map<Hex, number>(), fundsBlock: 0 }
  const enrol = (account: Hex) => street.homeOfAccount.set(account, {})
  enrolled.forEach(enrol)
  const told: MarketEventOf<'FundsChanged'>[] = []
  const read: Hex[] = []
  const make = (): FundsFeed =>
    makeFundsFeed({
      chain: client,
      chainAt: (atBlock) =>
        Effect.map(connectChainReader({ ...at, atBlock }), (then) => ({
          balanceOf: (account) => Effect.tap(then.balanceOf(account), () => Effect.sync(() => read.push(account))),
        })),
      street,
      record: (event) =>
        Effect.sync(() => {
          told.push(event)
          for (const { account, balanceMicroEur } of event.funds) street.funds.set(account, balanceMicroEur)
          street.fundsBlock = event.block
        }),
      confirmed,
    })
  return { street, enrol, told, read, make }
})

const withChain = (body: (t: TestChain) => Effect.Effect<void, Error>) => () => run(Effect.flatMap(testChain(), body))

describe('the feed of funds', () => {
  it(
    'tells each home once, then what changes; a quiet chain costs no reading of balances',
    withChain((t) =>
      Effect.gen(function* () {
        const [anna, ben] = [person(7), person(8)]
        yield* t.client.fund([{ account: anna.account, amountMicroEur: 500_000_000 }])
        const { enrol, told, read, make } = yield* feedOf(t, [anna.account, ben.account])
        const feed = make()
        yield* feed.look(1_000)
        yield* feed.look(1_001)
        expect(told).toMatchObject([
          {
            timeMs: 1_000,
            funds: [
              { account: anna.account, balanceMicroEur: 500_000_000 },
              { account: ben.account, balanceMicroEur: 0 },
            ],
          },
        ])
        expect(read).toHaveLength(2)

        yield* t.client.requestWithdrawal(anna.key, 200_000_000)
        yield* t.client.fund([
          { account: ben.account, amountMicroEur: 30_000_000 },
          { account: home(50), amountMicroEur: 9_000_000 }, // of no home
        ])
        yield* feed.look(1_002)
        expect(told[1]?.funds).toEqual([
          { account: anna.account, balanceMicroEur: 300_000_000 },
          { account: ben.account, balanceMicroEur: 30_000_000 },
        ])
        const paid = (yield* t.client.vaultEvents).findLast((event) => event.type === 'Deposited')
        expect(told[1]?.block).toBe(paid?.place.block)

        enrol(home(50))
        yield* feed.look(1_003)
        expect(told[2]?.funds).toEqual([{ account: home(50), balanceMicroEur: 9_000_000 }])
        expect(told).toHaveLength(3)
      }),
    ),
  )

  it(
    'made anew goes on with what the log knows, and finds what it has missed',
    withChain((t) =>
      Effect.gen(function* () {
        yield* t.client.fund([{ account: home(0), amountMicroEur: 500_000_000 }])
        const { told, make } = yield* feedOf(t, [home(0), home(1)])
        yield* make().look(1)
        yield* make().look(2)
        expect(told).toHaveLength(1)
        yield* t.client.fund([{ account: home(1), amountMicroEur: 7_000_000 }])
        yield* make().look(3)
        expect(told[1]?.funds).toEqual([{ account: home(1), balanceMicroEur: 7_000_000 }])
      }),
    ),
  )

  it(
    'has what a final batch moved before the log calls it final, also where it moved nothing',
    withChain((t) =>
      Effect.gen(function* () {
        const homes = [home(0), home(1), home(2)]
        yield* t.client.fund([supplier, ...homes].map((account) => ({ account, amountMicroEur: 5_000_000 })))
        const { street, told, make } = yield* feedOf(t, homes)
        const feed = make()
        yield* feed.look(0)
        const log = new StreetLog()
        const settler = makeSettler({
          ...{ chain: t.client, p256Verifier: home(997) },
          record: (event) => {
            if (event.type !== 'BatchFinalized') return log.record(event)
            const looked = feed.look(event.timeMs, event.place.block)
            return Effect.andThen(looked, () => {
              expect(street.fundsBlock).toBeGreaterThanOrEqual(event.place.block)
              return log.record(event)
            })
          },
        })
        const idle = (slot: number) => ({ slot, trades: [], statements: [] })
        log.settle([sunnySlot(10), sunnySlot(11), idle(12), idle(13)])
        for (const event of log.events) settler.step(event)
        yield* settler.tick(t.clock.timeMs)
        t.clock.pass(WINDOW_SECONDS * 1_000)
        yield* settler.tick(t.clock.timeMs)
        expect(log.of('BatchFinalized')).toHaveLength(2)
        expect(told.slice(1).map(({ funds }) => funds.length)).toEqual([3, 0])
        for (const account of homes) expect(street.funds.get(account)).toBe(yield* t.client.balanceOf(account))
      }),
    ),
  )

  it(
    'counts a block only so many blocks deep',
    withChain((t) =>
      Effect.gen(function* () {
        const pay = (account: Hex, amountMicroEur: number) => t.client.fund([{ account, amountMicroEur }])
        yield* pay(home(0), 500_000_000)
        const { told, make } = yield* feedOf(t, [home(0)], 3)
        const feed = make()
        const paidAt = yield* t.client.blockNumber
        yield* feed.look(1)
        expect(told[0]?.funds).toEqual([{ account: home(0), balanceMicroEur: 0 }])
        expect((yield* refusalOf(feed.look(2, paidAt))).message).toMatch(/is not deep enough to count/)
        yield* pay(home(9), 1_000_000) // three transactions
        yield* feed.look(3, paidAt)
        expect(told[1]).toMatchObject({ block: paidAt, funds: [{ account: home(0), balanceMicroEur: 500_000_000 }] })
      }),
    ),
  )
})
