import { Schema } from 'effect'
import { Slug } from './ids.ts'
import { MeterSign } from './meter-sign.ts'

const line = (longest: number, message: string) =>
  Schema.String.check(Schema.isPattern(new RegExp(`^\\P{Cc}{1,${longest}}$`, 'u'), { message }))

/** A device as its owner names it. What is left out is as its profile says. */
export const AttachDevice = Schema.Struct({
  /** `sunspec`, `p1`, or the name of a built-in profile: never a file */
  profile: Schema.String.check(
    Schema.isPattern(/^[a-z0-9-]{1,64}$/u, { message: 'the name of a profile that comes with the agent' }),
  ),
  /** host, host:port or a whole address of what the profile's devices speak */
  address: line(300, 'an address of one line and at most 300 characters'),
  /** of a Modbus device */
  unit: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))),
  user: Schema.optionalKey(line(200, 'a name of one line and at most 200 characters')),
  /** where the password is, on the computer that runs the street; a password itself is never sent */
  passwordFile: Schema.optionalKey(line(1_000, 'a path of one line and at most 1000 characters')),
  sign: Schema.optionalKey(MeterSign),
})
export type AttachDevice = typeof AttachDevice.Type

/** Which Modbus addresses are asked what they are. */
export const AttachScan = Schema.Struct({
  /** one host, or the last number of an IPv4 address as FIRST-LAST: `192.168.1.1-254` */
  hosts: line(253, 'a host or a range of at most 253 characters'),
  /** TCP port (502) */
  port: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65_535 }))),
  /** one unit or FIRST-LAST (1) */
  units: Schema.optionalKey(line(7, 'a unit, or FIRST-LAST')),
})
export type AttachScan = typeof AttachScan.Type

/** A meter that becomes a home of the street. */
export const AttachMeter = Schema.Struct({ home: Slug, device: AttachDevice })
export type AttachMeter = typeof AttachMeter.Type

/** How a family of devices is read. */
export interface AttachProfile {
  readonly name: string
  /** maker and devices */
  readonly title: string
  readonly speaks: 'modbus' | 'opcua' | 'p1' | 'mqtt'
}

/** What a scan found at one address; `profile` is null where somebody answers whom nobody knows. */
export interface FoundMeter {
  /** `tcp://host:port?unit=1` */
  readonly address: string
  readonly profile: string | null
  readonly manufacturer: string | null
  readonly model: string | null
}

/** Answer of `POST /api/v1/attach/scan`. */
export interface ScanAnswer {
  readonly asked: number
  /** false where time was up before all were asked */
  readonly complete: boolean
  readonly devices: readonly FoundMeter[]
}

/** A value in the unit that its name ends with; null exactly where it is not available. */
interface ProbedValue {
  readonly value: number | null
  readonly quality: string
}

/** Answer of `POST /api/v1/attach/probe`: what `commonwatt meter read` shows of the device, import positive. */
export interface ProbeAnswer {
  /** spelled in full */
  readonly address: string
  readonly profile: string
  readonly device: {
    readonly manufacturer: string | null
    readonly model: string | null
    readonly serial: string | null
    readonly firmware: string | null
  }
  readonly measurements: {
    readonly grid?: {
      readonly powerW: ProbedValue
      readonly importWh: ProbedValue
      readonly exportWh: ProbedValue
      readonly voltageV: readonly ProbedValue[]
      readonly currentA: readonly ProbedValue[]
      readonly frequencyHz: ProbedValue
    }
    readonly pv?: { readonly powerW: ProbedValue; readonly exportWh: ProbedValue }
    readonly battery?: { readonly powerW: ProbedValue; readonly soc: ProbedValue }
  }
  /** why a home cannot be settled by it: it measures no grid connection, or does not count there; null if it can */
  readonly fault: 'no-grid' | 'no-counters' | null
}

/** A meter that was attached, and how it goes. */
export interface AttachedMeter {
  readonly home: string
  /** of the home in pictures of the street; null: it has not enrolled */
  readonly number: number | null
  /** spelled in full */
  readonly address: string
  readonly profile: string
  readonly sign: MeterSign
  /** `failing`: it is tried again by itself, and `cause` says why it has to be */
  readonly state: 'starting' | 'online' | 'failing'
  /** the error by its name, which the catalogue of errors explains, and its words */
  readonly cause: { readonly error: string; readonly detail: string } | null
  /** the last one that was recorded */
  readonly reading: {
    readonly timeMs: number
    readonly powerW: number
    readonly importWh: number
    readonly exportWh: number
  } | null
}

/** Answer of `DELETE /api/v1/attach/meters/{home}`. */
export interface RemovedMeter {
  readonly home: string
  /** open orders that were cancelled; null: the home can sign nothing any more, they stay until they fill or their gate closes */
  readonly cancelled: number | null
}

/** Answer of `GET /api/v1/attach`. */
export interface AttachStatus {
  /** of the street's clock; a real meter counts at 1 */
  readonly speed: number
  readonly meters: readonly AttachedMeter[]
}
