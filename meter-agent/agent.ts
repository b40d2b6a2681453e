import { Effect, Schema, type Scope, Semaphore } from 'effect'
import { Slug } from '#protocol/ids.ts'
import { addressOf } from '#protocol/signing.ts'
import { type AgentOptions, BadAgentOption } from './agent-options.ts'
import type { AgentSteps } from './agent-steps.ts'
import { type AgentWatch, watchedGateway, watchedSteps } from './agent-watch.ts'
import { openDeviceLink } from './device-link.ts'
import { gatewayClient } from './gateway-client.ts'
import { homeForecast } from './home-forecast.ts'
import type { LinkState } from './link-machine.ts'
import { MarketWatch } from './market-watch.ts'
import { openMembership } from './membership.ts'
import type { MeterError } from './meter-error.ts'
import { openSqliteOutbox } from './outbox/node-sqlite.ts'
import type { OutboxFailure } from './outbox/outbox.ts'
import { publishOutbox } from './publishing.ts'
import { nextReading, type RecorderState } from './reading/recorder.ts'
import { advanceSlots } from './reading/slot-statement.ts'
import { registersHash } from './registers.ts'
import { runAgent } from './run-agent.ts'
import { seededRandom } from './seeded-random.ts'
import { openStream } from './stream.ts'
import { tradeOnce } from './trading.ts'

/** One home's agent. Each step is whole in itself; `run` only repeats them. */
export interface Agent extends AgentSteps {
  readonly account: `0x${string}`
  readonly deviceSigner: `0x${string}`
  /** counts the starts of this agent, from 1 */
  readonly bootId: number
  readonly link: () => LinkState
  /**
   * Polls, publishes and trades for ever, every so many ms of the clock. Polls fall on whole multiples, so a divisor
   * of the slot puts a reading right behind each slot boundary. Trouble is logged once a kind and survived.
   */
  readonly run: (every: { readonly pollEveryMs: number; readonly tradeEveryMs: number }) => Effect.Effect<never>
}

/** 3 × 63 A at 230 V, a large house connection. */
const DEFAULT_CONNECTION_POWER_W = 43_470
/** Whose word a device's numbers are. What publishes by MQTT is certified by nobody. */
const sourceOf = {
  p1: 'utility-meter',
  modbus: 'certified-meter',
  opcua: 'certified-meter',
  mqtt: 'inverter-estimate',
} as const
/** A time stamp is trusted to a second of wall time. */
const TIME_TOLERANCE_WALL_MS = 1_000
const DEFAULT_SLOTS_AHEAD = 4
/** the note that keeps which certificate the device showed first */
const TRUSTED_CERTIFICATE = 'device-certificate'

/** Opens an agent: its memory and its link. Neither the device nor the gateway has to be there yet. `watch` looks on. */
export const makeAgent = (
  options: AgentOptions,
  watch?: AgentWatch,
): Effect.Effect<Agent, BadAgentOption | MeterError | OutboxFailure, Scope.Scope> =>
  Effect.gen(function* () {
    yield* checkOptions(options)
    const { home, neighbourhood, deviceId, deviceKey, accountKey, clock } = options
    const tradeSlotsAhead = options.tradeSlotsAhead ?? DEFAULT_SLOTS_AHEAD
    const outbox = yield* openSqliteOutbox({ file: options.dataFile })
    const client = gatewayClient({ url: options.gatewayUrl, timeoutMs: options.gatewayTimeoutMs ?? 5_000 })
    const gateway = watch === undefined ? client : watchedGateway(client, watch)
    const membership = yield* openMembership(options, outbox, gateway)
    const device = yield* openDeviceLink({
      device: options.device,
      clock,
      production: options.place === undefined ? 'as it comes' : 'wanted',
      trust: {
        trusted: outbox.recall(TRUSTED_CERTIFICATE),
        trust: (certificate) => outbox.remember(TRUSTED_CERTIFICATE, certificate),
      },
      ...(options.deviceTimeoutMs === undefined ? {} : { timeoutMs: options.deviceTimeoutMs }),
    })
    const random = seededRandom(`${options.seed ?? home}/${home}/${outbox.bootId}`)
    const marketWatch = new MarketWatch()
    const monotonicMs = options.monotonicMs ?? (() => Math.floor(performance.now()))
    const account = addressOf(accountKey)
    const onePollAtATime = yield* Semaphore.make(1)
    const stream = yield* openStream({ outbox, uri: options.streamKeyUri, neighbourhood, deviceId })
    let state: RecorderState = yield* outbox.recorder
    const forecast = homeForecast(options.forecaster ?? 'regression', outbox, () => state)

    const poll = Effect.gen(function* () {
      const { domain, rules } = yield* membership.protocol
      const linked = yield* device.sample
      if (linked === null) return { recorded: null, statements: [] }
      const next = nextReading(state, linked.sample, {
        domain,
        deviceId,
        bootId: outbox.bootId,
        timeMs: linked.timeMs,
        monotonicMs: monotonicMs(),
        clock: options.clockState ?? (clock.speed === 1 ? 'free-running' : 'simulated'),
        source: options.source ?? sourceOf[options.device.type],
        profileHash: linked.profileHash,
        registersHash: registersHash(linked.registers),
        limits: {
          connectionPowerW: options.connectionPowerW ?? DEFAULT_CONNECTION_POWER_W,
          timeToleranceMs: TIME_TOLERANCE_WALL_MS * clock.speed,
        },
        link: linked.link,
        witness: linked.witness,
        place: options.place,
      })
      if (next === null) return { recorded: null, statements: [] }
      const { recorded } = next
      const slots = advanceSlots(
        state.slot,
        { before: state.last, after: recorded },
        { account, neighbourhood, slotMinutes: rules.slotMinutes },
      )
      const after = { ...next.state, slot: slots.state }
      const { reading, hash } = recorded
      const signed = yield* stream.sign(hash, reading.timeMs)
      yield* outbox.record({ state: after, reading, signed, registers: linked.registers, statements: slots.statements })
      state = after // only now: what is not on disk has not happened
      return { recorded, statements: slots.statements }
    })
    const agent: Omit<Agent, 'run'> = {
      home,
      account,
      deviceSigner: deviceKey.signer,
      bootId: outbox.bootId,
      link: device.state,
      enrol: () => membership.enrol,
      register: () => membership.register,
      poll: () => onePollAtATime.withPermits(1)(poll),
      publish: () => publishOutbox({ outbox, gateway, membership, deviceKey }),
      trade: () =>
        tradeOnce({ ...options, outbox, gateway, membership, forecast, watch: marketWatch, tradeSlotsAhead, random }),
    }
    const steps = watch === undefined ? agent : watchedSteps(agent, watch)
    return { ...steps, run: (every) => runAgent(steps, { ...every, clock, isEnrolled: membership.isEnrolled, random }) }
  })

const isSlug = Schema.is(Slug)

const checkOptions = (options: AgentOptions): Effect.Effect<void, BadAgentOption> =>
  Effect.gen(function* () {
    for (const field of ['home', 'neighbourhood', 'deviceId'] as const) {
      const value = options[field]
      const expected = '1–32 characters a–z, 0–9 and inner hyphens'
      if (!isSlug(value)) return yield* new BadAgentOption({ field, value: `"${value}"`, expected })
    }
    if (!URL.canParse(options.gatewayUrl) || !/^https?:$/.test(new URL(options.gatewayUrl).protocol)) {
      const expected = 'an http:// or https:// address'
      return yield* new BadAgentOption({ field: 'gatewayUrl', value: `"${options.gatewayUrl}"`, expected })
    }
    if (options.deviceKey.algorithm === 'ed25519') {
      const expected = 'secp256k1 or p256: statements are signed with it'
      return yield* new BadAgentOption({ field: 'deviceKey', value: 'of ed25519', expected })
    }
    const ahead = options.tradeSlotsAhead ?? DEFAULT_SLOTS_AHEAD
    if (!Number.isSafeInteger(ahead) || ahead < 1) {
      const expected = 'a whole number of slots from 1'
      return yield* new BadAgentOption({ field: 'tradeSlotsAhead', value: String(ahead), expected })
    }
  })
