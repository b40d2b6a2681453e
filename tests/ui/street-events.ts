import type { LoggedEvent, MarketEvent, SlotPhase } from '#protocol/market-event.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import type { Frame, Status } from '#protocol/messages.ts'
import type { Trade } from '#protocol/trade.ts'

type Hex = `0x${string}`

const signature: Hex = `0x${'00'.repeat(65)}`
const zeroHash: Hex = `0x${'0'.repeat(64)}`

/** A 20-byte address made of a small number. */
const address = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
/** A 32-byte hash made of a small number. */
export const hash = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`

export const slot = 1_982_000
export const startMs = slot * 15 * 60_000

/** The events of a small street in order: two homes, one open slot, then whatever is added. */
export class StreetEvents {
  readonly log: LoggedEvent[] = []
  #orders = 0
  timeMs = startMs - 3_600_000

  constructor() {
    this.add({
      type: 'NeighbourhoodOpened',
      neighbourhood: 'linden-street',
      rules: defaultMarketRules,
      domain: { name: 'Commonwatt', version: '1', chainId: 31_337, verifyingContract: address(99) },
      operator: address(98),
    })
  }

  /** A street that trades: two homes with a reading each, and an open slot. */
  static trading(): StreetEvents {
    const events = new StreetEvents()
    events.enrol(1)
    events.enrol(2)
    events.read({ home: 1, sequence: 0, powerW: -1_500 })
    events.read({ home: 2, sequence: 0, powerW: 900 })
    events.phase('continuous')
    return events
  }

  add(event: MarketEvent extends infer E ? (E extends MarketEvent ? Omit<E, 'timeMs'> : never) : never): void {
    this.log.push({ sequence: this.log.length + 1, event: { timeMs: this.timeMs, ...event } as MarketEvent })
  }

  enrol(n: number): void {
    const body = {
      neighbourhood: 'linden-street',
      home: `home-${n}`,
      account: address(n),
      deviceId: `meter-${n}`,
      deviceSigner: address(n),
      nonce: 1,
    }
    this.add({ type: 'HomeEnrolled', enrolment: this.#signed('enrolment', body) })
  }

  read(reading: { home: number; sequence: number; powerW: number }): void {
    const body = {
      version: 1 as const,
      deviceId: `meter-${reading.home}`,
      sequence: reading.sequence,
      bootId: 1,
      timeMs: this.timeMs,
      clock: 'simulated' as const,
      monotonicMs: 0,
      importWh: 10,
      exportWh: 20,
      powerW: reading.powerW,
      quality: 0,
      source: 'utility-meter' as const,
      profileHash: zeroHash,
      registersHash: zeroHash,
      previousHash: zeroHash,
    }
    this.add({ type: 'ReadingAccepted', hash: hash(1), reading: this.#signed('reading', body) })
  }

  phase(phase: SlotPhase, number: number = slot): void {
    this.add({ type: 'SlotPhaseChanged', slot: number, phase })
  }

  order(order: { home: number; side: 'buy' | 'sell'; price: number; energyWh: number }): Hex {
    const orderId = hash(1_000 + ++this.#orders)
    const body = {
      account: address(order.home),
      neighbourhood: 'linden-street',
      slot,
      side: order.side,
      type: 'limit' as const,
      priceEurPerMWh: order.price,
      energyWh: order.energyWh,
      timeInForce: 'GTC' as const,
      expiresAtMs: 0,
      postOnly: false,
      selfTradePrevention: 'none' as const,
      replaces: 0,
      nonce: 100 + this.#orders,
    }
    this.add({ type: 'OrderPlaced', orderId, order: this.#signed('order', body) })
    return orderId
  }

  /** Home 1 sells to home 2. */
  trade(trade: { price: number; energyWh: number }): Trade {
    const sellOrderId = this.order({ home: 1, side: 'sell', ...trade })
    const buyOrderId = this.order({ home: 2, side: 'buy', ...trade })
    const made: Trade = {
      id: `${slot}.${this.#orders}`,
      slot,
      buyer: address(2),
      seller: address(1),
      buyOrderId,
      sellOrderId,
      makerSide: 'sell',
      priceEurPerMWh: trade.price,
      energyWh: trade.energyWh,
    }
    this.add({ type: 'TradeMatched', trade: made })
    return made
  }

  /** The frame after a sequence, up to another (the log's end when left out). */
  frame(fromSequence: number, toSequence: number = this.log.length): Frame {
    return { fromSequence, toSequence, events: this.log.slice(fromSequence, toSequence) }
  }

  status(sequence: number = this.log.length, speed = 900): Status {
    return {
      homes: 2,
      slot,
      speed,
      timeMs: this.timeMs,
      readings: 0,
      statements: 0,
      orders: 0,
      trades: 0,
      tradedWh: 0,
      batches: { proposed: 0, final: 0 },
      settledTrades: 0,
      settledWh: 0,
      chainBlock: 0,
      sequence,
    }
  }

  #signed<K extends string, B>(kind: K, body: B) {
    return { kind, body, algorithm: 'secp256k1' as const, signer: address(1), signature }
  }
}
