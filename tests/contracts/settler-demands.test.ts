import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { refOf } from '#contracts/chain/chain-ref.ts'
import { openTransactions } from '#contracts/chain/transactions/transactions.ts'
import {
  buildBatch,
  type ChainClient,
  deliveriesOf,
  emptySettlementBook,
  foldEvent,
  headerHashOf,
  makeSettler,
} from '#contracts/index.ts'
import { batchOnChain } from '#platform/verify/transaction-step.ts'
import type { ChainPlace, MarketEventOf, MarketEventType } from '#protocol/market-event.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import { home, statement, supplier, trade } from './deliveries.ts'
import { person, run, type TestChain, testChain, WINDOW_SECONDS } from './on-chain.ts'
import { StreetLog } from './street-log.ts'

const [SELLER, BUYER, IDLE] = [person(0x71), person(0x72), person(0x73)]
const SLOTS = [10, 11] as const
const DEPOSIT_MICRO_EUR = 5_000_000
/** A buyer's legs of a slot: more than one transaction shows. */
const MANY = 45

/** A slot in which the seller sells so many times to the buyer; a third home does nothing. */
function busySlot(slot: number, trades: number) {
  const sides = { seller: SELLER.account, buyer: BUYER.account }
  return {
    slot,
    trades: Array.from({ length: trades }, (_, n) =>
      trade({ slot, n: n + 1, ...sides, priceEurPerMWh: 150, energyWh: 10 + n }),
    ),
    statements: [SELLER, BUYER, IDLE].map(({ account }, n) =>
      statement({ slot, account, exportWh: n === 0 ? 2_000 : 0, importWh: 300 * n }),
    ),
  }
}

/** A settler that has folded all of the log, as one is after a start. */
function settlerOf(log: StreetLog, chain: ChainClient) {
  const settler = makeSettler({ chain, p256Verifier: home(997), record: log.record })
  for (const event of log.events) settler.step(event)
  return settler
}

interface Street extends TestChain {
  readonly log: StreetLog
  /** an account pays the deposit and demands its leaves of a slot of batch 1 */
  readonly demand: (who: { readonly key: `0x${string}`; readonly account: `0x${string}` }, slot: number) => Demand
}
type Demand = Effect.Effect<void, Error>

/** A street with a batch of two slots that wait to be settled, the homes' money in the vault. */
const street = (body: (t: Street) => Effect.Effect<void, Error>) => () =>
  run(
    Effect.gen(function* () {
      const t = yield* testChain()
      const { addresses, chainId } = t.deployment
      const accounts = [SELLER, BUYER, IDLE].map(({ account }) => account)
      yield* t.client.fund([...accounts, supplier].map((account) => ({ account, amountMicroEur: 100_000_000 })))
      const domain: SigningDomain = {
        name: 'Commonwatt',
        version: '1',
        chainId,
        verifyingContract: addresses.settlement,
      }
      const log = new StreetLog(domain)
      log.settle(SLOTS.map((slot) => busySlot(slot, slot === SLOTS[0] ? MANY : 0)))
      const { send } = yield* openTransactions({ rpcUrl: t.chain.rpcUrl })
      const eurc = { contract: 'TestEURC', address: addresses.eurc } as const
      const demand: Street['demand'] = ({ key, account }, slot) =>
        Effect.gen(function* () {
          const batch = yield* t.client.batchOf(1)
          if (batch === null) return yield* Effect.die('nothing was proposed')
          const { disputes } = addresses
          yield* send(key, { ...eurc, functionName: 'mint', args: [account, DEPOSIT_MICRO_EUR] })
          yield* send(key, { ...eurc, functionName: 'approve', args: [disputes, DEPOSIT_MICRO_EUR] })
          const args = [refOf(batch), batch.header, slot]
          yield* send(key, { contract: 'Disputes', address: disputes, functionName: 'demandData', args })
        })
      yield* body({ ...t, log, demand })
    }),
  )

const openDemands = ({ client }: Street) => Effect.map(client.batchOf(1), (batch) => batch?.state.openDemands)

describe('a demand for data of an honest batch', () => {
  it(
    'is answered by the settler that runs, whoever demands what, and the batch becomes final',
    street((t) =>
      Effect.gen(function* () {
        const { log, client, clock } = t
        const settler = settlerOf(log, client)
        yield* settler.tick(clock.timeMs)
        clock.pass(60_000)
        // One with many legs, one with legs in another slot only, one without a single leg.
        for (const [who, slot] of [
          [BUYER, SLOTS[0]],
          [SELLER, SLOTS[1]],
          [IDLE, SLOTS[0]],
        ] as const) {
          yield* t.demand(who, slot)
        }
        expect(yield* openDemands(t)).toBe(3)
        const before = yield* client.walletOf(client.operator)
        yield* settler.tick(clock.timeMs)
        expect(yield* openDemands(t)).toBe(0)
        expect((yield* client.walletOf(client.operator)) - before).toBe(3 * DEPOSIT_MICRO_EUR)
        clock.pass(WINDOW_SECONDS * 1_000)
        yield* settler.tick(clock.timeMs)
        expect(log.of('BatchFinalized')).toMatchObject([{ number: 1 }])
      }),
    ),
  )

  it(
    'is answered by the next settler, also where one before died in the middle of its answer',
    street((t) =>
      Effect.gen(function* () {
        const { log, client, clock } = t
        yield* settlerOf(log, client).tick(clock.timeMs)
        clock.pass(60_000)
        yield* t.demand(BUYER, SLOTS[0])
        let shown = 0
        const dying: ChainClient = {
          ...client,
          showLegs: (...args) => (shown++ === 0 ? client.showLegs(...args) : Effect.die('the process is gone')),
        }
        yield* Effect.exit(settlerOf(log, dying).tick(clock.timeMs))
        expect(yield* openDemands(t)).toBe(1)
        // What it dies of is that there was more to show.
        expect(shown).toBe(2)
        const next = settlerOf(log, client)
        yield* next.tick(clock.timeMs)
        expect(yield* openDemands(t)).toBe(0)
        // Nothing is shown twice.
        const block = yield* client.blockNumber
        yield* next.tick(clock.timeMs)
        yield* settlerOf(log, client).tick(clock.timeMs)
        expect(yield* client.blockNumber).toBe(block)
        clock.pass(WINDOW_SECONDS * 1_000)
        yield* next.tick(clock.timeMs)
        expect(log.of('BatchFinalized')).toMatchObject([{ number: 1 }])
      }),
    ),
  )

  /** Lets the demand that waits of batch 1 go unanswered, and has the batch fall for it. */
  const dropWithheld = ({ client, chain, deployment }: Street) =>
    Effect.gen(function* () {
      const { send } = yield* openTransactions({ rpcUrl: chain.rpcUrl })
      const withheld = yield* client.batchOf(1)
      if (withheld === null) return yield* Effect.die('it waits for its answer')
      const disputes = { contract: 'Disputes', address: deployment.addresses.disputes } as const
      const args = [refOf(withheld), IDLE.account, SLOTS[1]]
      yield* send(IDLE.key, { ...disputes, functionName: 'dropWithheld', args })
      return withheld
    })
  /** Two batches are proposed; what was demanded of the first comes to be answered too late. */
  const late = (t: Street, settle: () => ReturnType<typeof settlerOf>) =>
    Effect.gen(function* () {
      const { log, clock } = t
      yield* settle().tick(clock.timeMs)
      clock.pass(60_000)
      yield* t.demand(IDLE, SLOTS[1])
      clock.pass((WINDOW_SECONDS / 4 + 1) * 1_000)
      log.settle([12, 13].map((slot) => busySlot(slot, 1)))
      const settler = settle()
      for (const event of log.events) settler.step(event)
      yield* settler.tick(clock.timeMs)
      expect(yield* openDemands(t)).toBe(1)
      expect(log.of('BatchProposed').map(({ batch }) => batch.number)).toEqual([1, 2])
      return settler
    })

  it(
    'holds up no later batch where it comes to be answered too late, and what falls for that is proposed again',
    street((t) =>
      Effect.gen(function* () {
        const { log, client, clock } = t
        yield* late(t, () => settlerOf(log, client))
        const withheld = yield* dropWithheld(t)
        expect([yield* client.batchOf(1), yield* client.batchOf(2)]).toEqual([null, null])
        yield* settlerOf(log, client).tick(clock.timeMs)
        expect((yield* client.batchOf(1))?.header).toEqual(withheld.header)
        expect(yield* client.batchOf(2)).not.toBeNull()
      }),
    ),
  )

  it(
    'makes its batch fall, and those that rest on it; the settler that runs proposes them again and brings them to their end',
    street((t) =>
      Effect.gen(function* () {
        const { log, client, clock } = t
        const running = settlerOf(log, client)
        const settler = yield* late(t, () => running)
        const withheld = yield* dropWithheld(t)
        const { closesAt } = withheld.state
        yield* settler.tick(clock.timeMs)
        const again = yield* client.batchOf(1)
        expect(again?.header).toEqual(withheld.header)
        expect(again?.state.closesAt).toBeGreaterThan(closesAt)
        expect(yield* client.batchOf(2)).not.toBeNull()
        // Its first window is over, the one that counts is not.
        clock.pass(closesAt * 1_000 - clock.timeMs)
        yield* settler.tick(clock.timeMs)
        expect(log.of('BatchFinalized')).toEqual([])
        clock.pass(WINDOW_SECONDS * 1_000)
        yield* settler.tick(clock.timeMs)
        expect(log.of('BatchFinalized').map(({ number }) => number)).toEqual([1, 2])
        expect(log.of('BatchProposed')).toHaveLength(2)
      }),
    ),
  )

  it(
    'where it makes its batch fall unseen until the end of the window, has it proposed again then; log and chain still agree',
    street((t) =>
      Effect.gen(function* () {
        const { log, client, clock } = t
        // Nobody tells this one of demands.
        const unaware = settlerOf(log, { ...client, demandsOf: () => Effect.succeed([]) })
        const settler = yield* late(t, () => unaware)
        yield* dropWithheld(t)
        clock.pass(WINDOW_SECONDS * 1_000)
        yield* settler.tick(clock.timeMs)
        expect(yield* client.batchOf(1)).toMatchObject({ isFinal: false })
        clock.pass(WINDOW_SECONDS * 1_000)
        yield* settler.tick(clock.timeMs)
        const logged = <T extends MarketEventType>(type: T) =>
          log.events.find((one): one is { sequence: number; event: MarketEventOf<T> } => one.event.type === type)
        const [proposed, final] = [logged('BatchProposed'), logged('BatchFinalized')]
        const book = emptySettlementBook()
        for (const logged of log.events.slice(0, (proposed?.sequence ?? 0) - 1)) foldEvent(book, logged)
        const settled = deliveriesOf(book, 1)
        if (settled === null || book.rules === null || book.domain === null)
          return yield* Effect.die('they are settled')
        const terms = { ...book.rules, domain: book.domain, p256Verifier: home(997) }
        const built = buildBatch({ neighbourhood: book.neighbourhood, number: 1, ...settled }, terms)
        const places = yield* client.proposalsOf(1, headerHashOf(built.header))
        expect(places).toHaveLength(2)
        expect(places[0]).toEqual(proposed?.event.place)
        const held = (place: ChainPlace | undefined) =>
          batchOnChain(
            'chain',
            { reader: client },
            {
              built,
              logged: {
                proposed: proposed && place && { ...proposed, event: { ...proposed.event, place } },
                final,
              },
            },
          )
        expect(yield* held(places[0])).toMatchObject({ state: 'final', ...final?.event.place })
        const failing = { onSuccess: () => null, onFailure: ({ message }: Error) => message }
        expect(yield* Effect.match(held(final?.event.place), failing)).toMatch(/place/)
      }),
    ),
  )
})
