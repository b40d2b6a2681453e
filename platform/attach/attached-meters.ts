import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Effect, FiberMap, Option, Semaphore } from 'effect'
import type { AttachFailure, AttachPort } from '#matching-engine/index.ts'
import { enrolHome } from '#meter-agent/index.ts'
import type { AttachDevice, AttachedMeter, AttachMeter, ProbeAnswer, RemovedMeter } from '#protocol/attach.ts'
import type { Clock } from '#protocol/clock.ts'
import { openHomeFolder } from '../home-folder.ts'
import { attachProfiles } from './attach-profiles.ts'
import { refusal, refuse } from './attach-refusal.ts'
import { type AttachedHome, forgetAttached, keepAttached, readAttached } from './attached-file.ts'
import { deviceOfRequest, type NamedDevice } from './device-of-request.ts'
import { leaveMarket } from './leave-market.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { probeMeter } from './probe-meter.ts'
import { refuseOnLine } from './refuse-on-line.ts'
import { scanNetwork } from './scan-network.ts'
import { type MeterCause, type MeterPace, superviseMeter } from './supervise-meter.ts'

const METERS_MAX = 64
const PROBES_AT_ONCE = 4
/** The meters that were attached to a street, in its own process. None stops another one, nor the street. */
export interface AttachedMeters {
  readonly port: AttachPort
  /** Reads all of them for ever, those of earlier runs too. Interrupted, it hands over what they have said. */
  readonly run: (pace: MeterPace) => Effect.Effect<never>
}

export interface AttachedMetersOptions {
  /** where their files, keys and outboxes live; made if it is not there */
  readonly folder: string
  readonly neighbourhood: string
  readonly clock: Clock
  readonly seed: string
  readonly gatewayUrl: () => string
  /** all homes that have enrolled, by name, in the order that pictures of the street number them */
  readonly homes: () => Iterable<string>
}

/** Meters that are attached as long as they run. */
interface Running {
  readonly begin: (kept: AttachedHome) => Effect.Effect<void>
  readonly end: (home: string) => Effect.Effect<void>
}

export const openAttachedMeters = (options: AttachedMetersOptions): Effect.Effect<AttachedMeters> =>
  Effect.gen(function* () {
    const { folder, neighbourhood, clock, seed, gatewayUrl, homes } = options
    const meters = new Map<string, Omit<AttachedMeter, 'number'>>()
    const devices = new Map<string, AttachedHome['device']>()
    const changes = yield* Semaphore.make(1)
    // Many meters talk to one at a time.
    const onItsLine = oneAtATime()
    let running: Running | null = null
    const scans = yield* Semaphore.make(1)
    const probes = yield* Semaphore.make(PROBES_AT_ONCE)

    const numberOf = (home: string): number | null => {
      const number = [...homes()].indexOf(home)
      return number === -1 ? null : number
    }
    const numbered = (meter: Omit<AttachedMeter, 'number'>): AttachedMeter => ({
      ...meter,
      number: numberOf(meter.home),
    })
    const note = (home: string, news: Partial<AttachedMeter>) => {
      const known = meters.get(home)
      if (known !== undefined) meters.set(home, { ...known, ...news })
    }
    const ended = (home: string, cause: MeterCause) =>
      Effect.suspend(() => {
        const isNews = meters.get(home)?.cause?.detail !== cause.detail
        note(home, { state: 'failing', cause })
        return isNews ? Effect.logWarning(`attached meter of ${home}: ${cause.error}: ${cause.detail}`) : Effect.void
      })

    /** What is read for a home already is left to it: a second reader could take the device from the first. */
    const probe = (named: NamedDevice): Effect.Effect<ProbeAnswer, AttachFailure> =>
      Effect.suspend(() =>
        Effect.andThen(refuseOnLine(named.address, [...meters.values()]), onItsLine(named.address, probeMeter(named))),
      )

    const attach = ({ home, device }: AttachMeter): Effect.Effect<AttachedMeter, AttachFailure> =>
      Effect.gen(function* () {
        if (running === null) return yield* notNow
        if (meters.has(home)) return yield* refuse('HOME_ATTACHED', `a meter of ${home} is attached already`, 'home')
        if (meters.size >= METERS_MAX) return yield* refuse('METERS_FULL', `${METERS_MAX} meters are attached`)
        const homeFolder = join(folder, home)
        if (numberOf(home) !== null && !existsSync(join(homeFolder, 'home.json'))) {
          return yield* refuse('HOME_TAKEN', `there is a home ${home} in ${neighbourhood}: take another name`, 'home')
        }
        const named = yield* deviceOfRequest(device, { folder })
        const { fault } = yield* probe(named)
        if (fault !== null) {
          const detail = fault === 'no-grid' ? 'it measures no grid connection' : 'it has no counters of the grid'
          return yield* refuse('METER_SETTLES_NOTHING', `${named.address} settles no home: ${detail}`, 'address')
        }
        const own = yield* Effect.mapError(openHomeFolder(homeFolder, { home }), notJoined)
        yield* enrolHome({ ...own, neighbourhood, deviceId: home, gatewayUrl: gatewayUrl() }).pipe(
          Effect.tapError(() => own.forget),
          Effect.mapError(notJoined),
        )
        const kept = { home, device }
        yield* Effect.try({ try: () => keepAttached(folder, kept), catch: (cause) => notJoined(cause as Error) })
        yield* running.begin(kept)
        return numbered(meters.get(home) ?? startingMeter(home, device, named.address))
      }).pipe(changes.withPermits(1))

    const remove = (home: string): Effect.Effect<RemovedMeter, AttachFailure> =>
      Effect.gen(function* () {
        if (running === null) return yield* notNow
        const { begin, end } = running
        const device = devices.get(home)
        if (device === undefined) {
          return yield* Effect.fail<AttachFailure>({ is: 'unknown', detail: 'no meter of this name is attached' })
        }
        yield* end(home)
        const cancelled = yield* leaveMarket({ ...{ home, folder, neighbourhood }, gatewayUrl: gatewayUrl() }).pipe(
          Effect.tapError(() => begin({ home, device })), // whoever has orders is still looked after
        )
        forgetAttached(folder, home)
        meters.delete(home)
        devices.delete(home)
        return { home, cancelled }
      }).pipe(changes.withPermits(1))

    const run: AttachedMeters['run'] = (pace) =>
      Effect.gen(function* () {
        const fibers = yield* FiberMap.make<string>()
        const begin = ({ home, device }: AttachedHome): Effect.Effect<void> =>
          Effect.gen(function* () {
            devices.set(home, device)
            if ('unusable' in device) {
              meters.set(home, { ...startingMeter(home, UNKNOWN_DEVICE, ''), state: 'failing' })
              return yield* ended(home, { error: 'BadInput', detail: device.unusable })
            }
            const address = yield* deviceOfRequest(device, { folder }).pipe(
              Effect.map((named) => named.address),
              Effect.orElseSucceed(() => device.address),
            )
            meters.set(home, startingMeter(home, device, address))
            const life = superviseMeter({
              ...{ home, device, folder, neighbourhood, clock, seed, pace, gatewayUrl: gatewayUrl() },
              read: (news) =>
                note(
                  home,
                  'error' in news ? { state: 'failing', cause: news } : { state: 'online', cause: null, reading: news },
                ),
              ended: (cause) => ended(home, cause),
            })
            yield* FiberMap.run(fibers, home, life)
          })
        const kept = yield* Effect.try({ try: () => readAttached(folder), catch: (cause) => cause as Error }).pipe(
          Effect.catch(({ message }) => Effect.as(Effect.logError(`no attached meter is read: ${message}`), [])),
        )
        yield* Effect.forEach(kept, begin, { discard: true })
        running = { begin, end: (home) => FiberMap.remove(fibers, home) }
        return yield* Effect.never
      }).pipe(
        Effect.ensuring(
          Effect.sync(() => {
            running = null
          }),
        ),
        Effect.scoped,
      )

    return {
      run,
      port: {
        status: () => ({ speed: clock.speed, meters: [...meters.values()].map(numbered) }),
        profiles: attachProfiles,
        scan: (wish) => bounded(scanNetwork(wish), { room: scans, detail: 'a scan is under way: one at a time' }),
        probe: (device) =>
          bounded(Effect.flatMap(deviceOfRequest(device, { folder }), probe), {
            room: probes,
            detail: `${PROBES_AT_ONCE} devices are being read: try again in a moment`,
          }),
        attach,
        remove,
      },
    }
  })

const UNKNOWN_DEVICE: AttachDevice = { profile: 'unknown', address: 'unknown' }

const startingMeter = (
  home: string,
  { profile, sign = 'as-is' }: AttachDevice,
  address: string,
): Omit<AttachedMeter, 'number'> => ({
  home,
  address,
  profile,
  sign,
  state: 'starting',
  cause: null,
  reading: null,
})

const notNow = refuse('ATTACH_NOT_NOW', 'the street is still starting, or stopping: try again in a moment')

/** What kept a home from being made or enrolled: what its market said, or the error by its name. */
const notJoined = (error: { readonly _tag?: string; readonly code?: string; readonly message: string }) =>
  refusal('HOME_NOT_JOINED', error.message, { error: error.code ?? error._tag })

/** Runs a piece of work if there is room for it, and refuses it as busy if not. */
const bounded = <A>(
  work: Effect.Effect<A, AttachFailure>,
  by: { readonly room: Semaphore.Semaphore; readonly detail: string },
): Effect.Effect<A, AttachFailure> =>
  Effect.flatMap(
    by.room.withPermitsIfAvailable(1)(work),
    Option.match({
      onNone: () => Effect.fail<AttachFailure>({ is: 'busy', detail: by.detail }),
      onSome: (done) => Effect.succeed(done),
    }),
  )
