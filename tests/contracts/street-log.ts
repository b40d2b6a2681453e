import { Effect } from 'effect'
import type { SettlementEvent } from '#contracts/index.ts'
import type { LoggedEvent, MarketEvent } from '#protocol/market-event.ts'
import { defaultMarketRules, type MarketRules } from '#protocol/market-rules.ts'
import { digestOf } from '#protocol/signing.ts'
import type { Statement } from '#protocol/statement.ts'
import type { Trade } from '#protocol/trade.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import { delivered, home, domain as nowhere, statement, terms, trade } from './deliveries.ts'

type Hex = `0x${string}`

export const rules: MarketRules = { ...defaultMarketRules, slotsPerBatch: 2, disputeWindowMs: 3_600_000, ...terms }

/** A market's log in memory, with what settlement reads of it. */
export class StreetLog {
  readonly events: LoggedEvent[] = []
  /** set to make the next `record` fail, as a crash before the append does */
  refusing = false
  readonly #domain: SigningDomain

  /** @param domain what orders are called by */
  constructor(domain = nowhere) {
    this.#domain = domain
    this.#append({
      type: 'NeighbourhoodOpened',
      timeMs: 0,
      neighbourhood: 'lime-street',
      rules,
      domain,
      operator: home(998),
    })
  }

  /** Slots open, trade, are metered and wait for settlement. */
  settle(
    deliveries: readonly { slot: number; trades: readonly Trade[]; statements: readonly Statement[] }[],
    deliver: typeof delivered = delivered,
  ): void {
    const domain = this.#domain
    for (const { slot } of deliveries) this.#append({ type: 'SlotPhaseChanged', timeMs: 0, slot, phase: 'continuous' })
    for (const records of deliveries) {
      const { slot, trades, statements } = deliver(records)
      for (const { trade, tradedAtMs, buyOrder, sellOrder } of trades) {
        for (const order of [buyOrder, sellOrder]) {
          const orderId = digestOf({ domain, kind: 'order', body: order.body })
          this.#append({ type: 'OrderPlaced', timeMs: 0, orderId, order })
        }
        const [buyOrderId, sellOrderId] = [buyOrder, sellOrder].map(({ body }) =>
          digestOf({ domain, kind: 'order', body }),
        ) as [Hex, Hex]
        this.#append({ type: 'TradeMatched', timeMs: tradedAtMs, trade: { ...trade, buyOrderId, sellOrderId } })
      }
      for (const statement of statements) this.#append({ type: 'StatementAccepted', timeMs: 0, statement })
      this.#append({ type: 'SlotPhaseChanged', timeMs: 0, slot, phase: 'settling' })
    }
  }

  record = (event: SettlementEvent) =>
    Effect.suspend(() => {
      if (this.refusing) return Effect.fail(new Error('the log is gone'))
      const last = this.of(event.type).length
      const number = event.type === 'BatchProposed' ? event.batch.number : event.number
      if (number !== last + 1) return Effect.fail(new Error(`${event.type} ${number} cannot follow ${last}`))
      this.#append(event)
      return Effect.void
    })

  of<T extends MarketEvent['type']>(type: T): readonly Extract<MarketEvent, { readonly type: T }>[] {
    return this.events.flatMap(({ event }) =>
      event.type === type ? [event as Extract<MarketEvent, { readonly type: T }>] : [],
    )
  }

  #append(event: MarketEvent): void {
    this.events.push({ sequence: this.events.length + 1, event })
  }
}

/** A slot in which home 0 sells 1 kWh to home 1 and 500 Wh to home 2, and delivers `exportWh`. */
export function sunnySlot(slot: number, exportWh = 2_000) {
  const sale = (n: number, buyer: Hex, energyWh: number) =>
    trade({ slot, n, seller: home(0), buyer, priceEurPerMWh: 150, energyWh })
  return {
    slot,
    trades: [sale(1, home(1), 1_000), sale(2, home(2), 500)],
    statements: [
      statement({ slot, account: home(0), exportWh }),
      statement({ slot, account: home(1), importWh: 1_100 }),
      statement({ slot, account: home(2), importWh: 400 }),
    ],
  }
}
