import type { Effect } from 'effect'
import type { SignedDeviceJoin } from '#protocol/device-join.ts'

type Hex = `0x${string}`

/** Why a device was not registered; `revert` names the refusal where a contract refused it. */
export interface RegistryFailure {
  readonly message: string
  readonly revert?: string
}

/** The registry of devices on the market's chain. */
export interface DeviceRegistryPort {
  /** what P-256 keys begin with on that chain */
  readonly p256Verifier: Hex
  /**
   * Registers a device whose request is in order, and gives its id; null while that is still under way. Asking again
   * does nothing twice. Left out, the market registers none: whoever has a device does it on chain.
   */
  readonly registerDevice?: (signed: SignedDeviceJoin) => Effect.Effect<number | null, RegistryFailure>
}
