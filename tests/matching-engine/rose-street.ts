import type { Scope } from 'effect'
import { Effect, Stream } from 'effect'
import type { EventLog } from '#matching-engine/event-log/event-log.ts'
import { openMemoryEventLog } from '#matching-engine/event-log/memory.ts'
import { MarketRerun } from '#matching-engine/market-rerun.ts'
import { type Neighbourhood, openNeighbourhood } from '#matching-engine/neighbourhood.ts'
import { keyOfText, newKeyText } from '#meter-agent/keys/key-text.ts'
import { signDeviceJoin } from '#protocol/device-join.ts'
import type { BodyOf, MessageKind } from '#protocol/envelope.ts'
import type { MarketControl } from '#protocol/market-control.ts'
import type { MarketEvent } from '#protocol/market-event.ts'
import { defaultMarketRules, type MarketRules } from '#protocol/market-rules.ts'
import type { Outcome } from '#protocol/messages.ts'
import type { Order } from '#protocol/order.ts'
import type { Signer } from '#protocol/signer.ts'
import { addressOf, digestOf, secp256k1Signer, sign, signWith } from '#protocol/signing.ts'
import { slotStartMs } from '#protocol/slot.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'

/** A street for the engine's tests: four slots ahead of 15 minutes, gate 5 minutes, deadline an hour. */
export const rules: MarketRules = {
  ...defaultMarketRules,
  slotsAhead: 4,
  slotsPerBatch: 2,
  maxOrderWh: 10_000,
  maxOpenOrdersPerAccountAndSlot: 3,
}
export const domain: SigningDomain = {
  name: 'Commonwatt',
  version: '1',
  chainId: 31_337,
  verifyingContract: `0x${'c0'.repeat(20)}`,
}
/** what P-256 keys begin with on its chain */
export const p256Verifier = `0x${'7e'.repeat(20)}` as const
export const PARTITION = 'rose-street'
export const MINUTE_MS = 60_000
export const SLOT_MS = rules.slotMinutes * MINUTE_MS
export const ZERO_HASH = `0x${'0'.repeat(64)}` as const

const keyOf = (name: string) => `0x${Buffer.from(name).toString('hex').padStart(64, '0')}` as const
export const operatorKey = keyOf('operator')

const streamKeys = new Map<string, Signer>()

/** The stream key of a name, made at the first asking. */
export function streamKeyOf(name: string): Signer {
  const known = streamKeys.get(name) ?? keyOfText(newKeyText('ed25519'))
  streamKeys.set(name, known)
  return known
}

/** The time in the middle of slot 1000, when every test begins: slots 1001 to 1004 are open. */
export const NOW_MS = slotStartMs({ slot: 1_000, slotMinutes: rules.slotMinutes }) + MINUTE_MS
export const SLOT = 1_001
export const gateMs = (slot: number) => slotStartMs({ slot, slotMinutes: 15 }) - rules.gateBeforeDeliveryMs
export const startMs = (slot: number) => slotStartMs({ slot, slotMinutes: 15 })
export const endMs = (slot: number) => startMs(slot + 1)

/** A home with its account's and its device's keys, which signs what a home can say. */
export class Home {
  readonly name: string
  readonly accountKey: `0x${string}`
  readonly deviceKey: `0x${string}`
  readonly account: `0x${string}`
  readonly deviceId: string
  #nonce = 0

  constructor(name: string) {
    this.name = name
    this.accountKey = keyOf(`account of ${name}`)
    this.deviceKey = keyOf(`device of ${name}`)
    this.account = addressOf(this.accountKey)
    this.deviceId = `meter-${name}`
  }

  get nonce(): number {
    return this.#nonce
  }

  nextNonce(): number {
    return ++this.#nonce
  }

  enrolment(change: Partial<BodyOf<'enrolment'>> = {}) {
    return this.signed('enrolment', {
      neighbourhood: PARTITION,
      home: this.name,
      account: this.account,
      deviceId: this.deviceId,
      deviceSigner: addressOf(this.deviceKey),
      nonce: this.nextNonce(),
      ...change,
    })
  }

  orderBody(change: Partial<Order> = {}): Order {
    return {
      account: this.account,
      neighbourhood: PARTITION,
      slot: SLOT,
      side: 'buy',
      type: 'limit',
      priceEurPerMWh: 200,
      energyWh: 500,
      timeInForce: 'GTC',
      expiresAtMs: 0,
      postOnly: false,
      selfTradePrevention: 'none',
      replaces: 0,
      nonce: change.nonce ?? this.nextNonce(),
      ...change,
    }
  }

  order(change: Partial<Order> = {}) {
    return this.signed('order', this.orderBody(change))
  }

  cancel(orderId: `0x${string}`, change: Partial<BodyOf<'cancel'>> = {}) {
    const { account } = this
    return this.signed('cancel', {
      account,
      neighbourhood: PARTITION,
      slot: SLOT,
      orderId,
      nonce: this.nextNonce(),
      ...change,
    })
  }

  reading(change: Partial<BodyOf<'reading'>> = {}) {
    const body: BodyOf<'reading'> = {
      version: 1,
      deviceId: this.deviceId,
      sequence: 1,
      bootId: 7,
      timeMs: NOW_MS,
      clock: 'simulated',
      monotonicMs: 1_000,
      importWh: 100,
      exportWh: 20,
      powerW: -350,
      quality: 0,
      source: 'certified-meter',
      profileHash: ZERO_HASH,
      registersHash: ZERO_HASH,
      previousHash: ZERO_HASH,
      ...change,
    }
    return sign({ domain, kind: 'reading', body, privateKey: this.deviceKey })
  }

  /** Lets a stream key sign the device's readings, from now on for a day. */
  session(change: Partial<BodyOf<'session'>> = {}, privateKey = this.deviceKey) {
    const body: BodyOf<'session'> = {
      neighbourhood: PARTITION,
      deviceId: this.deviceId,
      streamKey: streamKeyOf(this.name).signer,
      fromMs: NOW_MS,
      untilMs: NOW_MS + 24 * 60 * MINUTE_MS,
      sequence: 1,
      ...change,
    }
    return sign({ domain, kind: 'session', body, privateKey })
  }

  /** A reading that a stream key has signed. */
  streamReading(change: Partial<BodyOf<'reading'>> = {}, signer = streamKeyOf(this.name)) {
    return signWith({ domain, kind: 'reading', body: this.reading(change).body, signer })
  }

  statement(change: Partial<BodyOf<'statement'>> = {}, privateKey = this.deviceKey) {
    const body: BodyOf<'statement'> = {
      deviceId: this.deviceId,
      account: this.account,
      neighbourhood: PARTITION,
      slot: SLOT,
      importWh: 400,
      exportWh: 0,
      firstSequence: 1,
      lastSequence: 9,
      chainHead: `0x${'ab'.repeat(32)}`,
      quality: 0,
      estimated: false,
      ...change,
    }
    return sign({ domain, kind: 'statement', body, privateKey })
  }

  /** The request to register its device on chain, good for ten minutes. */
  deviceJoin(change: Partial<Parameters<typeof signDeviceJoin>[0]> = {}) {
    return signDeviceJoin({
      domain,
      neighbourhood: PARTITION,
      deviceId: this.deviceId,
      owner: secp256k1Signer(this.accountKey),
      device: secp256k1Signer(this.deviceKey),
      p256Verifier,
      deadline: NOW_MS / 1_000 + 600,
      ...change,
    })
  }

  signed<K extends MessageKind>(kind: K, body: BodyOf<K>) {
    return sign({ domain, kind, body, privateKey: this.accountKey })
  }
}

/** A control that the operator signs; `slot` is 0 for all slots. */
export function controlBy(
  action: MarketControl['action'],
  change: Partial<MarketControl> & { readonly privateKey?: `0x${string}` } = {},
) {
  const { privateKey = operatorKey, ...fields } = change
  const body: MarketControl = { neighbourhood: PARTITION, action, slot: 0, nonce: 1, ...fields }
  return sign({ domain, kind: 'control', body, privateKey })
}

/** The id that an order will have. */
export const orderIdOf = (order: { readonly body: Order }) => digestOf({ domain, kind: 'order', body: order.body })

export const openOver = (log: EventLog, change: Partial<Parameters<typeof openNeighbourhood>[0]> = {}) =>
  openNeighbourhood({
    log,
    partition: PARTITION,
    rules,
    domain,
    operator: addressOf(operatorKey),
    nowMs: NOW_MS,
    ...change,
  })

/** Two enrolled homes on a fresh street in memory, some of its terms changed. */
export const streetWith = Effect.fnUntraced(function* (change: Parameters<typeof openOver>[1]) {
  const log = yield* openMemoryEventLog()
  const neighbourhood = yield* openOver(log, change)
  const [anna, ben] = [new Home('anna'), new Home('ben')]
  yield* neighbourhood.submit([anna.enrolment(), ben.enrolment()], NOW_MS)
  return { log, neighbourhood, anna, ben }
})

/** … and none of them. */
export const roseStreet = Effect.suspend(() => streetWith({}))

/** Submits one message. */
export const submitOne = (neighbourhood: Neighbourhood, message: unknown, nowMs = NOW_MS) =>
  Effect.map(neighbourhood.submit([message], nowMs), (outcomes): Outcome => {
    const [outcome] = outcomes
    if (outcome === undefined) throw new Error('one message has one outcome')
    return outcome
  })

/** Everything in the log after a sequence. */
export const eventsOf = (log: EventLog, after = 0) =>
  Effect.map(Stream.runCollect(log.read(PARTITION, after)), (logged): MarketEvent[] => logged.map(({ event }) => event))

/** Where a log is not what its commands make of it; null: nowhere. */
export const divergenceOf = (log: EventLog) =>
  Effect.map(Stream.runCollect(log.read(PARTITION, 0)), (logged) => {
    const rerun = new MarketRerun()
    for (const event of logged) {
      const divergence = rerun.next(event)
      if (divergence !== null) return divergence
    }
    return rerun.missing
  })

/** Runs a test's effect in its own scope. */
export const run = <A>(test: Effect.Effect<A, unknown, Scope.Scope>) => Effect.runPromise(Effect.scoped(test))
