import type { Effect } from 'effect'
import type {
  AttachDevice,
  AttachedMeter,
  AttachMeter,
  AttachProfile,
  AttachScan,
  AttachStatus,
  ProbeAnswer,
  RemovedMeter,
  ScanAnswer,
} from '#protocol/attach.ts'

/** Why a meter does not go with what is there, by the code of its problem document. */
export type AttachRefusal =
  | 'ATTACH_NOT_NOW'
  | 'HOME_ATTACHED'
  | 'HOME_TAKEN'
  | 'HOME_NOT_JOINED'
  | 'METER_ATTACHED'
  | 'METER_SETTLES_NOTHING'
  | 'METERS_FULL'
  | 'LINE_SET_OTHERWISE'
  | 'ORDERS_STAY'

/** Why something of a meter was not done; nothing has changed. */
export type AttachFailure =
  /** what was given cannot be used */
  | { readonly is: 'wrong'; readonly field: string; readonly detail: string }
  /** the device does not do what was expected; `error` names the typed error */
  | { readonly is: 'unreadable'; readonly error: string; readonly detail: string }
  /** it does not go with what is there; `error` names a typed error, or what a door refused, where one was inside */
  | {
      readonly is: 'refused'
      readonly code: AttachRefusal
      readonly field?: string
      readonly error?: string
      readonly detail: string
    }
  /** as much as may be is under way */
  | { readonly is: 'busy'; readonly detail: string }
  /** no such meter is attached */
  | { readonly is: 'unknown'; readonly detail: string }

/** Meters that join the street while it runs, in this very process. */
export interface AttachPort {
  readonly status: () => AttachStatus
  readonly profiles: Effect.Effect<readonly AttachProfile[]>
  readonly scan: (wish: AttachScan) => Effect.Effect<ScanAnswer, AttachFailure>
  /** Reads the device once. */
  readonly probe: (device: AttachDevice) => Effect.Effect<ProbeAnswer, AttachFailure>
  /** Enrols the home, and reads its meter from now on, also after the next start. */
  readonly attach: (meter: AttachMeter) => Effect.Effect<AttachedMeter, AttachFailure>
  /** Ends that, and cancels the home's open orders. What it has traded stays, and its keys. */
  readonly remove: (home: string) => Effect.Effect<RemovedMeter, AttachFailure>
}
