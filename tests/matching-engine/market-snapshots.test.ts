import { Effect, References, Stream } from 'effect'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EventLog, LogFailure, type LogSnapshot } from '#matching-engine/event-log/event-log.ts'
import { MemoryStorage, openMemoryEventLog } from '#matching-engine/event-log/memory.ts'
import { MarketData } from '#matching-engine/market-data/market-data.ts'
import {
  type MarketState,
  packedSnapshot,
  SNAPSHOT_VERSION,
  serializedState,
  stateOf,
} from '#matching-engine/market-snapshot.ts'
import type { Neighbourhood } from '#matching-engine/neighbourhood.ts'
import { applyEvent } from '#protocol/apply-event.ts'
import type { MarketEvent } from '#protocol/market-event.ts'
import type { Outcome } from '#protocol/messages.ts'
import type { Street } from '#protocol/street.ts'
import { move, type Step, scriptOf } from './random-script.ts'
import {
  controlBy,
  endMs,
  eventsOf,
  Home,
  NOW_MS,
  openOver,
  PARTITION,
  roseStreet,
  run as runAloud,
  SLOT,
  ZERO_HASH,
} from './rose-street.ts'

/** Without the warnings that are what many of these tests bring about. */
const run: typeof runAloud = (test) => runAloud(Effect.provideService(test, References.MinimumLogLevel, 'None'))
const NEVER = { snapshotEveryEvents: Number.POSITIVE_INFINITY }

/** A value with the order in which Maps, Sets and objects hold what they hold, which `toEqual` looks past. */
function inOrder(value: unknown): unknown {
  if (value instanceof Map) return { map: [...value].map(([key, held]) => [key, inOrder(held)]) }
  if (value instanceof Set) return { set: [...value] }
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value).map(([key, held]) => [key, inOrder(held)])
}

/** The log as one without snapshots, which keeps none either. */
const withoutSnapshots = (log: EventLog): EventLog => ({
  ...log,
  partitions: log.partitions,
  snapshots: () => Effect.succeed([]),
  keepSnapshot: () => Effect.void,
})

/** A log that tells after which sequences it was read, and how many events were. */
function watched(log: EventLog) {
  const reads: { readonly after: number; events: number }[] = []
  const read: EventLog['read'] = (partition, after) => {
    const seen = { after, events: 0 }
    reads.push(seen)
    return Stream.tap(log.read(partition, after), () => Effect.sync(() => seen.events++))
  }
  return { reads, log: { ...log, partitions: log.partitions, read } satisfies EventLog }
}

/** All that a neighbourhood knows, in order. */
const knownTo = Effect.fnUntraced(function* (log: EventLog, neighbourhood: Neighbourhood) {
  yield* neighbourhood.keepSnapshot
  const [newest] = yield* log.snapshots(PARTITION)
  expect(newest?.sequence).toBe(neighbourhood.street.sequence)
  const state = newest && stateOf(newest)
  if (!state) throw new Error('it has kept no snapshot that can be read')
  expect(inOrder(state.street)).toEqual(inOrder(neighbourhood.street))
  expect(inOrder(state.marketData)).toEqual(inOrder(neighbourhood.marketData.state))
  return state
})

/** What market data shows: how it has come about depends on how many events came at a time. */
function shownBy({ marketData, street }: Neighbourhood) {
  const slots = [...street.slots.keys()].map((slot) => ({
    orders: marketData.slot(slot)?.orders,
    statistics: inOrder(marketData.slot(slot)?.statistics),
    depth: marketData.depthAfter(slot, null),
  }))
  return { slots, level1: marketData.level1() }
}

/** Every home, slot and order that can be reached in two ways is one object. */
function expectShared(street: Street): void {
  for (const home of street.homes.values()) {
    expect(street.homeOfAccount.get(home.account)).toBe(home)
    expect(street.homeOfDevice.get(home.deviceId)).toBe(home)
  }
  for (const { openOrders, openOrdersOf } of street.slots.values()) {
    for (const [id, order] of openOrders) expect(openOrdersOf.get(order.account)?.get(id)).toBe(order)
  }
}

interface Stop {
  /** before which step the market stops */
  readonly at: number
  /** how many steps earlier its last snapshot is kept */
  readonly stepsSince: number
}

/** Runs a script, stopped and opened again on its log; each time it is what one folded from the beginning is. */
const played = Effect.fnUntraced(function* (script: readonly Step[], log: EventLog, stops: readonly Stop[]) {
  let neighbourhood = yield* openOver(log, NEVER)
  const outcomes: Outcome[] = []
  for (const [index, { messages, nowMs }] of script.entries()) {
    if (stops.some(({ at, stepsSince }) => at - stepsSince === index)) yield* neighbourhood.keepSnapshot
    if (stops.some(({ at }) => at === index)) {
      const before = neighbourhood
      const [newest] = yield* log.snapshots(PARTITION)
      const opening = watched(log)
      neighbourhood = yield* openOver(opening.log, NEVER)
      expect(opening.reads[0]?.after).toBe(newest?.sequence ?? 0)
      const folded = yield* openOver(withoutSnapshots(log), NEVER)
      expect(inOrder(neighbourhood.street)).toEqual(inOrder(folded.street))
      expect(shownBy(neighbourhood)).toEqual(shownBy(folded))
      if (newest?.sequence === before.street.sequence) {
        expect(inOrder(neighbourhood.marketData.state)).toEqual(inOrder(before.marketData.state))
      }
      expectShared(neighbourhood.street)
    }
    outcomes.push(...(yield* neighbourhood.submit(messages, nowMs)))
  }
  const { street, memory } = yield* knownTo(log, neighbourhood)
  return {
    outcomes,
    known: { street: inOrder(street), memory: inOrder(memory), shown: shownBy(neighbourhood) },
    events: JSON.stringify(yield* eventsOf(log)),
  }
})

/** Readings and an operator's halt among what homes do. */
function withMeters(script: readonly Step[]): readonly Step[] {
  const anna = new Home('anna')
  return script.flatMap((step, index) => {
    if (index % 5 !== 1 || index === script.length - 1) return [step]
    const { nowMs } = step
    const sequence = 1 + Math.floor(index / 5)
    const reading = anna.reading({ sequence, timeMs: nowMs, bootId: sequence, importWh: 100 + index })
    const halt = controlBy('halt', { slot: SLOT + 3, nonce: 1 })
    return [step, { messages: index === 6 ? [reading, halt] : [reading], nowMs }]
  })
}

describe('a market stopped at any moment and opened from its last snapshot', () => {
  it('is the one that is folded from the beginning, and goes on as if it had never been stopped', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(move, { minLength: 15, maxLength: 45 }),
        fc.array(fc.record({ at: fc.nat(60), stepsSince: fc.constantFrom(0, 0, 1, 2, 7) }), {
          minLength: 1,
          maxLength: 5,
        }),
        async (moves, stops) => {
          const script = withMeters(scriptOf(moves))
          const inMemory = (stoppedAt: readonly Stop[]) =>
            run(Effect.flatMap(openMemoryEventLog(), (log) => played(script, log, stoppedAt)))
          const untouched = await inMemory([])
          const stopped = await inMemory(stops.map(({ at, stepsSince }) => ({ at: at % script.length, stepsSince })))
          expect(stopped).toEqual(untouched)
        },
      ),
      { numRuns: 25, seed: 7, endOnFailure: true },
    ))

  it('tells a follower of market data what has changed since before the stop', () =>
    run(
      Effect.gen(function* () {
        const { log, neighbourhood, anna, ben } = yield* roseStreet
        yield* neighbourhood.submit([anna.order({ priceEurPerMWh: 90 }), anna.order({ priceEurPerMWh: 91 })], NOW_MS)
        const { sequence: before } = neighbourhood.street
        yield* neighbourhood.submit([ben.order({ priceEurPerMWh: 90, side: 'sell', energyWh: 600 })], NOW_MS)
        yield* neighbourhood.keepSnapshot
        const { marketData } = yield* openOver(log)
        expect(marketData.depthAfter(SLOT, before)).toEqual(neighbourhood.marketData.depthAfter(SLOT, before))
        expect(marketData.depthAfter(SLOT, before).bids).toEqual([
          [90, 400, 1],
          [91, 0, 0],
        ])
      }),
    ))
})

/** A street with a little trade in it, two snapshots, and some events after each; the log as its storage has it. */
const oldStreet = Effect.gen(function* () {
  const storage = new MemoryStorage()
  const log = yield* openMemoryEventLog(storage)
  const neighbourhood = yield* openOver(log, NEVER)
  const [anna, ben] = [new Home('anna'), new Home('ben')]
  const snapshots: LogSnapshot[] = []
  for (const [index, messages] of [
    [anna.enrolment(), ben.enrolment()],
    [anna.order({ energyWh: 300 }), ben.order({ energyWh: 100, side: 'sell' })],
    [anna.cancel(`0x${'1'.repeat(64)}`), ben.order({ energyWh: 500 })],
  ].entries()) {
    yield* neighbourhood.submit(messages, NOW_MS + index)
    if (index < 2) yield* neighbourhood.keepSnapshot
    snapshots.splice(0, 2, ...(yield* log.snapshots(PARTITION)))
  }
  const [newest, older] = snapshots as [LogSnapshot, LogSnapshot]
  return { storage, log, neighbourhood, newest, older, ben }
})

const packed = (state: MarketState) => packedSnapshot(serializedState(state))
const withState = (snapshot: LogSnapshot, change: (state: MarketState) => unknown) =>
  packed(change(stateOf(snapshot) as MarketState) as MarketState)

describe('a snapshot that cannot be used is passed over:', () => {
  const damages: Readonly<Record<string, (newest: LogSnapshot) => Effect.Effect<Uint8Array>>> = {
    'of another version': ({ bytes }) => Effect.succeed(Uint8Array.from([SNAPSHOT_VERSION + 1, ...bytes.subarray(1)])),
    'cut short': ({ bytes }) => Effect.succeed(bytes.subarray(0, bytes.length / 2)),
    'of no bytes': () => Effect.succeed(new Uint8Array()),
    'of something else': () => packed('something else' as unknown as MarketState),
    'of another event': (newest) =>
      withState(newest, (state) => ({ ...state, street: { ...state.street, sequence: newest.sequence - 1 } })),
    'of another shape': (newest) => withState(newest, ({ street, memory }) => ({ street, memory })),
    'that the log does not follow from': (newest) =>
      withState(newest, (state) => ({ ...state, street: { ...state.street, slots: new Map() } })),
  }
  const expectOpened = Effect.fnUntraced(function* (log: EventLog, afterSequences: readonly number[]) {
    const opening = watched(log)
    const opened = yield* openOver(opening.log, NEVER)
    expect(opening.reads.map(({ after }) => after)).toEqual(afterSequences)
    const folded = yield* openOver(withoutSnapshots(log), NEVER)
    expect(inOrder(opened.street)).toEqual(inOrder(folded.street))
    expect(shownBy(opened)).toEqual(shownBy(folded))
  })

  for (const [name, damage] of Object.entries(damages)) {
    it(`${name}; the one before has to do, or the whole log`, () =>
      run(
        Effect.gen(function* () {
          const { log, newest, older } = yield* oldStreet
          yield* expectOpened(log, [newest.sequence])
          yield* log.keepSnapshot(PARTITION, { ...newest, bytes: yield* damage(newest) })
          const tried = name === 'that the log does not follow from' ? [newest.sequence] : []
          yield* expectOpened(log, [...tried, older.sequence])
          // The older one as a damaged one of its own sequence, and there is none that can be used.
          const olderBytes = yield* damage(older)
          yield* log.keepSnapshot(PARTITION, { ...older, bytes: olderBytes })
          const triedToo = tried.length > 0 ? [older.sequence] : []
          yield* expectOpened(log, [...tried, ...triedToo, 0])
        }),
      ))
  }

  it('with a changed byte', () =>
    run(
      Effect.gen(function* () {
        const { storage, log, newest, older } = yield* oldStreet
        const kept = storage.snapshots.get(PARTITION)?.[0]
        kept?.bytes.set([(kept.bytes[40] ?? 0) ^ 1], 40)
        expect(kept?.sequence).toBe(newest.sequence)
        yield* expectOpened(log, [older.sequence])
      }),
    ))

  it('of events that are lost', () =>
    run(
      Effect.gen(function* () {
        const { storage, log, newest, older, ben } = yield* oldStreet
        storage.partitions.get(PARTITION)?.splice(older.sequence)
        yield* expectOpened(log, [older.sequence])
        const opened = yield* openOver(log, NEVER)
        yield* opened.submit(
          [1, 2, 3].map(() => ben.order()),
          NOW_MS,
        )
        yield* opened.submit([ben.order({ timeInForce: 'IOC', slot: SLOT + 1 })], NOW_MS)
        expect(opened.street.sequence).toBeGreaterThan(newest.sequence)
        yield* expectOpened(log, [older.sequence])
      }),
    ))

  it('in a log that cannot say which it has', () =>
    run(
      Effect.gen(function* () {
        const { log } = yield* oldStreet
        const failing = { ...log, snapshots: () => Effect.fail(new LogFailure({ partition: PARTITION, detail: 'no' })) }
        yield* expectOpened({ ...failing, partitions: log.partitions }, [0])
      }),
    ))
})

describe('while a market runs', () => {
  const EVERY = 50
  /** More events than one batch of messages makes. */
  const BATCH = 12

  /** Waits until a snapshot is kept that is no further behind than it may be. */
  const kept = (log: EventLog, neighbourhood: Neighbourhood) =>
    Effect.gen(function* () {
      const [newest] = yield* log.snapshots(PARTITION)
      const behind = neighbourhood.street.sequence - (newest?.sequence ?? 0)
      if (behind >= EVERY) yield* Effect.sleep(1)
      return behind
    }).pipe(Effect.repeat({ until: (behind) => behind < EVERY }))

  /** Orders that come and go, until there are so many events. */
  const trade = Effect.fnUntraced(function* (
    neighbourhood: Neighbourhood,
    home: Home,
    until: { readonly events: number; readonly each?: Effect.Effect<unknown, unknown> },
  ) {
    while (neighbourhood.street.sequence < until.events) {
      const messages = [1, 2, 3].map(() => home.order({ timeInForce: 'IOC' }))
      for (const outcome of yield* neighbourhood.submit(messages, NOW_MS))
        expect(outcome).toMatchObject({ accepted: true })
      if (until.each) yield* until.each
    }
  })

  it('so few events are read at a start, however long the log has become', () =>
    run(
      Effect.gen(function* () {
        const log = yield* openMemoryEventLog()
        const neighbourhood = yield* openOver(log, { snapshotEveryEvents: EVERY })
        const anna = new Home('anna')
        yield* neighbourhood.submit([anna.enrolment()], NOW_MS)
        const read: number[] = []
        for (const events of [30, 300, 900]) {
          yield* trade(neighbourhood, anna, { events, each: kept(log, neighbourhood) })
          const opening = watched(log)
          yield* openOver(opening.log, NEVER)
          read.push(opening.reads[0]?.events ?? Number.NaN)
        }
        for (const events of read) expect(events).toBeLessThan(EVERY + BATCH)
        expect(yield* log.snapshots(PARTITION)).toHaveLength(2)
      }),
    ))

  it('a log that has none yet gets its first at the start', () =>
    run(
      Effect.gen(function* () {
        const log = yield* openMemoryEventLog()
        const neighbourhood = yield* openOver(log, NEVER)
        const anna = new Home('anna')
        yield* neighbourhood.submit([anna.enrolment()], NOW_MS)
        yield* trade(neighbourhood, anna, { events: 60 })
        expect(yield* log.snapshots(PARTITION)).toEqual([])
        const opened = yield* openOver(log, { snapshotEveryEvents: EVERY })
        yield* kept(log, opened)
        expect(yield* log.snapshots(PARTITION)).toMatchObject([{ sequence: opened.street.sequence }])
      }),
    ))

  /** A street whose log does with a snapshot as it is told, and of which sequences it was given one. */
  const streetKeeping = Effect.fnUntraced(function* (keeping: Effect.Effect<void, LogFailure>) {
    const log = yield* openMemoryEventLog()
    const given: number[] = []
    const keepSnapshot: EventLog['keepSnapshot'] = (_, { sequence }) =>
      Effect.andThen(
        Effect.sync(() => given.push(sequence)),
        keeping,
      )
    const neighbourhood = yield* openOver(
      { ...log, partitions: log.partitions, keepSnapshot },
      { snapshotEveryEvents: EVERY },
    )
    const anna = new Home('anna')
    yield* neighbourhood.submit([anna.enrolment()], NOW_MS)
    /** Waits until it was given one that is not too old. */
    const caughtUp = Effect.suspend(() => {
      const behind = neighbourhood.street.sequence - (given.at(-1) ?? 0)
      return Effect.as(behind < EVERY ? Effect.void : Effect.sleep(1), behind)
    }).pipe(Effect.repeat({ until: (behind) => behind < EVERY }))
    return { log, neighbourhood, anna, given, caughtUp }
  })

  it('nobody waits for one to be kept', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna, given, caughtUp } = yield* streetKeeping(Effect.never)
        yield* trade(neighbourhood, anna, { events: EVERY })
        yield* caughtUp
        yield* trade(neighbourhood, anna, { events: 4 * EVERY })
        expect(given).toHaveLength(1)
      }),
    ))

  it('one that cannot be kept stops nothing, and is not tried again at once', () =>
    run(
      Effect.gen(function* () {
        const full = new LogFailure({ partition: PARTITION, detail: 'the disk is full' })
        const { log, neighbourhood, anna, given, caughtUp } = yield* streetKeeping(Effect.fail(full))
        // A moment after each, in which one that is tried too early would be.
        yield* trade(neighbourhood, anna, { events: 4 * EVERY, each: Effect.andThen(caughtUp, Effect.sleep(3)) })
        expect(given.length).toBeGreaterThanOrEqual(3)
        expect(given.length).toBeLessThanOrEqual(4)
        const folded = yield* openOver(withoutSnapshots(log), NEVER)
        expect(inOrder(neighbourhood.street)).toEqual(inOrder(folded.street))
      }),
    ))

  it('one is kept of whole turns only, while a batch of messages is under way', () =>
    run(
      Effect.gen(function* () {
        const { log, neighbourhood, anna } = yield* roseStreet
        const messages = Array.from({ length: 60 }, () => anna.order({ timeInForce: 'IOC' }))
        const [outcomes] = yield* Effect.all(
          [neighbourhood.submit(messages, NOW_MS), Effect.repeat(neighbourhood.keepSnapshot, { times: 20 })],
          { concurrency: 'unbounded' },
        )
        expect(outcomes).toHaveLength(60)
        const logged = yield* eventsOf(log)
        const kept = yield* log.snapshots(PARTITION)
        expect(kept).toHaveLength(2)
        for (const snapshot of kept) {
          const orders = logged.slice(0, snapshot.sequence).filter(({ type }) => type === 'OrderPlaced')
          const { memory, street } = stateOf(snapshot) as MarketState
          expect(street.counts.orders).toBe(orders.length)
          expect(memory.orderIds.get(SLOT)?.size ?? 0).toBe(orders.length)
        }
      }),
    ))

  it('one that has lost its log keeps none', () =>
    run(
      Effect.gen(function* () {
        const { log, neighbourhood, anna } = yield* roseStreet
        const other = yield* openOver(log)
        yield* other.submit([anna.order()], NOW_MS)
        yield* Effect.flip(neighbourhood.submit([anna.order()], NOW_MS))
        yield* neighbourhood.keepSnapshot
        expect(yield* log.snapshots(PARTITION)).toEqual([])
      }),
    ))
})

describe('the snapshot', () => {
  const proposed: MarketEvent = {
    type: 'BatchProposed',
    timeMs: endMs(SLOT),
    batch: {
      number: 1,
      firstSlot: SLOT,
      lastSlot: SLOT,
      tradesRoot: ZERO_HASH,
      statementsRoot: ZERO_HASH,
      creditsRoot: ZERO_HASH,
      billsRoot: ZERO_HASH,
      termsHash: ZERO_HASH,
      logHead: ZERO_HASH,
      archiveHash: ZERO_HASH,
      totals: {
        trades: 1,
        tradedWh: 100,
        tradedMicroEur: 20_000,
        localChargeMicroEur: 0,
        importWh: 400,
        exportWh: 0,
        coveredWh: 0,
        costMicroEur: 0,
        costWithoutMarketMicroEur: 0,
        creditsWh: 0,
      },
    },
    place: { transaction: ZERO_HASH, block: 1 },
  }

  /** Which fields there are in what, at every depth; `[]` is any of the values of a Map or an array. */
  function fieldsOf(value: unknown, path = 'state', found: Record<string, Set<string>> = {}) {
    if (value instanceof Map) for (const held of value.values()) fieldsOf(held, `${path}[]`, found)
    else if (Array.isArray(value)) for (const held of value) fieldsOf(held, `${path}[]`, found)
    else if (typeof value === 'object' && value !== null && !(value instanceof Set)) {
      for (const [key, held] of Object.entries(value)) {
        found[path] = (found[path] ?? new Set()).add(key)
        fieldsOf(held, `${path}.${key}`, found)
      }
    }
    return found
  }

  it('has the shape of its version: raise SNAPSHOT_VERSION with every change of it', () =>
    run(
      Effect.gen(function* () {
        const { log, neighbourhood, anna, ben } = yield* roseStreet
        yield* neighbourhood.submit(
          [
            anna.session(),
            anna.streamReading(),
            anna.order({ energyWh: 100 }),
            ben.order({ energyWh: 300, side: 'sell' }),
            ben.order({ slot: SLOT + 3 }),
          ],
          NOW_MS,
        )
        yield* neighbourhood.submit([ben.statement()], endMs(SLOT))
        const { street, memory, marketData } = yield* knownTo(log, neighbourhood)
        const bytes = yield* packed({ street, memory, marketData })
        expect(inOrder(stateOf({ sequence: street.sequence, bytes }))).toEqual(inOrder({ street, memory, marketData }))
        expect(inOrder(new MarketData(marketData).state)).toEqual(inOrder(marketData))
        applyEvent(street, { sequence: street.sequence + 1, event: proposed })
        const fields = Object.entries(fieldsOf({ street, memory, marketData }))
        const shape = fields.map(([path, names]) => `${path}: ${[...names].join(' ')}`)
        expect([`version ${SNAPSHOT_VERSION}`, ...shape]).toMatchInlineSnapshot(`
          [
            "version 4",
            "state: street memory marketData",
            "state.street: sequence timeMs neighbourhood rules domain operator isStopped controlNonce counts homes homeOfAccount homeOfDevice slots nonces tape batches funds fundsBlock inService",
            "state.street.rules: openingCallMs priceRule bandEurPerMWh haltMs maxOrdersPerAccountAndSlot protocolFeeBp collateral devices slotMinutes slotsAhead gateBeforeDeliveryMs meteringDeadlineMs minPriceEurPerMWh maxPriceEurPerMWh maxOrderWh maxOpenOrdersPerAccountAndSlot slotsPerBatch disputeWindowMs tariff",
            "state.street.rules.tariff: retailMilliEurPerMWh feedInMilliEurPerMWh localChargeMilliEurPerMWh",
            "state.street.domain: name version chainId verifyingContract",
            "state.street.counts: readings statements orders trades tradedWh settledTrades settledWh chainBlock",
            "state.street.homes[]: home account deviceId deviceSigner sessions readingSequence readingHash readingTimeMs powerW importWh exportWh",
            "state.street.homes[].sessions[]: sequence streamKey fromMs untilMs",
            "state.street.homeOfAccount[]: home account deviceId deviceSigner sessions readingSequence readingHash readingTimeMs powerW importWh exportWh",
            "state.street.homeOfAccount[].sessions[]: sequence streamKey fromMs untilMs",
            "state.street.homeOfDevice[]: home account deviceId deviceSigner sessions readingSequence readingHash readingTimeMs powerW importWh exportWh",
            "state.street.homeOfDevice[].sessions[]: sequence streamKey fromMs untilMs",
            "state.street.slots[]: slot phase callEndsMs haltEndsMs isHeld trades tradedWh tradedMicroEur lastPriceEurPerMWh openOrders openOrdersOf positions statements",
            "state.street.slots[].positions[]: boughtWh soldWh paidMicroEur receivedMicroEur reservedMicroEur",
            "state.street.slots[].statements[]: deviceId account neighbourhood slot importWh exportWh firstSequence lastSequence chainHead quality estimated",
            "state.street.slots[].openOrders[]: orderId account side timeInForce expiresAtMs postOnly selfTradePrevention nonce priceEurPerMWh energyWh openWh",
            "state.street.slots[].openOrdersOf[][]: orderId account side timeInForce expiresAtMs postOnly selfTradePrevention nonce priceEurPerMWh energyWh openWh",
            "state.street.tape[]: trade timeMs sequence",
            "state.street.tape[].trade: id slot buyer seller buyOrderId sellOrderId makerSide priceEurPerMWh energyWh",
            "state.street.batches[]: batch proposed final",
            "state.street.batches[].batch: number firstSlot lastSlot tradesRoot statementsRoot creditsRoot billsRoot termsHash logHead archiveHash totals",
            "state.street.batches[].batch.totals: trades tradedWh tradedMicroEur localChargeMicroEur importWh exportWh coveredWh costMicroEur costWithoutMarketMicroEur creditsWh",
            "state.street.batches[].proposed: transaction block",
            "state.memory: orderIds ordersTaken lastStatements",
            "state.memory.lastStatements[]: deviceId account neighbourhood slot importWh exportWh firstSequence lastSequence chainHead quality estimated",
            "state.marketData: sequence slots",
            "state.marketData.slots[]: slot phase changedAt statistics forgottenAt bids asks orders",
            "state.marketData.slots[].statistics: trades openEurPerMWh highEurPerMWh lowEurPerMWh lastEurPerMWh lastWh tradedMicroEur tradedWh",
            "state.marketData.slots[].orders[]: orderId side priceEurPerMWh openWh filledWh",
          ]
        `)
      }),
    ))
})
