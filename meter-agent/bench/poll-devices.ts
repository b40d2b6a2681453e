import { Effect } from 'effect'
import type { Clock } from '#protocol/clock.ts'
import type { ModbusDevice } from '../device-address.ts'
import { type DeviceLink, openDeviceLink } from '../device-link.ts'
import type { MeterError } from '../meter-error.ts'
import { profilePlan } from '../planning/profile-plan.ts'
import type { BadProfile } from '../profiles/bad-profile.ts'
import { loadModbusProfile } from '../profiles/load-modbus-profile.ts'
import { sampleValues } from '../profiles/profile-sample.ts'
import type { MeterSample } from '../settlement-meter.ts'
import { onTicks } from '../ticks.ts'

/** What polling many devices from one process takes. */
export interface PollingFigures {
  readonly devices: number
  /** requests that were answered: `requestsEach` for each device and second */
  readonly pollsPerSecond: number
  readonly requestsEach: number
  /** devices that could not be read, or said something else than they hold */
  readonly errors: number
  /** the first error, in words */
  readonly firstError: string | null
  /** processor time of this process, 1 is one core */
  readonly cpuShare: number
  /** the most memory that this process has had so far */
  readonly rssMiB: number
  readonly seconds: number
}

/** Which devices are polled, and for how long. */
export interface PollingOptions {
  readonly devices: readonly ModbusDevice[]
  /** of all of them: name or path */
  readonly profile: string
  /** what each of them holds */
  readonly expected: MeterSample
  readonly seconds: number
}

const EVERY_MS = 1_000
/** What a freshly started program takes until it is compiled is no figure of a program that runs for years. */
const WARM_MS = 3_000
/** Opening that many connections in the same moment would be refused by a listen queue. */
const OPENED_AT_ONCE = 50
const clock: Clock = { nowMs: Date.now, speed: 1 }

/**
 * Reads the settlement meters of devices once a second each, as an agent does: on the
 * second. Counts what went wrong and what it took.
 */
export const pollDevices = (options: PollingOptions): Effect.Effect<PollingFigures, MeterError | BadProfile> =>
  Effect.gen(function* () {
    const { devices, profile: profileName, expected, seconds } = options
    const profile = yield* loadModbusProfile(profileName)
    const requests = profilePlan(profile, sampleValues(profile)).length
    const trust = { trusted: Effect.succeed(null), trust: () => Effect.void }
    const links = yield* Effect.forEach(
      devices,
      (device) =>
        Effect.tap(
          openDeviceLink({ device: { ...device, profile: profileName }, clock, trust }),
          (link) => link.sample,
        ),
      { concurrency: OPENED_AT_ONCE },
    )
    let good = 0
    let errors = 0
    let firstError: string | null = null
    const failed = (what: string) => {
      errors++
      firstError ??= what
    }
    const poll = (link: DeviceLink<never>): Effect.Effect<void> =>
      Effect.match(link.sample, {
        onFailure: ({ message }) => failed(message),
        onSuccess: (linked) => {
          if (linked === null) failed('a link that backs off')
          else if (!isSame(linked.sample, expected)) failed(`it said ${JSON.stringify(linked.sample)}`)
          else good++
        },
      })
    yield* Effect.forEach(
      links,
      (link) => Effect.forkScoped(onTicks(clock, { everyMs: EVERY_MS, phaseMs: 0 }, poll(link))),
      { discard: true },
    )
    yield* Effect.sleep(WARM_MS)
    const before = { good, errors, cpu: process.cpuUsage(), ms: performance.now() }
    yield* Effect.sleep(seconds * 1_000)
    const spent = process.cpuUsage(before.cpu)
    const tookMs = performance.now() - before.ms
    return {
      devices: devices.length,
      pollsPerSecond: Math.round(((good - before.good) * requests * 10_000) / tookMs) / 10,
      requestsEach: requests,
      errors: errors - before.errors,
      firstError,
      cpuShare: Math.round((spent.user + spent.system) / tookMs) / 1_000,
      rssMiB: Math.round(process.resourceUsage().maxRSS / 1_024),
      seconds: Math.round(tookMs) / 1_000,
    }
  }).pipe(Effect.scoped)

const isSame = (a: MeterSample, b: MeterSample): boolean =>
  a.importWh === b.importWh && a.exportWh === b.exportWh && a.powerW === b.powerW
