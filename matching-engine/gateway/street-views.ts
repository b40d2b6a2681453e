import type { Positions, Statistics } from '#protocol/messages.ts'
import { slotStartMs } from '#protocol/slot.ts'
import type { Street, StreetBatch, StreetHome, StreetSlot } from '#protocol/street.ts'
import type { MarketData } from '../market-data/market-data.ts'
import type { PriceLevels } from '../market-data/price-levels.ts'
import type { SlotData } from '../market-data/slot-data.ts'
import type { NamePolicy } from '../picture/picture-events.ts'
import { homePseudonym } from './home-pseudonym.ts'

/**
 * What `GET /api/v1/homes` says of a home: power in W (import positive), counters in Wh. Where names are not told, `home`
 * is a pseudonym by its number, and its device is known by its key alone.
 */
export type HomeView = Pick<
  StreetHome,
  'home' | 'account' | 'deviceSigner' | 'powerW' | 'importWh' | 'exportWh' | 'readingTimeMs'
> &
  Partial<Pick<StreetHome, 'deviceId'>>

/** What `GET /api/v1/slots` says of a slot: energy in Wh, prices in EUR/MWh, null where there is none. */
export interface SlotView {
  readonly slot: number
  readonly startMs: number
  readonly phase: StreetSlot['phase']
  readonly trades: number
  readonly tradedWh: number
  /** volume-weighted average, not rounded */
  readonly vwapEurPerMWh: number | null
  readonly bestBidEurPerMWh: number | null
  readonly bestAskEurPerMWh: number | null
}

/** What `GET /api/v1/slots/{slot}/book` says: levels of [EUR/MWh, Wh], best first. */
export interface BookView {
  readonly slot: number
  readonly phase: StreetSlot['phase']
  readonly bids: readonly (readonly [priceEurPerMWh: number, openWh: number])[]
  readonly asks: readonly (readonly [priceEurPerMWh: number, openWh: number])[]
  readonly orders: number
}

export function homesView(street: Street, names: NamePolicy): readonly HomeView[] {
  return [...street.homes.values()].map((known, index) => {
    const { home, account, deviceId, deviceSigner, powerW, importWh, exportWh, readingTimeMs } = known
    const told = names === 'names' ? { home, deviceId } : { home: homePseudonym(index) }
    return { ...told, account, deviceSigner, powerW, importWh, exportWh, readingTimeMs }
  })
}

/** The home of an account; a name will do where names are told. */
export function homeAsked(street: Street, asked: string, names: NamePolicy): StreetHome | undefined {
  return street.homeOfAccount.get(asked as `0x${string}`) ?? (names === 'names' ? street.homes.get(asked) : undefined)
}

export function slotsView(street: Street, marketData: MarketData): readonly SlotView[] {
  const slotMinutes = street.rules?.slotMinutes ?? 15
  return [...street.slots.values()].map(({ slot, phase, trades, tradedWh, tradedMicroEur }) => ({
    slot,
    startMs: slotStartMs({ slot, slotMinutes }),
    phase,
    trades,
    tradedWh,
    vwapEurPerMWh: tradedWh === 0 ? null : tradedMicroEur / tradedWh,
    bestBidEurPerMWh: marketData.slot(slot)?.bids.best?.[0] ?? null,
    bestAskEurPerMWh: marketData.slot(slot)?.asks.best?.[0] ?? null,
  }))
}

export function bookView({ slot, phase, bids, asks, orders }: SlotData): BookView {
  const levels = (side: PriceLevels) => side.rows.map(([price, openWh]) => [price, openWh] as const)
  return { slot, phase, bids: levels(bids), asks: levels(asks), orders }
}

export function statisticsView({ slot, phase, statistics }: SlotData, sequence: number): Statistics {
  const { trades, openEurPerMWh, highEurPerMWh, lowEurPerMWh, lastEurPerMWh, tradedMicroEur, tradedWh } = statistics
  return {
    sequence,
    slot,
    phase,
    trades,
    openEurPerMWh,
    highEurPerMWh,
    lowEurPerMWh,
    lastEurPerMWh,
    referenceEurPerMWh: lastEurPerMWh,
    tradedMicroEur: String(tradedMicroEur),
    tradedWh: String(tradedWh),
  }
}

/** The newest trades first. */
export function tradesView(street: Street, limit: number) {
  return street.tape
    .slice(-limit)
    .reverse()
    .map(({ trade, timeMs, sequence }) => ({ ...trade, timeMs, sequence }))
}

export function batchesView(street: Street): readonly StreetBatch[] {
  return [...street.batches.values()]
}

export function positionsView(street: Street, home: StreetHome, names: NamePolicy): Positions {
  const { account } = home
  const name = names === 'names' ? home.home : homePseudonym([...street.homes.keys()].indexOf(home.home))
  const slots = [...street.slots.values()].filter(({ phase }) => phase !== 'settled')
  return {
    home: name,
    timeMs: street.timeMs,
    slots: slots.map(({ slot, phase, positions, openOrdersOf }) => ({
      slot,
      phase,
      boughtWh: positions.get(account)?.boughtWh ?? 0,
      soldWh: positions.get(account)?.soldWh ?? 0,
      openOrders: [...(openOrdersOf.get(account)?.values() ?? [])].map((order) => {
        const { orderId, nonce, side, priceEurPerMWh, energyWh, openWh } = order
        return { orderId, nonce, side, priceEurPerMWh, energyWh, openWh }
      }),
    })),
  }
}
