import { Effect, Exit, Fiber, Scope, Stream } from 'effect'
import { describe, expect, it } from 'vitest'
import type { EventLog, LogFailure, LogSnapshot } from '#matching-engine/event-log/event-log.ts'
import type { LoggedEvent, MarketEvent } from '#protocol/market-event.ts'

/** One place where events are kept: opened as often as one likes, each time by another owner. */
export interface Store {
  readonly open: Effect.Effect<EventLog, LogFailure, Scope.Scope>
  /** Changes a byte of a kept snapshot, near its end, behind everybody's back. */
  readonly changeSnapshot: (partition: string, sequence: number) => void
  /** Takes all events after a sequence away that is the last one of an append, while nobody has the log open. */
  readonly loseEvents: (partition: string, afterSequence: number) => void
}

const PARTITION = 'rose-street'
const ZERO = `0x${'0'.repeat(40)}` as const

function phase(slot: number): MarketEvent {
  return { type: 'SlotPhaseChanged', timeMs: slot * 10, slot, phase: 'continuous' }
}

function phases(first: number, count: number): MarketEvent[] {
  return Array.from({ length: count }, (_, index) => phase(first + index))
}

const slotsOf = (events: readonly LoggedEvent[]) =>
  events.map(({ event }) => (event.type === 'SlotPhaseChanged' ? event.slot : -1))

/** Bytes that differ by `salt` and by their place. */
const bytesOf = (length: number, salt: number) => Uint8Array.from({ length }, (_, at) => (at * 31 + salt) % 251)
/** In digits, so that two stores' kinds of byte arrays compare. */
const inHex = ({ sequence, bytes }: LogSnapshot) => ({ sequence, hex: Buffer.from(bytes).toString('hex') })
const keptIn = (log: EventLog) => Effect.map(log.snapshots(PARTITION), (kept) => kept.map(inHex))

/** The rules every store keeps; run with a maker of fresh, empty stores. */
export function eventLogConformance(name: string, withStore: <A>(use: (store: Store) => Promise<A>) => Promise<A>) {
  const run = (use: (store: Store) => Effect.Effect<void, unknown, Scope.Scope>) => () =>
    withStore((store) => Effect.runPromise(Effect.scoped(use(store))))
  const all = (log: EventLog, after = 0, partition = PARTITION) => Stream.runCollect(log.read(partition, after))

  describe(`event log: ${name}`, () => {
    it(
      'gives back what was appended, numbered from 1 without gaps',
      run((store) =>
        Effect.gen(function* () {
          const log = yield* store.open
          const opened: MarketEvent = {
            type: 'OrderClosed',
            timeMs: 1_700_000_000_000,
            orderId: `0x${'ab'.repeat(32)}`,
            slot: 3,
            status: 'expired',
          }
          expect(yield* log.append(PARTITION, 0, [phase(1), opened])).toBe(2)
          expect(yield* log.append(PARTITION, 2, [phase(3)])).toBe(3)
          expect(yield* all(log)).toEqual([
            { sequence: 1, event: phase(1) },
            { sequence: 2, event: opened },
            { sequence: 3, event: phase(3) },
          ])
          expect([yield* log.head(PARTITION), yield* log.head('oak-street')]).toEqual([3, 0])
          expect(slotsOf(yield* all(log, 2))).toEqual([3])
          expect(yield* all(log, 3)).toEqual([])
          expect(yield* all(log, 99)).toEqual([])
        }),
      ),
    )

    it(
      'an append of nothing changes nothing but still needs the right sequence',
      run((store) =>
        Effect.gen(function* () {
          const log = yield* store.open
          expect(yield* log.append(PARTITION, 0, [])).toBe(0)
          expect((yield* Effect.flip(log.append(PARTITION, 1, [])))._tag).toBe('StaleSequence')
          expect(yield* log.partitions).toEqual([])
        }),
      ),
    )

    it(
      'refuses a stale sequence whole and says where the partition is',
      run((store) =>
        Effect.gen(function* () {
          const log = yield* store.open
          yield* log.append(PARTITION, 0, phases(1, 2))
          for (const expected of [0, 1, 3]) {
            const refused = yield* Effect.flip(log.append(PARTITION, expected, phases(10, 3)))
            expect(refused).toMatchObject({
              _tag: 'StaleSequence',
              partition: PARTITION,
              expectedSequence: expected,
              actualSequence: 2,
            })
          }
          expect(slotsOf(yield* all(log))).toEqual([1, 2])
        }),
      ),
    )

    it(
      'keeps partitions apart',
      run((store) =>
        Effect.gen(function* () {
          const log = yield* store.open
          yield* log.append('b', 0, [phase(1)])
          yield* log.append('a', 0, [phase(2), phase(3)])
          expect(yield* log.partitions).toEqual(['a', 'b'])
          expect(slotsOf(yield* all(log, 0, 'a'))).toEqual([2, 3])
          expect(slotsOf(yield* all(log, 0, 'b'))).toEqual([1])
          expect(yield* all(log, 0, 'nobody')).toEqual([])
        }),
      ),
    )

    it(
      'of two owners who append after the same sequence exactly one wins; the other one is fenced off',
      run((store) =>
        Effect.gen(function* () {
          const owners = [yield* store.open, yield* store.open] as const
          let last = 0
          for (let round = 0; round < 20; round++) {
            const results = yield* Effect.all(
              owners.map((owner, index) => Effect.result(owner.append(PARTITION, last, phases(round * 10 + index, 2)))),
              { concurrency: 'unbounded' },
            )
            expect(results.map((result) => result._tag).sort()).toEqual(['Failure', 'Success'])
            for (const result of results) {
              if (result._tag === 'Failure') expect(result.failure._tag).toBe('StaleSequence')
            }
            last += 2
          }
          expect((yield* all(owners[0])).map((logged) => logged.sequence)).toEqual(
            Array.from({ length: 40 }, (_, index) => index + 1),
          )
          expect(yield* all(owners[0])).toEqual(yield* all(owners[1]))
        }),
      ),
    )

    it(
      'a subscriber from the middle sees every event once, in order, while two owners go on appending',
      run((store) =>
        Effect.gen(function* () {
          const log = yield* store.open
          const other = yield* store.open
          yield* log.append(PARTITION, 0, phases(1, 2_500))
          const total = 2_500 + 60 * 3
          const seen = yield* Effect.forkChild(
            log.subscribe(PARTITION, 1_200).pipe(Stream.take(total - 1_200), Stream.runCollect),
          )
          let last = 2_500
          for (let round = 0; round < 60; round++) {
            last = yield* (round % 2 === 0 ? log : other).append(PARTITION, last, phases(last + 1, 3))
            if (round % 7 === 0) yield* Effect.sleep(1)
            else yield* Effect.yieldNow
          }
          const events = yield* Fiber.join(seen)
          expect(events.map((logged) => logged.sequence)).toEqual(
            Array.from({ length: total - 1_200 }, (_, index) => 1_201 + index),
          )
          expect(slotsOf(events)).toEqual(events.map((logged) => logged.sequence))
        }),
      ),
    )

    it(
      'a subscriber at the end waits for the next event',
      run((store) =>
        Effect.gen(function* () {
          const log = yield* store.open
          const seen = yield* Effect.forkChild(log.subscribe(PARTITION, 0).pipe(Stream.take(1), Stream.runCollect), {
            startImmediately: true,
          })
          yield* Effect.sleep(5)
          yield* log.append(PARTITION, 0, [phase(7)])
          expect(slotsOf(yield* Fiber.join(seen))).toEqual([7])
        }),
      ),
    )

    it(
      're-opening keeps everything, and the sequence goes on where it was',
      run((store) =>
        Effect.gen(function* () {
          yield* Effect.scoped(Effect.flatMap(store.open, (log) => log.append(PARTITION, 0, phases(1, 1_500))))
          const log = yield* store.open
          expect(slotsOf(yield* all(log))).toEqual(Array.from({ length: 1_500 }, (_, index) => index + 1))
          expect((yield* Effect.flip(log.append(PARTITION, 0, [phase(1)])))._tag).toBe('StaleSequence')
          expect(yield* log.append(PARTITION, 1_500, [phase(9)])).toBe(1_501)
        }),
      ),
    )

    it(
      'after its scope has closed a log refuses everything, and its subscribers are told',
      run((store) =>
        Effect.gen(function* () {
          const scope = yield* Scope.make()
          const log = yield* Scope.provide(store.open, scope)
          const subscriber = yield* Effect.forkChild(Effect.flip(Stream.runDrain(log.subscribe(PARTITION, 0))), {
            startImmediately: true,
          })
          yield* Scope.close(scope, Exit.void)
          expect(yield* Fiber.join(subscriber)).toMatchObject({ _tag: 'LogFailure' })
          expect((yield* Effect.flip(log.append(PARTITION, 0, [phase(1)])))._tag).toBe('LogFailure')
          expect((yield* Effect.flip(all(log)))._tag).toBe('LogFailure')
          expect((yield* Effect.flip(log.partitions))._tag).toBe('LogFailure')
          expect((yield* Effect.flip(log.snapshots(PARTITION)))._tag).toBe('LogFailure')
          const snapshot = { sequence: 0, bytes: bytesOf(1, 1) }
          expect((yield* Effect.flip(log.keepSnapshot(PARTITION, snapshot)))._tag).toBe('LogFailure')
        }),
      ),
    )

    it(
      'keeps the last two snapshots of a partition, whatever their size, for whoever opens it next',
      run((store) =>
        Effect.gen(function* () {
          const snapshots = [
            { sequence: 1, bytes: bytesOf(10, 1) },
            { sequence: 2, bytes: bytesOf(600_000, 2) },
            { sequence: 4, bytes: bytesOf(0, 3) },
            { sequence: 5, bytes: bytesOf(262_145, 4) },
          ]
          for (const [index, snapshot] of snapshots.entries()) {
            yield* Effect.scoped(
              Effect.gen(function* () {
                const log = yield* store.open
                if (index === 0) yield* log.append(PARTITION, 0, phases(1, 5))
                yield* log.keepSnapshot(PARTITION, snapshot)
                expect(yield* log.snapshots('oak-street')).toEqual([])
              }),
            )
            const log = yield* store.open
            const last = snapshots.slice(Math.max(0, index - 1), index + 1).reverse()
            expect(yield* keptIn(log)).toEqual(last.map(inHex))
          }
          const log = yield* store.open
          const again = { sequence: 5, bytes: bytesOf(7, 5) }
          yield* log.keepSnapshot(PARTITION, again)
          expect(yield* keptIn(log)).toEqual([again, snapshots[2]].map((kept) => kept && inHex(kept)))
          expect(slotsOf(yield* all(log))).toEqual([1, 2, 3, 4, 5])
        }),
      ),
    )

    it(
      'passes over a snapshot of which a byte has changed',
      run((store) =>
        Effect.gen(function* () {
          const log = yield* store.open
          yield* log.append(PARTITION, 0, phases(1, 5))
          for (const sequence of [2, 3]) yield* log.keepSnapshot(PARTITION, { sequence, bytes: bytesOf(300_000, 1) })
          store.changeSnapshot(PARTITION, 3)
          expect((yield* keptIn(log)).map(({ sequence }) => sequence)).toEqual([2])
          store.changeSnapshot(PARTITION, 2)
          expect(yield* keptIn(log)).toEqual([])
          yield* log.keepSnapshot(PARTITION, { sequence: 3, bytes: bytesOf(300_000, 2) })
          expect((yield* keptIn(log)).map(({ sequence }) => sequence)).toEqual([3])
        }),
      ),
    )

    it(
      'takes no snapshot of what is not there yet',
      run((store) =>
        Effect.gen(function* () {
          const log = yield* store.open
          yield* log.append(PARTITION, 0, phases(1, 5))
          const refused = yield* Effect.flip(log.keepSnapshot(PARTITION, { sequence: 6, bytes: bytesOf(10, 1) }))
          expect(refused).toMatchObject({
            _tag: 'LogFailure',
            detail: 'a snapshot of 6 cannot be kept: the log ends at 5',
          })
          yield* log.append(PARTITION, 5, phases(6, 5))
          expect(yield* keptIn(log)).toEqual([])
        }),
      ),
    )

    it(
      'a snapshot of events that are lost never counts again, whatever takes their place',
      run((store) =>
        Effect.gen(function* () {
          yield* Effect.scoped(
            Effect.gen(function* () {
              const log = yield* store.open
              yield* log.append(PARTITION, 0, phases(1, 3))
              yield* log.append(PARTITION, 3, phases(4, 2))
              for (const sequence of [3, 5]) yield* log.keepSnapshot(PARTITION, { sequence, bytes: bytesOf(9, 1) })
            }),
          )
          store.loseEvents(PARTITION, 3)
          const log = yield* store.open
          expect((yield* keptIn(log)).map(({ sequence }) => sequence)).toEqual([3])
          yield* log.append(PARTITION, 3, phases(14, 4))
          expect((yield* keptIn(log)).map(({ sequence }) => sequence)).toEqual([3])
        }),
      ),
    )

    it(
      'names are data: a partition may be called anything',
      run((store) =>
        Effect.gen(function* () {
          const log = yield* store.open
          for (const partition of ['__proto__', "'; DROP TABLE events; --", ZERO]) {
            yield* log.append(partition, 0, [phase(1)])
            expect(slotsOf(yield* all(log, 0, partition))).toEqual([1])
          }
        }),
      ),
    )
  })
}
