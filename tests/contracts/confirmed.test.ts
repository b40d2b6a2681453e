import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import {
  connectChain,
  connectChainReader,
  connectDeviceRegistry,
  connectRpc,
  deploy,
  makeConfirmed,
  makeFundsFeed,
  makeSettler,
  openTransactions,
  termsOf,
} from '#contracts/index.ts'
import { signDeviceJoin } from '#protocol/device-join.ts'
import type { MarketEventOf } from '#protocol/market-event.ts'
import { secp256k1Signer } from '#protocol/signing.ts'
import { fund, grid, home, supplier, terms } from './deliveries.ts'
import { LIME_STREET, person, refusalOf, run, WINDOW_SECONDS } from './on-chain.ts'
import { openSlowChain, payer } from './slow-chain.ts'
import { StreetLog, sunnySlot } from './street-log.ts'

type Hex = `0x${string}`

const CONFIRMATIONS = 8
const anna = person(7).account
const folder = mkdtempSync(join(tmpdir(), 'commonwatt-confirmed-'))

/** A chain that may forget, with the contracts and a neighbourhood on it; its blocks are made by hand or by transactions. */
const openForgetfulChain = Effect.gen(function* () {
  const chain = yield* openSlowChain
  const { rpcUrl, ask } = chain
  yield* Effect.promise(() => ask('evm_setAutomine', [true]))
  yield* Effect.promise(() => chain.baseFee(0))
  const { addresses, chainId } = yield* deploy({ rpcUrl, operatorKey: payer.key, disputeWindowSeconds: WINDOW_SECONDS })
  const rpc = yield* connectRpc(rpcUrl)
  const file = join(folder, `${addresses.vault}.json`)
  const confirmedAnew = makeConfirmed({ rpc, confirmations: CONFIRMATIONS, file })
  const confirmed = yield* confirmedAnew
  const transactions = yield* openTransactions({ rpcUrl })
  const at = { rpcUrl, addresses, transactions }
  const client = yield* connectChain({ ...at, operatorKey: payer.key, neighbourhood: LIME_STREET })
  yield* client.openNeighbourhood({ supplier, grid, fund, slotSeconds: 900, slotsAhead: 96 }, termsOf(terms))
  yield* client.bondAtLeast(10_000_000_000)
  let seconds = 1_900_000_000
  const mine = (blocks: number) =>
    Effect.promise(async () => {
      for (let block = 0; block < blocks; block++) {
        // A time that no block has had: else the same blocks would come again. Blocks of transactions go by the wall's
        // clock, which may be ahead of what was counted here.
        const latest = (await ask('eth_getBlockByNumber', ['latest', false])) as { readonly timestamp: Hex }
        seconds = Math.max(seconds, Number(latest.timestamp)) + 1
        await ask('evm_setNextBlockTimestamp', [seconds])
        await chain.mine()
      }
    })
  return {
    ...{ at, chainId, client, confirmed, confirmedAnew, mine },
    pass: (passed: number) => {
      seconds += passed
    },
    now: () => seconds,
    /** The chain as it is now: run, it comes back to that. */
    remembered: Effect.map(
      Effect.promise(() => ask('evm_snapshot')),
      (snapshot) => Effect.promise(() => ask('evm_revert', [snapshot])),
    ),
  }
})

const onChain = (body: (chain: Effect.Success<typeof openForgetfulChain>) => Effect.Effect<void, Error>) => () =>
  run(Effect.flatMap(openForgetfulChain, body))

describe('what counts only so many blocks deep', () => {
  it(
    'is told once and stays: batches, funds and devices through a reorg of that depth; a deeper one stops it all',
    onChain((t) =>
      Effect.gen(function* () {
        const { client, confirmed, mine, pass, at } = t
        const { rpcUrl, addresses, transactions } = at
        const log = new StreetLog()
        const settler = makeSettler({ chain: client, confirmed, p256Verifier: home(997), record: log.record })
        const tick = Effect.suspend(() => {
          for (const event of log.events) settler.step(event)
          return settler.tick(t.now() * 1_000)
        })
        const funds = new Map<Hex, number>()
        const told: MarketEventOf<'FundsChanged'>[] = []
        const feed = makeFundsFeed({
          ...{ chain: client, confirmed },
          chainAt: (atBlock) => connectChainReader({ rpcUrl, addresses, neighbourhood: LIME_STREET, atBlock }),
          street: { homeOfAccount: new Map([[anna, {}]]) as never, funds, fundsBlock: 0 },
          record: (event) =>
            Effect.sync(() => {
              told.push(event)
              for (const { account, balanceMicroEur } of event.funds) funds.set(account, balanceMicroEur)
            }),
        })
        const registry = yield* connectDeviceRegistry({ ...at, atBlock: confirmed.block })
        const join = signDeviceJoin({
          domain: { name: 'Commonwatt', version: '1', chainId: t.chainId, verifyingContract: addresses.settlement },
          ...{ neighbourhood: 'lime-street', deviceId: 'home-1', p256Verifier: addresses.p256Verifier },
          ...{ owner: secp256k1Signer(person(0xa1).key), device: secp256k1Signer(person(0xb1).key) },
          deadline: 2_000_000_000,
        })

        log.settle([sunnySlot(10), sunnySlot(11)])
        yield* client.fund(
          [home(0), home(1), home(2), supplier].map((account) => ({ account, amountMicroEur: 9_000_000 })),
        )
        const beforeAll = yield* t.remembered
        yield* mine(CONFIRMATIONS)
        const beforeProposal = yield* t.remembered
        yield* tick
        expect(yield* client.batchOf(1)).not.toBe(null)
        expect(log.of('BatchProposed')).toEqual([])
        yield* registry.join(payer.key, [join])
        expect(yield* registry.deviceOf(join.join)).toBe(null)
        yield* client.fund([{ account: anna, amountMicroEur: 5_000_000 }])
        yield* feed.look(1)
        expect(funds.get(anna)).toBe(0)

        // A reorg takes all of it out. What is ours goes in again, at other places.
        yield* beforeProposal
        yield* mine(1)
        expect(yield* client.batchOf(1)).toBe(null)
        yield* transactions.resume(payer.key)
        yield* tick
        expect(yield* client.batchOf(1)).not.toBe(null)
        expect(log.of('BatchProposed')).toEqual([])
        yield* mine(CONFIRMATIONS)
        yield* tick
        yield* feed.look(2)
        expect(log.of('BatchProposed')).toHaveLength(1)
        expect(log.of('BatchProposed')[0]?.place).toEqual(yield* client.placeOf('BatchProposed', 1))
        expect(funds.get(anna)).toBe(5_000_000)
        expect(yield* registry.deviceOf(join.join)).toBe(1)
        const soFar = told.length

        // As many blocks as are waited for are made anew: nothing that was told changes, and nothing is told again.
        const kept = yield* t.remembered
        yield* mine(CONFIRMATIONS)
        yield* confirmed.block
        yield* kept
        yield* mine(CONFIRMATIONS + 1)
        yield* tick
        yield* feed.look(3)
        expect([log.of('BatchProposed').length, told.length]).toEqual([1, soFar])

        pass(WINDOW_SECONDS)
        yield* mine(1)
        yield* tick
        expect(yield* client.lastFinal).toBe(1)
        expect(log.of('BatchFinalized')).toEqual([])
        yield* mine(CONFIRMATIONS)
        yield* tick
        expect(log.of('BatchFinalized')).toMatchObject([{ place: yield* client.placeOf('Applied', 1) }])

        yield* beforeAll
        yield* mine(1)
        const behind = yield* refusalOf(confirmed.block) // shorter: another node's, perhaps
        expect([behind.code, behind.detail]).toEqual([undefined, expect.stringMatching(/it ends before block/)])
        yield* mine(60)
        log.settle([sunnySlot(12), sunnySlot(13)])
        const deep = { code: 'REORGANISED', detail: expect.stringMatching(/a reorg deeper than the 8 blocks/) }
        expect(yield* refusalOf(tick)).toMatchObject(deep)
        expect(yield* refusalOf(feed.look(4))).toMatchObject(deep)
        expect(yield* refusalOf(registry.deviceOf(join.join))).toMatchObject(deep)
        expect(log.of('BatchProposed')).toHaveLength(1)
        // Who starts again knows it, too.
        expect(yield* refusalOf(Effect.flatMap(t.confirmedAnew, ({ block }) => block))).toMatchObject(deep)
        rmSync(folder, { recursive: true })
      }),
    ),
  )
})
