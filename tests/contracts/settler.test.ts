import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, Stream } from 'effect'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refOf } from '#contracts/chain/chain-ref.ts'
import {
  buildBatch,
  type ChainClient,
  ChainFailure,
  makeSettler,
  openArchive,
  openTransactions,
  VaultLedger,
} from '#contracts/index.ts'
import type { SettlerOptions } from '#contracts/settlement/settler.ts'
import { canonicalJson } from '#protocol/canonical-json.ts'
import { keccak } from '#protocol/signing.ts'
import { anyDelivery, batchTerms, delivered, fund, grid, home, supplier, terms, zeroHash } from './deliveries.ts'
import { BOND_MICRO_EUR, person, refusalOf, run, type TestChain, testChain, WINDOW_SECONDS } from './on-chain.ts'
import { rules, StreetLog, sunnySlot } from './street-log.ts'

const window = WINDOW_SECONDS * 1_000
const homes = [home(0), home(1), home(2), home(3), home(4), home(5)]
const deposits = [
  ...homes.map((account) => ({ account, amountMicroEur: 20_000_000 })),
  { account: supplier, amountMicroEur: 500_000_000 },
]

/** A settler that has folded all of the log, as one is after a start. */
function settlerOf(
  log: StreetLog,
  chain: ChainClient,
  kept: Pick<SettlerOptions, 'archive' | 'lastFinalOnChain'> = {},
) {
  const settler = makeSettler({ chain, p256Verifier: home(997), record: log.record, ...kept })
  let read = 0
  const catchUp = () => {
    for (; read < log.events.length; read++) settler.step(log.events[read] as (typeof log.events)[number])
  }
  const tick = (nowMs: number) =>
    Effect.suspend(() => {
      catchUp()
      return settler.tick(nowMs)
    })
  return { ...settler, tick }
}

/** What the log says, applied to the deposits by our own ledger. */
function ledgerOf(batches: readonly ReturnType<typeof sunnySlot>[][]): VaultLedger {
  const ledger = new VaultLedger({ supplier, grid, fund })
  for (const { account, amountMicroEur } of deposits) ledger.deposit(account, amountMicroEur)
  ledger.moveBond(BOND_MICRO_EUR)
  for (const [index, slots] of batches.entries()) {
    const settled = { neighbourhood: 'lime-street', number: index + 1, deliveries: slots.map(delivered) }
    const built = buildBatch({ ...settled, logHead: zeroHash }, batchTerms(terms))
    ledger.apply(built.movements, built.counterparties)
  }
  return ledger
}

const expectLedger = ({ client }: TestChain, ledger: VaultLedger) =>
  Effect.forEach([...homes, supplier, grid, fund], (account) =>
    Effect.map(client.balanceOf(account), (balance) =>
      expect([account, balance]).toEqual([account, ledger.balanceOf(account)]),
    ),
  )

const street = (body: (t: TestChain & { log: StreetLog }) => Effect.Effect<void, Error>) => () =>
  run(
    Effect.gen(function* () {
      const t = yield* testChain()
      yield* t.client.fund(deposits)
      yield* body({ ...t, log: new StreetLog() })
    }),
  )

describe('the settler', () => {
  it(
    'posts a batch when its slots are settling, and ends it after the window: chain = ledger, credits = delivered',
    street((t) =>
      Effect.gen(function* () {
        const { log, client, clock } = t
        const settler = settlerOf(log, client)
        log.settle([sunnySlot(10)])
        yield* settler.tick(clock.timeMs)
        expect(log.of('BatchProposed')).toEqual([]) // one of two slots
        log.settle([sunnySlot(11, 1_200)])
        yield* settler.tick(clock.timeMs)
        expect(log.of('BatchProposed')).toMatchObject([
          {
            batch: { number: 1, firstSlot: 10, lastSlot: 11, totals: { trades: 4, tradedWh: 3_000, creditsWh: 2_700 } },
          },
        ])
        expect(settler.stages().get(1)).toBe('window')
        clock.pass(window - 1_000)
        yield* settler.tick(clock.timeMs)
        expect(log.of('BatchFinalized')).toEqual([])
        clock.pass(1_000)
        yield* settler.tick(clock.timeMs)
        expect(log.of('BatchFinalized')).toMatchObject([{ number: 1 }])
        yield* expectLedger(t, ledgerOf([[sunnySlot(10), sunnySlot(11, 1_200)]]))
        expect(yield* client.creditTotals).toEqual({ mintedWh: 0, retiredWh: 0 }) // no device is registered here
      }),
    ),
  )

  it(
    'has many batches in their windows at once, and ends them in order',
    street((t) =>
      Effect.gen(function* () {
        const { log, client, clock } = t
        const settler = settlerOf(log, client)
        const slots = [10, 11, 12, 13, 14, 15].map((slot) => sunnySlot(slot))
        log.settle(slots)
        yield* settler.tick(clock.timeMs)
        expect(log.of('BatchProposed').map(({ batch }) => batch.number)).toEqual([1, 2, 3])
        clock.pass(window)
        yield* settler.tick(clock.timeMs)
        expect(log.of('BatchFinalized').map(({ number }) => number)).toEqual([1, 2, 3])
        yield* expectLedger(t, ledgerOf([slots.slice(0, 2), slots.slice(2, 4), slots.slice(4)]))
      }),
    ),
  )

  it(
    'ends what it has posted also where batches come due as fast as it posts them',
    street((t) =>
      Effect.gen(function* () {
        const { log, client, clock } = t
        let slot = 10
        const settleTwo = () => log.settle([sunnySlot(slot++), sunnySlot(slot++)])
        const { record } = log
        log.record = (event) => {
          // Two more slots for each batch that is posted, as on a machine that is too slow for its street.
          if (event.type === 'BatchProposed' && slot < 60) settleTwo()
          for (const logged of log.events) settler.step(logged)
          return record(event)
        }
        const settler = settlerOf(log, client)
        settleTwo()
        settleTwo()
        for (let tick = 0; tick < 4; tick++) {
          yield* settler.tick(clock.timeMs)
          clock.pass(window)
        }
        expect(log.of('BatchFinalized').length).toBeGreaterThan(2)
        expect(log.of('BatchProposed').length).toBeGreaterThan(log.of('BatchFinalized').length)
        expect(log.of('BatchProposed').length).toBeLessThan(20)
      }),
    ),
  )

  it(
    'proposes later batches also while one waits in a window that was lengthened',
    street(({ log, client, clock, chain, deployment }) =>
      Effect.gen(function* () {
        const settler = settlerOf(log, client)
        log.settle([sunnySlot(10), sunnySlot(11)])
        yield* settler.tick(clock.timeMs)
        const { send } = yield* openTransactions(chain)
        const there = yield* client.batchOf(1)
        if (there === null) return yield* Effect.die('it is proposed')
        const settlement = { contract: 'Settlement', address: deployment.addresses.settlement } as const
        yield* send(chain.operatorKey, { ...settlement, functionName: 'lengthen', args: [refOf(there), 3_600] })
        clock.pass(window)
        log.settle([sunnySlot(12), sunnySlot(13)])
        expect(yield* refusalOf(settler.tick(clock.timeMs))).toMatchObject({ revert: 'WindowOpen' })
        expect(log.of('BatchProposed').map(({ batch }) => batch.number)).toEqual([1, 2])
        clock.pass(3_600_000)
        yield* settler.tick(clock.timeMs)
        expect(log.of('BatchFinalized').map(({ number }) => number)).toEqual([1, 2])
      }),
    ),
  )

  it('whatever was delivered, chain balances are the ledger to the µEUR and credits min(sold, export) to the Wh', () =>
    fc.assert(
      fc.asyncProperty(fc.tuple(anyDelivery(10), anyDelivery(11), anyDelivery(12), anyDelivery(13)), async (slots) => {
        await street((t) =>
          Effect.gen(function* () {
            t.log.settle(slots)
            const settler = settlerOf(t.log, t.client)
            yield* settler.tick(t.clock.timeMs)
            t.clock.pass(window)
            yield* settler.tick(t.clock.timeMs)
            yield* expectLedger(t, ledgerOf([slots.slice(0, 2), slots.slice(2)] as never))
            expect((yield* t.client.creditTotals).mintedWh).toBe(0) // no device is registered here
          }),
        )()
      }),
      { numRuns: 3, endOnFailure: true }, // not made smaller: each try is a chain of its own
    ))

  it.for(['propose', 'record the proposal', 'apply', 'record the end'] as const)(
    'a crash right after "%s" posts nothing twice: the next settler finishes the batch',
    (crash) =>
      street((t) =>
        Effect.gen(function* () {
          const { log, client, clock } = t
          log.settle([sunnySlot(10), sunnySlot(11)])
          const { record } = log
          const first = settlerOf(log, crashing(client, log, crash))
          yield* Effect.exit(first.tick(clock.timeMs))
          clock.pass(window)
          yield* Effect.exit(first.tick(clock.timeMs))

          log.refusing = false
          log.record = record
          const second = settlerOf(log, client) // knows the log and the chain, nothing else
          yield* second.tick(clock.timeMs)
          clock.pass(window)
          yield* second.tick(clock.timeMs)
          expect(log.of('BatchProposed').map(({ batch }) => batch.number)).toEqual([1])
          expect(log.of('BatchFinalized').map(({ number }) => number)).toEqual([1])
          expect(second.stages().get(1)).toBeUndefined()
          yield* expectLedger(t, ledgerOf([[sunnySlot(10), sunnySlot(11)]]))
          expect((yield* client.creditTotals).mintedWh).toBe(0) // no device is registered here
        }),
      )(),
  )

  it(
    'waits, and goes on where it was, when the chain does not answer',
    street(({ log, client, clock }) =>
      Effect.gen(function* () {
        log.settle([sunnySlot(10), sunnySlot(11)])
        let down = true
        const gone = Effect.fail(new ChainFailure({ operation: 'propose', detail: 'no answer' }))
        const propose: ChainClient['propose'] = (...args) => (down ? gone : client.propose(...args))
        const settler = settlerOf(log, { ...client, propose })
        expect((yield* refusalOf(settler.tick(clock.timeMs))).message).toMatch(/no answer/)
        expect(settler.stages().get(1)).toBe('failed')
        down = false
        yield* settler.tick(clock.timeMs)
        expect(settler.stages().get(1)).toBe('window')
      }),
    ),
  )

  it(
    'posts again what the chain forgot, without telling the log twice',
    street(({ log, client, clock }) =>
      Effect.gen(function* () {
        log.settle([sunnySlot(10), sunnySlot(11)])
        yield* settlerOf(log, client).tick(clock.timeMs)
        const forgetful = yield* testChain({ clock })
        yield* forgetful.client.fund(deposits)
        yield* settlerOf(log, forgetful.client).tick(clock.timeMs)
        expect(log.of('BatchProposed')).toHaveLength(1)
        expect(yield* Effect.map(forgetful.client.disputeWindowSeconds, (s) => s * 1_000)).toBe(rules.disputeWindowMs)
      }).pipe(Effect.scoped),
    ),
  )

  it.each([undefined, 1, 3])(
    'settles again what the log calls final and the chain forgot (%s of three left), to the same bytes',
    (left) =>
      street(({ log, client, clock }) =>
        Effect.gen(function* () {
          const slots = [10, 11, 12, 13, 14, 15].map((slot) => sunnySlot(slot))
          log.settle(slots)
          const first = settlerOf(log, client)
          yield* first.tick(clock.timeMs)
          clock.pass(window)
          yield* first.tick(clock.timeMs)
          expect(log.of('BatchFinalized')).toHaveLength(3)
          const told = log.events.length

          const forgetful = yield* testChain({ clock })
          yield* forgetful.client.fund(deposits)
          if (left !== undefined) yield* finalizeUpTo(left, forgetful)
          const lastFinalOnChain = yield* forgetful.client.lastFinal
          expect(lastFinalOnChain).toBe(left ?? 0)
          const second = settlerOf(log, forgetful.client, { lastFinalOnChain })
          yield* second.tick(clock.timeMs)
          clock.pass(window)
          yield* second.tick(clock.timeMs)
          expect(log.events.length).toBe(told)
          yield* expectLedger(forgetful, ledgerOf([slots.slice(0, 2), slots.slice(2, 4), slots.slice(4)]))
          expect((yield* forgetful.client.creditTotals).mintedWh).toBe(0) // no device is registered here
        }).pipe(Effect.scoped),
      )(),
  )

  it('keeps the records of each batch, sealed, under the hash of their canonical bytes', async () => {
    const { key } = person(0xa5)
    const directory = await mkdtemp(join(tmpdir(), 'commonwatt-archive-'))
    await street(({ log, client, clock }) =>
      Effect.gen(function* () {
        log.settle([sunnySlot(10), sunnySlot(11)])
        yield* settlerOf(log, client, { archive: { directory, key } }).tick(clock.timeMs)
      }),
    )()
    const [name = ''] = await readdir(directory)
    const text = await readFile(join(directory, name), 'utf8')
    expect(`${keccak(text)}.json`).toBe(name)
    expect(canonicalJson(JSON.parse(text))).toBe(text)
    expect(JSON.parse(text)).toMatchObject({ head: { number: 1, neighbourhood: 'lime-street', slots: [10, 11] } })
    const { lines } = openArchive({ bytes: Buffer.from(text), archiveHash: keccak(text) }, key)
    const statements = lines.flatMap((line) => (line?.is === 'statement' ? [line.statement.body] : []))
    expect(statements).toEqual([sunnySlot(10), sunnySlot(11)].flatMap((slot) => slot.statements))
    await rm(directory, { recursive: true })
  })

  it(
    'runs by itself over a stream of the log',
    street(({ log, client, clock }) =>
      Effect.gen(function* () {
        log.settle([sunnySlot(10), sunnySlot(11)])
        const settler = makeSettler({ chain: client, p256Verifier: home(997), record: log.record })
        const events = Stream.fromIterable([...log.events])
        const running = settler.run({
          events,
          headSequence: log.events.length,
          clock: { nowMs: clock.nowMs, speed: 900 },
        })
        const done = Effect.suspend(() =>
          log.of('BatchFinalized').length > 0 ? Effect.void : Effect.fail('not yet'),
        ).pipe(
          Effect.tapError(() => Effect.sync(() => clock.pass(60_000))),
          Effect.tapError(() => Effect.sleep('20 millis')),
          Effect.eventually,
        )
        yield* Effect.raceFirst(running, done)
        expect(log.of('BatchFinalized')).toHaveLength(1)
      }),
    ),
  )
})

/** Another settler's work on a chain: the first batches of the same log, final. */
const finalizeUpTo = (batches: number, { client, clock }: TestChain) =>
  Effect.gen(function* () {
    const log = new StreetLog()
    log.settle([10, 11, 12, 13, 14, 15].map((slot) => sunnySlot(slot)))
    const enough = Effect.fail(new ChainFailure({ operation: 'propose', detail: 'these are enough' }))
    const propose: ChainClient['propose'] = (proposal) =>
      proposal.header.number > batches ? enough : client.propose(proposal)
    const settler = settlerOf(log, { ...client, propose })
    yield* Effect.exit(settler.tick(clock.timeMs))
    clock.pass(window)
    yield* Effect.exit(settler.tick(clock.timeMs))
  })

/** The client of a process that dies right after a step: it was done, and nobody here learns of it. */
function crashing(client: ChainClient, log: StreetLog, after: string): ChainClient {
  const dead = new ChainFailure({ operation: after, detail: 'the process is gone' })
  const dying =
    <Args extends readonly unknown[], A>(step: string, call: (...args: Args) => Effect.Effect<A, ChainFailure>) =>
    (...args: Args) =>
      Effect.flatMap(call(...args), (done) => {
        log.refusing ||= after === step
        return after === step ? Effect.fail(dead) : Effect.succeed(done)
      })
  const lastRecord = { 'record the proposal': 'BatchProposed', 'record the end': 'BatchFinalized' }[after]
  const { record } = log
  log.record = (event) =>
    Effect.flatMap(record(event), () => {
      log.refusing ||= event.type === lastRecord
      return event.type === lastRecord ? Effect.fail(dead) : Effect.void
    })
  return {
    ...client,
    propose: dying('propose', client.propose),
    apply: dying('apply', client.apply),
  }
}
