import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { refOf } from '#contracts/chain/chain-ref.ts'
import { openTransactions } from '#contracts/chain/transactions/transactions.ts'
import {
  connectChainReader,
  connectDeviceRegistry,
  connectTradingKeysReader,
  makeSettler,
  makeStandings,
} from '#contracts/index.ts'
import { shownLeaves } from '#contracts/settlement/shown-leaves.ts'
import { shownSignature } from '#contracts/settlement/shown-messages.ts'
import { type StatementLeaf, statementLeavesOf, statementsTreeOf } from '#contracts/settlement/statement-leaves.ts'
import { signDeviceJoin } from '#protocol/device-join.ts'
import type { SignedStatement } from '#protocol/envelope.ts'
import { keccak, secp256k1Signer, sign } from '#protocol/signing.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import { delivered, statement, supplier, trade } from './deliveries.ts'
import { LIME_STREET, person, refusalOf, run, type TestChain, testChain, WINDOW_SECONDS } from './on-chain.ts'
import { StreetLog } from './street-log.ts'

type Person = ReturnType<typeof person>

const [anna, ben, carl, dora] = [person(0x801), person(0x802), person(0x803), person(0x804)]
const [emil, fred, gina] = [person(0x805), person(0x806), person(0x807)]
const everybody: readonly Person[] = [anna, ben, carl, dora, emil, fred, gina]
const operator = person(0x8ff)
const START_SLOT = 2_000_000
/** What the batch settles; trades are made two slots before. */
const SLOTS = [START_SLOT + 10, START_SLOT + 11] as const
const TRADED_AT_MS = (START_SLOT + 8) * 900_000
const nameOf = ({ account }: Person) => `meter-${account.slice(-4)}`

/** A slot in which ben buys of anna, of dora and of fred, and carl of anna. */
const slotOf = (slot: number) => ({
  slot,
  trades: (
    [
      [anna, ben, 1_000],
      [anna, carl, 200],
      [dora, ben, 300],
      [fred, ben, 100],
    ] as const
  ).map(([seller, buyer, energyWh], n) =>
    trade({ slot, n: n + 1, seller: seller.account, buyer: buyer.account, priceEurPerMWh: 150, energyWh }),
  ),
  statements: everybody.map(({ account }, n) => statement({ slot, account, importWh: 100 * n, exportWh: 500 })),
})

interface Street extends TestChain {
  readonly domain: SigningDomain
  readonly log: StreetLog
  readonly settlerOf: (log: StreetLog, judging?: boolean) => ReturnType<typeof makeSettler>
  readonly join: (people: readonly Person[]) => Effect.Effect<unknown, Error>
  readonly retire: (one: Person) => Effect.Effect<void, Error>
  readonly prove: (proof: string, leaf: number, ...more: readonly unknown[]) => Effect.Effect<unknown, Error>
  leaves: readonly StatementLeaf[]
  signed: readonly SignedStatement[]
}

/** Everybody but carl has a device, dora has retired hers, fred cancelled, emil's meter signs by another key, gina has no money. */
const street =
  (body: (t: Street) => Effect.Effect<void, Error>, depth = 0) =>
  () =>
    run(
      Effect.gen(function* () {
        const t = yield* testChain()
        const { rpcUrl } = t.chain
        const { addresses, chainId } = t.deployment
        const { p256Verifier } = addresses
        const domain: SigningDomain = {
          name: 'Commonwatt',
          version: '1',
          chainId,
          verifyingContract: addresses.settlement,
        }
        const { send } = yield* openTransactions({ rpcUrl })
        const registry = yield* connectDeviceRegistry({ rpcUrl, addresses })
        const seated = [supplier, ...everybody.filter((one) => one !== gina).map(({ account }) => account)]
        yield* t.client.fund(seated.map((account) => ({ account, amountMicroEur: 100_000_000 })))
        const join: Street['join'] = (people) => {
          const deadline = Math.floor(t.clock.timeMs / 1_000) + 3_600
          const joins = people.map((one) => {
            const owner = secp256k1Signer(one.key)
            const request = { domain, neighbourhood: 'lime-street', owner, device: owner, p256Verifier, deadline }
            return signDeviceJoin({ ...request, deviceId: nameOf(one) })
          })
          return registry.join(t.chain.operatorKey, joins)
        }
        yield* join(everybody.filter((one) => one !== carl))
        const retire: Street['retire'] = (one) =>
          Effect.gen(function* () {
            const named = { neighbourhood: LIME_STREET, name: keccak(nameOf(one)), owner: one.account }
            const at = { contract: 'DeviceRegistry', address: addresses.deviceRegistry } as const
            yield* send(one.key, { ...at, functionName: 'retire', args: [yield* registry.deviceOf(named)] })
          })
        yield* retire(dora)
        const cancel = { contract: 'TradingKeys', address: addresses.tradingKeys, functionName: 'cancelUpTo' } as const
        yield* send(fred.key, { ...cancel, args: [4] })
        t.clock.timeMs = (SLOTS[1] + 1) * 900_000

        /** Signed by the devices, emil's by another. */
        const signedDelivery: typeof delivered = (records) => ({
          slot: records.slot,
          trades: delivered(records).trades.map((one) => ({ ...one, tradedAtMs: TRADED_AT_MS })),
          statements: records.statements.map((body) => {
            const by = everybody.find(({ account }) => account === body.account) ?? emil
            return sign({ domain, kind: 'statement', body, privateKey: by === emil ? operator.key : by.key })
          }),
        })
        const newLog = () => {
          const log = new StreetLog(domain)
          log.settle(SLOTS.map(slotOf), signedDelivery)
          return log
        }
        const tradingKeys = yield* connectTradingKeysReader({ rpcUrl, addresses })
        const at = { rpcUrl, addresses, neighbourhood: LIME_STREET }
        const deep = yield* connectChainReader(
          depth === 0 ? at : { ...at, atBlock: t.client.blockNumber.pipe(Effect.map((head) => head - depth)) },
        )
        const standings = {
          ...makeStandings({ registry, tradingKeys, chain: deep, neighbourhood: LIME_STREET, p256Verifier }),
          sign: (estimate: SignedStatement['body']) =>
            sign({ domain, kind: 'statement', body: estimate, privateKey: operator.key }),
        }
        const settlerOf: Street['settlerOf'] = (log, judging = true) => {
          const kept = { chain: t.client, p256Verifier, record: log.record }
          const settler = makeSettler(judging ? { ...kept, standings } : kept)
          for (const event of log.events) settler.step(event)
          return settler
        }
        const log = newLog()
        const made: Street = {
          ...t,
          domain,
          log,
          settlerOf,
          join,
          retire,
          leaves: [],
          signed: [],
          prove: () => Effect.void,
        }
        const prove: Street['prove'] = (proof, index, ...more) =>
          Effect.gen(function* () {
            const batch = yield* t.client.batchOf(1)
            if (batch === null) return yield* Effect.die('nothing is proposed')
            const leaves = shownLeaves(made.leaves, statementsTreeOf(made.leaves), index)
            const at = { contract: 'StatementProofs', address: addresses.statementProofs } as const
            const args = [refOf(batch), batch.header, leaves, ...more]
            yield* send(t.chain.operatorKey, { ...at, functionName: proof, args })
          })
        yield* body(Object.assign(made, { prove }))
      }),
    )

/** The statements that a log's last batch settles, and their leaves. */
const noteSettled = (t: Street) => {
  const { setAside } = t.log.of('BatchProposed')[0]?.batch ?? {}
  const out = new Set(setAside?.homes.map(({ account, slot }) => `${account} ${slot}`))
  const estimates = new Map(setAside?.estimates.map((one) => [`${one.body.account} ${one.body.slot}`, one]))
  t.signed = t.log
    .of('StatementAccepted')
    .map((event) => event.statement)
    .filter(({ body }) => !out.has(`${body.account} ${body.slot}`))
    .map((one) => estimates.get(`${one.body.account} ${one.body.slot}`) ?? one)
  t.leaves = statementLeavesOf(t.signed, t.deployment.addresses.p256Verifier)
}

describe('a batch of a street whose homes are not all what they should be', () => {
  it(
    'leaves out whom a court would find, keeps the trades of who left, and stands by every proof',
    street((t) =>
      Effect.gen(function* () {
        const { log, clock } = t
        const settler = t.settlerOf(log)
        yield* settler.tick(clock.timeMs)
        const { setAside, totals } = log.of('BatchProposed')[0]?.batch ?? {}
        const inSlot = (slot: number, ...who: readonly Person[]) => who.map(({ account }) => ({ account, slot }))
        expect(setAside?.homes).toEqual(SLOTS.flatMap((slot) => inSlot(slot, carl, gina, emil)))
        expect(setAside?.trades).toEqual(SLOTS.flatMap((slot) => [`${slot}.2`, `${slot}.4`]))
        expect(setAside?.estimates.map(({ body }) => [body.account, body.slot, body.importWh, body.exportWh])).toEqual(
          SLOTS.map((slot) => [dora.account, slot, 300, 0]),
        )
        expect(totals).toMatchObject({ trades: 4, tradedWh: 2_600 })
        noteSettled(t)
        const { p256Verifier } = t.deployment.addresses
        expect(t.leaves).toHaveLength(8)
        for (const [index, { account, slot }] of t.leaves.entries()) {
          const signed = t.signed.find(({ body }) => body.account === account && body.slot === slot)
          if (signed === undefined) throw new Error('each leaf is of a statement')
          const shown = shownSignature(signed, p256Verifier)
          const refusals = [
            yield* refusalOf(t.prove('deviceNotInService', index)),
            yield* refusalOf(t.prove('statementNotSigned', index, shown)),
            yield* refusalOf(t.prove('estimateEarns', index)),
          ]
          expect(refusals).toEqual(refusals.map(() => expect.objectContaining({ revert: 'NothingWrong' })))
        }
        clock.pass(WINDOW_SECONDS * 1_000)
        yield* settler.tick(clock.timeMs)
        expect(log.of('BatchFinalized')).toHaveLength(1)
      }),
    ),
  )

  it(
    'is the same to the byte for the settler that takes over before the log was told',
    street(({ log, clock, settlerOf, client, join, retire }) =>
      Effect.gen(function* () {
        log.refusing = true
        yield* refusalOf(settlerOf(log).tick(clock.timeMs))
        const there = yield* client.batchOf(1)
        log.refusing = false
        clock.pass(60_000)
        // What came after the slots changes nothing of it.
        yield* client.fund([{ account: gina.account, amountMicroEur: 100_000_000 }])
        yield* join([carl])
        yield* Effect.forEach([anna, carl], retire)
        yield* settlerOf(log).tick(clock.timeMs)
        const [told] = log.of('BatchProposed')
        expect(told?.batch.statementsRoot).toBe(there?.header.statementsRoot)
        expect(told?.batch.setAside?.homes).toHaveLength(6)
      }),
    ),
  )

  it(
    'is not judged before its slots are over on chain: who retires in their last second is found',
    street(({ log, clock, settlerOf, retire }) =>
      Effect.gen(function* () {
        const settler = settlerOf(log)
        clock.pass(-1_000)
        const early = yield* refusalOf(settler.tick(clock.timeMs))
        expect(early).toMatchObject({ code: 'TOO_EARLY' })
        expect(early.message).toMatch(/slot 2000011 ends after second \d+, and the chain, as far as it counts, is at/)
        yield* retire(ben)
        clock.pass(1_000)
        yield* settler.tick(clock.timeMs)
        const { estimates } = log.of('BatchProposed')[0]?.batch.setAside ?? {}
        expect(estimates?.map(({ body }) => [body.account, body.slot])).toContainEqual([ben.account, SLOTS[1]])
      }),
    ),
  )

  it(
    'waits without a word while the end of its slots is only not deep enough',
    street(
      ({ log, clock, settlerOf, retire }) =>
        Effect.gen(function* () {
          const settler = settlerOf(log)
          yield* settler.tick(clock.timeMs)
          expect(log.of('BatchProposed')).toEqual([])
          yield* Effect.forEach([anna, ben], retire) // two blocks
          yield* settler.tick(clock.timeMs)
          expect(log.of('BatchProposed')).toHaveLength(1)
        }),
      1,
    ),
  )

  it(
    'falls where its settler does not look, and the same is not proposed twice',
    street((t) =>
      Effect.gen(function* () {
        // Without gina, who has no seat, a settler that does not look proposes what is in the log.
        yield* t.client.fund([{ account: gina.account, amountMicroEur: 100_000_000 }])
        const settler = t.settlerOf(t.log, false)
        yield* settler.tick(t.clock.timeMs)
        noteSettled(t)
        const index = t.leaves.findIndex(({ account }) => account === carl.account)
        yield* t.prove('deviceNotInService', index)
        expect(yield* t.client.batchOf(1)).toBeNull()
        t.clock.pass(WINDOW_SECONDS * 1_000)
        const ended = yield* refusalOf(settler.tick(t.clock.timeMs))
        expect(ended.message).toMatch(/batch 1 has fallen for DeviceNotInService/)
        // Who starts again does not pay for the same once more.
        const again = yield* refusalOf(t.settlerOf(t.log, false).tick(t.clock.timeMs))
        expect(again.message).toMatch(/batch 1 has fallen on chain for DeviceNotInService, and is not proposed again/)
        expect(yield* t.client.batchOf(1)).toBeNull()
      }),
    ),
  )
})
