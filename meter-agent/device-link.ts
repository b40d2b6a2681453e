import { Effect, type Scope } from 'effect'
import { createActor } from 'xstate'
import type { Clock } from '#protocol/clock.ts'
import { openModbusTcp } from './drivers/modbus-serial.ts'
import { findGridMeter, type GridMeter, type MeterSample, readGridMeter } from './grid-meter.ts'
import { type LinkState, linkMachine } from './link-machine.ts'
import type { MeterError } from './meter-error.ts'
import { DEFAULT_TIMEOUT_MS, modbusUrl } from './read-device.ts'

/** A sample with what the recorder has to know about how it was taken. */
interface LinkedSample {
  readonly sample: MeterSample
  readonly timeMs: number
  readonly profileHash: `0x${string}`
  /** whether the link held since the sample before */
  readonly link: 'unbroken' | 'after-gap'
}

/** An agent's link to its settlement meter. */
export interface DeviceLink {
  readonly state: () => LinkState
  /** One sample; null while the link backs off. Connects and finds the meter when it has to. */
  readonly sample: Effect.Effect<LinkedSample | null, MeterError>
}

/** Opens the link; no device has to be there yet. */
export const openDeviceLink = (options: {
  readonly modbusUrl: string
  readonly clock: Clock
  readonly timeoutMs?: number
  readonly bases?: readonly number[]
}): Effect.Effect<DeviceLink, MeterError, Scope.Scope> =>
  Effect.gen(function* () {
    const { clock, bases = [], timeoutMs = DEFAULT_TIMEOUT_MS } = options
    const { host, port, unit } = yield* modbusUrl(options.modbusUrl)
    const bus = yield* openModbusTcp({ host, port, timeoutMs })
    const actor = yield* Effect.acquireRelease(
      Effect.sync(() => createActor(linkMachine, { input: { clockSpeed: clock.speed } }).start()),
      (started) => Effect.sync(() => started.stop()),
    )
    let meter: GridMeter | null = null
    let gap = true

    const state = (): LinkState => actor.getSnapshot().value
    const failed = (error: MeterError) =>
      Effect.sync(() => {
        gap = true
        const lost = error._tag === 'ModbusClosed' || error._tag === 'NoGridMeter'
        actor.send({ type: 'FAILED', nowMs: clock.nowMs(), lost })
      })
    const establish = Effect.gen(function* () {
      yield* bus.connect
      actor.send({ type: 'CONNECTED' })
      const found = yield* findGridMeter(bus, { unit, bases })
      actor.send({ type: 'DISCOVERED' })
      return found
    })

    return {
      state,
      sample: Effect.gen(function* () {
        actor.send({ type: 'CONNECT', nowMs: clock.nowMs() })
        if (state() === 'backingOff') return null
        // Still discovering: the sample before was interrupted half way.
        if (meter === null || state() === 'connecting' || state() === 'discovering') meter = yield* establish
        const beforeMs = clock.nowMs()
        const sample = yield* readGridMeter(bus, meter)
        const timeMs = Math.floor((beforeMs + clock.nowMs()) / 2)
        actor.send({ type: 'READ' })
        const link = gap ? 'after-gap' : 'unbroken'
        gap = false
        return { sample, timeMs, profileHash: meter.profileHash, link } as const
      }).pipe(Effect.tapError(failed)),
    }
  })
