import { Effect } from 'effect'
import { applyEvent } from '#protocol/apply-event.ts'
import type { SignedOrder } from '#protocol/envelope.ts'
import type { LoggedEvent, MarketEvent } from '#protocol/market-event.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { emptyStreet } from '#protocol/street.ts'
import type { EventLog } from '../event-log/event-log.ts'
import { MarketData } from '../market-data/market-data.ts'
import type { Neighbourhood } from '../neighbourhood.ts'

const TOLD_PARTITION = 'bench-street'
const HOMES = 200
/** The first of the slots that trade in turn. */
export const TOLD_SLOT = 1_982_000
const SLOTS = 8
/** How many trades one resting order is good for, and what each is about. */
const TRADES_A_MAKER = 100
const TRADE_WH = 10

const hex = (number: number, digits: number) => `0x${number.toString(16).padStart(digits, '0')}` as const
const accountOf = (home: number) => hex(home + 1, 40)
const signed = { algorithm: 'secp256k1', signer: accountOf(0), signature: hex(0, 130) } as const

/**
 * A market whose log is told instead of traded: events of the shape that a market writes, appended and folded as it
 * does, but without its matching and the two signatures of each trade, which alone would take a core and a half at a
 * thousand a second. A gateway serves it like any other.
 */
export class ToldStreet {
  readonly neighbourhood: Pick<Neighbourhood, 'partition' | 'street' | 'marketData' | 'events' | 'past'>
  readonly #log: EventLog
  readonly #street = emptyStreet()
  readonly #marketData = new MarketData()
  #orders = 0
  #trades = 0
  #maker: { readonly id: `0x${string}`; readonly slot: number; readonly home: number; left: number } | null = null

  constructor(log: EventLog) {
    this.#log = log
    this.neighbourhood = {
      partition: TOLD_PARTITION,
      street: this.#street,
      marketData: this.#marketData,
      events: (afterSequence) => log.subscribe(TOLD_PARTITION, afterSequence),
      past: (afterSequence) => log.read(TOLD_PARTITION, afterSequence),
    }
  }

  /** Homes join, slots open. */
  open(): Effect.Effect<void, unknown> {
    const timeMs = Date.now()
    const domain = { name: 'Commonwatt', version: '1', chainId: 1, verifyingContract: accountOf(0) } as const
    const operator = accountOf(0)
    return this.#append([
      {
        type: 'NeighbourhoodOpened',
        timeMs,
        neighbourhood: TOLD_PARTITION,
        rules: defaultMarketRules,
        domain,
        operator,
      },
      ...Array.from({ length: HOMES }, (_, home): MarketEvent => {
        const account = accountOf(home)
        const name = `home-${home + 1}`
        const body = {
          neighbourhood: TOLD_PARTITION,
          home: name,
          account,
          deviceId: name,
          deviceSigner: account,
          nonce: 1,
        }
        return { type: 'HomeEnrolled', timeMs, enrolment: { kind: 'enrolment', body, ...signed } }
      }),
      ...Array.from({ length: SLOTS }, (_, index): MarketEvent => {
        return { type: 'SlotPhaseChanged', timeMs, slot: TOLD_SLOT + index, phase: 'continuous', cause: 'clock' }
      }),
    ])
  }

  /** So many trades happen now: each an order that a resting one fills. One append, as in one turn of a market. */
  trade(times: number): Effect.Effect<void, unknown> {
    const timeMs = Date.now()
    return this.#append(Array.from({ length: times }, () => this.#tradeAt(timeMs)).flat())
  }

  #tradeAt(timeMs: number): readonly MarketEvent[] {
    const placed: MarketEvent[] = []
    if (this.#maker === null || this.#maker.left === 0) {
      const [slot, home] = [TOLD_SLOT + (this.#orders % SLOTS), this.#orders % HOMES]
      const id = this.#place(placed, { timeMs, home, slot, side: 'sell', energyWh: TRADES_A_MAKER * TRADE_WH })
      this.#maker = { id, slot, home, left: TRADES_A_MAKER }
    }
    const { id: sellOrderId, slot, home: seller } = this.#maker
    this.#maker.left--
    const buyer = (seller + 1 + (this.#orders % (HOMES - 1))) % HOMES
    const buyOrderId = this.#place(placed, { timeMs, home: buyer, slot, side: 'buy', energyWh: TRADE_WH })
    const trade = {
      ...{ id: `${slot}.${++this.#trades}`, slot, buyer: accountOf(buyer), seller: accountOf(seller) },
      ...({ buyOrderId, sellOrderId, makerSide: 'sell' } as const),
      ...{ priceEurPerMWh: 100 + (this.#trades % 100), energyWh: TRADE_WH },
    } as const
    return [...placed, { type: 'TradeMatched', timeMs, trade }]
  }

  #place(
    placed: MarketEvent[],
    order: {
      readonly timeMs: number
      readonly home: number
      readonly slot: number
      readonly side: 'buy' | 'sell'
      readonly energyWh: number
    },
  ): `0x${string}` {
    const { timeMs, home, slot, side, energyWh } = order
    const nonce = ++this.#orders
    const orderId = hex(nonce, 64)
    const body: SignedOrder['body'] = {
      ...({ account: accountOf(home), neighbourhood: TOLD_PARTITION, slot, side, type: 'limit' } as const),
      ...({ priceEurPerMWh: 150, energyWh, timeInForce: 'GTC', expiresAtMs: 0, postOnly: false } as const),
      ...({ selfTradePrevention: 'none', replaces: 0, nonce } as const),
    }
    placed.push({ type: 'OrderPlaced', timeMs, orderId, order: { kind: 'order', body, ...signed } })
    return orderId
  }

  #append(events: readonly MarketEvent[]): Effect.Effect<void, unknown> {
    const { sequence } = this.#street
    return Effect.map(this.#log.append(TOLD_PARTITION, sequence, events), () => {
      const logged = events.map((event, index): LoggedEvent => ({ sequence: sequence + 1 + index, event }))
      for (const event of logged) applyEvent(this.#street, event)
      this.#marketData.push(logged)
    })
  }
}
