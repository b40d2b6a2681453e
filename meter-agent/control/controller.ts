import { Deferred, Effect, Latch, Schedule, type Scope, Semaphore } from 'effect'
import type { RegisterWrite, WritableBus } from '../drivers/bus.ts'
import type { ModbusError } from '../drivers/modbus-error.ts'
import { type ControlTerms, checkCommand } from './check-command.ts'
import {
  type ControlJournalFailure,
  ControlLost,
  type DeviceReplaced,
  NotReverted,
  type ReadBackMismatch,
} from './control-failure.ts'
import {
  type Commanded,
  type ControlEntry,
  type ControlJournal,
  type RevertReason,
  recordedRegisters,
  writeOf,
} from './control-journal.ts'
import { ControlRefused } from './control-refused.ts'
import { controlState } from './control-state.ts'
import { type ControllableDevice, refusedWrite } from './controllable-device.ts'
import { putBack, revertOf } from './put-back.ts'
import { differing, readRegisters, sameDevice, writeRegisters } from './write-registers.ts'

/** Why a command was not carried out, or did not stay. */
export type ControlError =
  | ControlRefused
  | ModbusError
  | ReadBackMismatch
  | DeviceReplaced
  | NotReverted
  | ControlJournalFailure

/** A command at work. */
export interface Lease {
  readonly digest: `0x${string}`
  /** Waits until the device is back to what it was: why, or ControlLost where the connection was. */
  readonly ended: Effect.Effect<RevertReason, ControlLost | ReadBackMismatch>
}

/** Obeys signed commands to one device. */
export interface Controller {
  /** Checks a command, records it, carries it out and reads it back. A release gives null. */
  readonly accept: (command: unknown) => Effect.Effect<Lease | null, ControlError>
  /** Puts the device back for good, as the end of the scope does; says so where it cannot be. */
  readonly stop: Effect.Effect<void, NotReverted>
}

/** Time as control needs it: the wall's, which a command's end is told in, and one that nobody can set. */
export interface ControlClock {
  readonly nowMs: () => number
  readonly monotonicMs: () => number
}

/** A command is written again so often; the device's own time-out is three times as long. */
const REPEAT_MS = 20_000
const TIMEOUT_REPEATS = 3
/** A device that cannot be put back is tried again so often; at the start and at the end, so many times. */
const RETRY_MS = 2_000
const TRIES = 5

interface Active {
  readonly commanded: Commanded
  readonly endsAtMonotonicMs: number
  /** when it was written last, and on which of the line's connections */
  writtenMonotonicMs: number
  connections: number
  /** whether the device reverts by itself unless it is written to again */
  readonly hasTimeout: boolean
  readonly ended: Deferred.Deferred<RevertReason, ControlLost | ReadBackMismatch>
  /** why it is to be put back, from when that was first tried */
  reverting: RevertReason | null
  failure: ReadBackMismatch | null
  /** what stood in the way of that, said once */
  said: string
}

/**
 * Takes control of a device until the scope closes. What an earlier process left in it is put back first (or NotReverted).
 * A command is written again while its lease lasts, and put back when that ends, when it is released or superseded,
 * when the line was lost and is there again, and when the scope closes.
 */
export const openController = <E>(options: {
  readonly bus: WritableBus
  readonly url: string
  /** finds out what the device can do; asked once what was left in it is put back */
  readonly device: Effect.Effect<ControllableDevice, E>
  readonly journal: ControlJournal
  readonly terms: ControlTerms
  readonly clock: ControlClock
  readonly repeatMs?: number
}): Effect.Effect<Controller, E | NotReverted, Scope.Scope> =>
  Effect.gen(function* () {
    const { bus, url, journal, terms, clock, repeatMs = REPEAT_MS } = options
    const oneAtATime = yield* Semaphore.make(1)
    const changed = yield* Latch.make(false)
    let active: Active | null = null
    const stateNow = () => controlState(journal.records(), terms.deviceId)

    /** What puts a device back does not wait for a disk that is full. Without the record it is put back once more. */
    const note = (entry: ControlEntry) =>
      journal.append(entry, clock.nowMs()).pipe(Effect.catch((error) => Effect.logError(error.message)))

    const putBackAndNote = (commanded: Commanded) =>
      Effect.andThen(putBack(bus, commanded), note({ event: 'reverted', digest: commanded.digest }))

    /** Puts the device back now, or fails and leaves it to the next try. */
    const revert = (at: Active, reason: RevertReason) =>
      Effect.gen(function* () {
        const { digest } = at.commanded
        if (at.reverting === null) {
          at.reverting = reason
          yield* note({ event: 'reverting', digest, reason })
        }
        yield* putBackAndNote(at.commanded)
        active = null
        if (at.failure !== null) yield* Deferred.fail(at.ended, at.failure)
        else if (at.reverting !== 'reconnected') yield* Deferred.succeed(at.ended, at.reverting)
        else yield* Deferred.fail(at.ended, new ControlLost({ url, detail: 'the connection was lost' }))
      })

    const again = {
      times: TRIES - 1,
      schedule: Schedule.spaced(RETRY_MS),
      while: ({ _tag }: { readonly _tag: string }) => _tag !== 'DeviceReplaced', // which no waiting heals
    }
    const asNotReverted = (error: { readonly message: string }) => new NotReverted({ url, detail: error.message })

    const left = stateNow().active
    if (left !== null) {
      yield* note({ event: 'reverting', digest: left.digest, reason: 'crashed' })
      yield* putBackAndNote(left).pipe(Effect.retry(again), Effect.mapError(asNotReverted))
    }
    const device = yield* options.device

    let stopped: Active | null = null
    const stop = oneAtATime.withPermits(1)(
      Effect.suspend(() => {
        if (active === null || active === stopped) return Effect.void
        stopped = active
        return revert(active, 'stopped').pipe(Effect.retry(again), Effect.mapError(asNotReverted))
      }),
    )
    yield* Effect.addFinalizer(() => Effect.catch(stop, (error) => Effect.logError(error.message)))

    const carryOut = (input: unknown) =>
      Effect.gen(function* () {
        const nowMs = clock.nowMs()
        const checked = checkCommand(input, { terms, state: stateNow(), nowMs })
        if (checked instanceof ControlRefused) return yield* checked
        const { signed, digest } = checked
        const { body, signature } = signed
        const record = { event: 'commanded', digest, command: body, signature, url } as const
        if (body.action === 'release') {
          const kept = yield* Effect.exit(journal.append({ ...record, identity: [], writes: [], revert: [] }, nowMs))
          if (active !== null) yield* revert(active, 'released').pipe(Effect.mapError(asNotReverted))
          yield* kept
          return null
        }
        if (active?.reverting != null) {
          yield* revert(active, active.reverting).pipe(Effect.retry(again), Effect.mapError(asNotReverted))
        }
        yield* sameDevice(bus, device.identity)
        const { action, powerW, expiresAtMs } = body
        const timeoutS = Math.ceil((TIMEOUT_REPEATS * repeatMs) / 1_000)
        const found = active === null ? [] : active.commanded.revert.map(writeOf)
        const planned = yield* device.plan({ action, powerW, timeoutS, found })
        const refused = refusedWrite(device.allowed, planned)
        if (refused !== null) return yield* refused
        const isSame = planned.every((write) => found.some((one) => isAt(one, write)))
        if (active !== null && !isSame) yield* revert(active, 'superseded').pipe(Effect.mapError(asNotReverted))
        const commanded: Commanded = {
          ...record,
          identity: device.identity.map(recordedRegisters),
          writes: planned.map(recordedRegisters),
          revert: active?.commanded.revert ?? (yield* revertOf(bus, planned)).map(recordedRegisters),
        }
        const at: Active = {
          commanded,
          endsAtMonotonicMs: clock.monotonicMs() + (expiresAtMs - nowMs),
          writtenMonotonicMs: clock.monotonicMs(),
          connections: bus.connections(),
          hasTimeout: planned.some(({ isTimeout }) => isTimeout),
          ended: yield* Deferred.make<RevertReason, ControlLost | ReadBackMismatch>(),
          reverting: null,
          failure: null,
          said: '',
        }
        yield* Effect.uninterruptible(
          Effect.gen(function* () {
            yield* journal.append(commanded, nowMs)
            if (active !== null) yield* Deferred.succeed(active.ended, 'superseded')
            active = at
          }),
        )
        yield* writeRegisters(bus, planned).pipe(
          Effect.tapError((error) =>
            Effect.gen(function* () {
              yield* note({ event: 'failed', digest, detail: error.message })
              yield* Effect.ignore(revert(at, 'failed')) // else the next round tries again
            }),
          ),
        )
        at.connections = bus.connections()
        yield* note({ event: 'applied', digest })
        return { digest, ended: Deferred.await(at.ended) }
      })

    const repeat = (at: Active) =>
      Effect.gen(function* () {
        const writes = at.commanded.writes.map(writeOf)
        const held = yield* readRegisters(bus, writes)
        const isNew = () => bus.connections() !== at.connections
        if (isNew()) return yield* revert(at, 'reconnected')
        // Such registers may be kept in a memory that wears: without a time-out only what has changed is written.
        yield* writeRegisters(bus, at.hasTimeout ? writes : differing(writes, held))
        at.writtenMonotonicMs = clock.monotonicMs()
        if (isNew()) yield* revert(at, 'reconnected')
      }).pipe(
        Effect.catch((error) => {
          if (error._tag === 'ReadBackMismatch' && at.reverting === null) at.failure = error
          return revert(at, error._tag === 'ReadBackMismatch' ? 'failed' : 'reconnected')
        }),
      )
    const keepUp = Effect.gen(function* () {
      const at = active
      if (at === null) return
      const nowMs = clock.monotonicMs()
      if (at.reverting !== null) yield* revert(at, at.reverting)
      // The wall's clock may be set back, and must not make a lease longer.
      else if (clock.nowMs() >= at.commanded.command.expiresAtMs || nowMs >= at.endsAtMonotonicMs) {
        yield* revert(at, 'expired')
      } else if (nowMs - at.writtenMonotonicMs >= repeatMs) yield* repeat(at)
    }).pipe(
      Effect.catch((error) => {
        const { message } = asNotReverted(error)
        if (active === null || active.said === message) return Effect.void
        active.said = message
        return Effect.logWarning(`${message}; tried again`)
      }),
    )

    /** Sleeps until the lease ends, or it is to be written again, or there is another. */
    const untilNext = Effect.suspend(() => {
      const nowMs = clock.monotonicMs()
      const dueMs =
        active === null || active.reverting !== null
          ? RETRY_MS
          : Math.min(active.endsAtMonotonicMs - nowMs, active.writtenMonotonicMs + repeatMs - nowMs, RETRY_MS)
      return Effect.race(Effect.sleep(Math.max(1, dueMs)), Effect.andThen(changed.await, changed.close))
    })
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(untilNext, oneAtATime.withPermits(1)(keepUp))))
    return { accept: (command) => Effect.tap(oneAtATime.withPermits(1)(carryOut(command)), changed.open), stop }
  })

const isAt = (one: RegisterWrite, other: RegisterWrite): boolean =>
  one.unit === other.unit && one.address === other.address && one.words.length === other.words.length
