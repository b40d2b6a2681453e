import type { Effect } from 'effect'
import type { Statement } from '#protocol/statement.ts'
import type { NotJoined } from './agent-options.ts'
import type { GatewayError } from './gateway-error.ts'
import type { MeterError } from './meter-error.ts'
import type { OutboxFailure } from './outbox/outbox.ts'
import type { Published } from './publishing.ts'
import type { RecordedReading } from './reading/recorded-reading.ts'
import type { Traded } from './trading.ts'

/** What one poll recorded: null while the link backs off or the meter has no counters yet. */
export interface Polled {
  readonly recorded: RecordedReading | null
  readonly statements: readonly Statement[]
}

/** The single steps of an agent. */
export interface AgentSteps {
  readonly home: string
  /** Learns the market's protocol and joins it; does nothing the second time. */
  readonly enrol: () => Effect.Effect<void, GatewayError | OutboxFailure>
  /**
   * Has the market register the home's device on its chain, once the home has enrolled. True when that is done, or the
   * market registers none; asked again soon after a failure, it waits.
   */
  readonly register: () => Effect.Effect<boolean, GatewayError | OutboxFailure>
  /** Reads the meter once: a reading, and the statements of the slots that it completes, into the outbox. */
  readonly poll: () => Effect.Effect<Polled, MeterError | OutboxFailure | NotJoined>
  /** Sends what waits in the outbox; what gets no answer stays. */
  readonly publish: () => Effect.Effect<Published, GatewayError | OutboxFailure | NotJoined>
  /** Brings the home's orders in line with what its trader wants. */
  readonly trade: () => Effect.Effect<Traded, GatewayError | OutboxFailure | NotJoined>
}
