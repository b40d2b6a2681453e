import { Effect } from 'effect'
import type { SignedOrder } from '#protocol/envelope.ts'
import type { MarketRules } from '#protocol/market-rules.ts'
import type { Outcome, Positions } from '#protocol/messages.ts'
import type { Order } from '#protocol/order.ts'
import { addressOf, sign } from '#protocol/signing.ts'
import { slotAt, slotStartMs } from '#protocol/slot.ts'
import type { AgentOptions, NotJoined } from './agent-options.ts'
import type { Forecaster } from './forecasters/forecaster.ts'
import { type GatewayClient, MAX_ENVELOPES } from './gateway-client.ts'
import type { GatewayError } from './gateway-error.ts'
import type { HomeForecast } from './home-forecast.ts'
import type { MarketWatch } from './market-watch.ts'
import type { Membership } from './membership.ts'
import type { Outbox, OutboxFailure } from './outbox/outbox.ts'
import type { RefusedMessage } from './publishing.ts'
import { isTrading, type OrderAction, planOrders } from './quotes.ts'
import { noNews, type SlotNews } from './traders/slot-news.ts'
import type { TradingSlot } from './traders/trader.ts'

/** What one trading step did. */
export interface Traded {
  readonly placed: number
  readonly amended: number
  readonly cancelled: number
  readonly refusals: readonly RefusedMessage[]
}

const MINUTE_MS = 60_000
const NO_NEWS: ReadonlyMap<number, SlotNews> = new Map()
const GATE_MARGIN_WALL_MS = 100

/** Asks what the home has in the market, lets its trader decide, and sends the difference. */
export const tradeOnce = (
  home: Pick<AgentOptions, 'home' | 'neighbourhood' | 'accountKey' | 'clock' | 'trader'> & {
    readonly outbox: Outbox
    readonly gateway: GatewayClient
    readonly membership: Membership
    readonly forecast: HomeForecast
    readonly watch: MarketWatch
    readonly tradeSlotsAhead: number
    readonly random: () => number
  },
): Effect.Effect<Traded, GatewayError | OutboxFailure | NotJoined> =>
  Effect.gen(function* () {
    const { outbox, gateway, accountKey, clock, trader, tradeSlotsAhead, random } = home
    const { domain, rules } = yield* home.membership.protocol
    const positions = yield* gateway.positions(addressOf(accountKey))
    // An order sent in the last moment would arrive behind the gate.
    const nowMs = clock.nowMs() + GATE_MARGIN_WALL_MS * clock.speed
    const { slotMinutes } = rules
    const forecaster = yield* home.forecast.upToDate({ nowMs, slotMinutes, slotsAhead: tradeSlotsAhead })
    const news = trader.hears === 'nothing' ? NO_NEWS : home.watch.newsIn(yield* gateway.market)
    const slots = tradingSlots({ rules, nowMs, most: tradeSlotsAhead, positions, forecaster, news })
    const tradingWindowMs = tradeSlotsAhead * slotMinutes * MINUTE_MS
    const traded = new Set(slots.map(({ slot }) => slot))
    const actions = planOrders(trader.quotes({ slots, rules, tradingWindowMs, random }), {
      slots: positions.slots.filter(({ slot }) => traded.has(slot)),
    })

    const done = { placed: 0, amended: 0, cancelled: 0 }
    const refusals: RefusedMessage[] = []
    const count = (action: OrderAction, outcome: Outcome | undefined): void => {
      if (outcome === undefined) return
      // A nonce is used once: that it is used means an earlier try of this request arrived.
      const arrived = outcome.accepted || outcome.code === 'NONCE_USED'
      if (arrived) done[action.type === 'place' ? 'placed' : action.type === 'amend' ? 'amended' : 'cancelled']++
      else refusals.push({ what: action.type, code: outcome.code, detail: outcome.detail })
    }
    const from = { account: addressOf(accountKey), neighbourhood: home.neighbourhood }
    const orders: { readonly action: OrderAction; readonly order: SignedOrder }[] = []
    for (const action of actions) {
      const nonce = yield* outbox.takeNonce
      if (action.type === 'cancel') {
        const body = { ...from, slot: action.slot, orderId: action.orderId, nonce }
        count(action, yield* gateway.sendCancel(sign({ domain, kind: 'cancel', body, privateKey: accountKey })))
      } else {
        const body = orderOf(action, { ...from, nonce })
        orders.push({ action, order: sign({ domain, kind: 'order', body, privateKey: accountKey }) })
      }
    }
    for (let first = 0; first < orders.length; first += MAX_ENVELOPES) {
      const batch = orders.slice(first, first + MAX_ENVELOPES)
      const outcomes = yield* gateway.sendOrders(batch.map(({ order }) => order))
      for (const [i, { action }] of batch.entries()) count(action, outcomes[i])
    }
    return { ...done, refusals }
  })

/** The next slots whose gate is open, and what is expected and held in each. */
export function tradingSlots(ask: {
  readonly rules: Pick<MarketRules, 'slotMinutes' | 'gateBeforeDeliveryMs'>
  readonly nowMs: number
  readonly most: number
  readonly positions: Pick<Positions, 'slots'>
  readonly forecaster: Forecaster
  readonly news: ReadonlyMap<number, SlotNews>
}): readonly TradingSlot[] {
  const { rules, nowMs, most, positions, forecaster, news } = ask
  const { slotMinutes, gateBeforeDeliveryMs } = rules
  const held = new Map(positions.slots.map((slot) => [slot.slot, slot]))
  const first = slotAt({ timeMs: nowMs + gateBeforeDeliveryMs, slotMinutes }) + 1
  return Array.from({ length: most }, (_, i) => first + i)
    .filter((slot) => isTrading(held.get(slot) ?? { phase: 'continuous' }))
    .map((slot) => ({
      slot,
      news: news.get(slot) ?? noNews,
      ...forecaster.of(slot),
      boughtWh: held.get(slot)?.boughtWh ?? 0,
      soldWh: held.get(slot)?.soldWh ?? 0,
      msToGate: slotStartMs({ slot, slotMinutes }) - gateBeforeDeliveryMs - nowMs,
    }))
}

function orderOf(
  action: Exclude<OrderAction, { readonly type: 'cancel' }>,
  from: Pick<Order, 'account' | 'neighbourhood' | 'nonce'>,
): Order {
  const { quote } = action
  return {
    account: from.account,
    neighbourhood: from.neighbourhood,
    slot: quote.slot,
    side: quote.side,
    type: 'limit',
    priceEurPerMWh: quote.priceEurPerMWh,
    energyWh: action.type === 'amend' ? action.totalWh : quote.energyWh,
    timeInForce: 'GTC',
    expiresAtMs: 0,
    postOnly: false,
    selfTradePrevention: 'cancel-maker',
    replaces: action.type === 'amend' ? action.replaces : 0,
    nonce: from.nonce,
  }
}
