import type { Effect } from 'effect'
import type { MeterError } from './meter-error.ts'
import type { Witness } from './witness.ts'

/** What the settlement meter said in one request: counters in Wh, power in W, import positive; null is not available. */
export interface MeterSample {
  readonly importWh: number | null
  readonly exportWh: number | null
  readonly powerW: number | null
}

/** A home's settlement meter behind whatever it speaks. Opened before it is there; `read` connects again by itself. */
export interface SettlementMeter<E> {
  readonly connect: Effect.Effect<void, MeterError | E>
  /** Finds the meter in the device. Gives what stands in every reading for how it is decoded. */
  readonly identify: Effect.Effect<`0x${string}`, MeterError | E>
  /** Reads the identified meter with a single request or as few as its profile allows, or waits for what it sends next. */
  readonly read: Effect.Effect<TimedSample, MeterError | E>
}

/** A sample, and when the device took it by its own clock (Unix ms); null where it does not say so. */
interface TimedSample {
  readonly sample: MeterSample
  readonly witness: Witness
  /** what came over the line, in the one spelling that is kept and hashed (`registers.ts`) */
  readonly registers: string
  readonly sourceTimeMs: number | null
  /** whether it was asked for, or the meter sent it by itself: then it is as old as its arrival */
  readonly origin: 'asked' | 'sent'
}
