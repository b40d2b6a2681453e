import { Effect, type Scope } from 'effect'
import { createActor } from 'xstate'
import type { Clock } from '#protocol/clock.ts'
import { DEFAULT_TIMEOUT_MS, type DeviceAddress } from './device-address.ts'
import type { CertificateTrust } from './drivers/opcua-line.ts'
import { type LinkState, linkMachine } from './link-machine.ts'
import type { MeterError } from './meter-error.ts'
import { openSettlementMeter } from './open-settlement-meter.ts'
import type { MeterSample } from './settlement-meter.ts'
import type { Witness } from './witness.ts'

/** A sample with what the recorder has to know about how it was taken. */
interface LinkedSample {
  readonly sample: MeterSample
  readonly witness: Witness
  /** what came over the line, as it is kept */
  readonly registers: string
  readonly timeMs: number
  readonly profileHash: `0x${string}`
  /** whether the link held since the sample before */
  readonly link: 'unbroken' | 'after-gap'
}

/** An agent's link to its settlement meter. */
export interface DeviceLink<E> {
  readonly state: () => LinkState
  /** One sample; null while the link backs off. Connects and finds the meter when it has to. */
  readonly sample: Effect.Effect<LinkedSample | null, MeterError | E>
}

/** Failures of a request that the same connection may heal; after all others the device is looked for anew. */
const passing: readonly string[] = [
  'ModbusTimeout',
  'ModbusResting',
  'ModbusException',
  'ModbusProtocol',
  'OpcuaTimeout',
  'BadTelegram',
  'BadMqttMessage',
]

/** How far a device's clock may be off for its time stamps to be taken, in wall ms. */
const SOURCE_TIME_TOLERANCE_WALL_MS = 1_000

/** Opens the link; no device has to be there yet. */
export const openDeviceLink = <E extends { readonly _tag: string }>(options: {
  readonly device: DeviceAddress
  readonly clock: Clock
  readonly timeoutMs?: number
  readonly trust: CertificateTrust<E>
  readonly production?: 'wanted' | 'as it comes'
}): Effect.Effect<DeviceLink<E>, MeterError, Scope.Scope> =>
  Effect.gen(function* () {
    const { device, clock, trust, timeoutMs = DEFAULT_TIMEOUT_MS } = options
    const meter = yield* openSettlementMeter(device, { timeoutMs, trust, production: options.production })
    const actor = yield* Effect.acquireRelease(
      Effect.sync(() => createActor(linkMachine, { input: { clockSpeed: clock.speed } }).start()),
      (started) => Effect.sync(() => started.stop()),
    )
    let profileHash: `0x${string}` | null = null
    let gap = true

    const state = (): LinkState => actor.getSnapshot().value
    const failed = (error: MeterError | E) =>
      Effect.sync(() => {
        gap = true
        const lost = !passing.includes(error._tag)
        actor.send({ type: 'FAILED', nowMs: clock.nowMs(), lost })
      })
    const establish = Effect.gen(function* () {
      yield* meter.connect
      actor.send({ type: 'CONNECTED' })
      const found = yield* meter.identify
      actor.send({ type: 'DISCOVERED' })
      return found
    })

    return {
      state,
      sample: Effect.gen(function* () {
        actor.send({ type: 'CONNECT', nowMs: clock.nowMs() })
        if (state() === 'backingOff') return null
        // Still discovering: the sample before was interrupted half way.
        if (profileHash === null || state() === 'connecting' || state() === 'discovering') {
          profileHash = yield* establish
        }
        const askedMs = clock.nowMs()
        const { sample, witness, registers, sourceTimeMs, origin } = yield* meter.read
        const afterMs = clock.nowMs()
        const beforeMs = origin === 'sent' ? afterMs : askedMs
        const timeMs = sampleTimeMs({ beforeMs, afterMs, sourceTimeMs, clockSpeed: clock.speed })
        actor.send({ type: 'READ' })
        const link = gap ? 'after-gap' : 'unbroken'
        gap = false
        return { sample, witness, registers, timeMs, profileHash, link } as const
      }).pipe(Effect.tapError(failed)),
    }
  })

/**
 * When a sample was taken, by the agent's clock: when the device says so, if its clock agrees with ours; otherwise
 * the middle of the request.
 */
export function sampleTimeMs(request: {
  readonly beforeMs: number
  readonly afterMs: number
  readonly sourceTimeMs: number | null
  readonly clockSpeed: number
}): number {
  const { beforeMs, afterMs, sourceTimeMs, clockSpeed } = request
  const toleranceMs = SOURCE_TIME_TOLERANCE_WALL_MS * clockSpeed
  const agrees =
    sourceTimeMs !== null && sourceTimeMs >= beforeMs - toleranceMs && sourceTimeMs <= afterMs + toleranceMs
  return agrees ? Math.min(sourceTimeMs, afterMs) : Math.floor((beforeMs + afterMs) / 2)
}
