import { Data } from 'effect'
import type { Clock } from '#protocol/clock.ts'
import type { Reading } from '#protocol/reading.ts'
import type { Signer } from '#protocol/signer.ts'
import type { DeviceAddress } from './device-address.ts'
import type { ForecasterName } from './forecasters/make-forecaster.ts'
import type { PrivateKey } from './keys/keys.ts'
import type { Place } from './reading/sun-check.ts'
import type { Trader } from './traders/trader.ts'

/** One home's agent: who it is, what it reads, whom it speaks to, how it trades. */
export interface AgentOptions {
  readonly home: string
  readonly neighbourhood: string
  readonly deviceId: string
  /** signs statements, and lets stream keys sign readings: a key of secp256k1 or P-256 */
  readonly deviceKey: Signer
  /** where the stream's keys are kept: a `file:` URI, behind which comes the number of a session */
  readonly streamKeyUri: string
  /** signs the enrolment and orders, and settles */
  readonly accountKey: PrivateKey
  /** where the settlement meter answers */
  readonly device: DeviceAddress
  readonly gatewayUrl: string
  /** the home's own memory, an SQLite file; made if it is not there */
  readonly dataFile: string
  readonly clock: Clock
  /** what readings say of the clock (simulated where it does not run at speed 1, else free-running) */
  readonly clockState?: Reading['clock']
  readonly trader: Trader
  /** how it looks ahead (regression) */
  readonly forecaster?: ForecasterName
  /** slots traded at once, the next ones with an open gate (4) */
  readonly tradeSlotsAhead?: number
  /** of the home's random stream (its name) */
  readonly seed?: string
  /** what the connection can carry, W (3 × 63 A at 230 V) */
  readonly connectionPowerW?: number
  /** where it is, degrees, north and east positive: then an inverter that produces at night is seen */
  readonly place?: Place
  /** where its numbers come from (a P1 port is the utility's meter, what publishes by MQTT an estimate, anything else a certified one) */
  readonly source?: Reading['source']
  readonly deviceTimeoutMs?: number
  readonly gatewayTimeoutMs?: number
  /** ms since an arbitrary start that never jump (the process's) */
  readonly monotonicMs?: () => number
}

/** The home does not know its market yet: enrol first. */
export class NotJoined extends Data.TaggedError('NotJoined')<{ readonly home: string }> {
  override get message(): string {
    return `${this.home} has not reached its market yet: enrol first`
  }
}

/** An option that no agent can run with. */
export class BadAgentOption extends Data.TaggedError('BadAgentOption')<{
  readonly field: string
  readonly value: string
  readonly expected: string
}> {
  override get message(): string {
    return `${this.field} ${this.value}: ${this.expected}`
  }
}
