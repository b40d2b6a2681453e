import type { BookState } from './book-state.ts'
import { fillOrKill } from './fill-or-kill.ts'
import { type LiveOrder, reaches } from './live-order.ts'

/**
 * Takes a live order that rests nowhere through the other side, in price-time order and at the makers' prices,
 * then rests what is left of a GTC or GTD limit order and cancels what is left of any other.
 */
export function matchTaker(book: BookState, taker: LiveOrder): void {
  if (taker.timeInForce === 'FOK') {
    const outcome = fillOrKill(taker, book.opposite(taker.side))
    if (!outcome.whole) {
      if (outcome.own !== null) book.emit({ type: 'prevented', makerId: outcome.own.id, takerId: taker.id })
      book.close(taker, 'cancelled')
      return
    }
  }
  sweep(book, taker)
  if (taker.openWh === 0) return
  if (taker.type === 'limit' && (taker.timeInForce === 'GTC' || taker.timeInForce === 'GTD')) book.rest(taker)
  else book.close(taker, 'cancelled')
}

/** Trades until the taker is done or nothing is within its reach. Every turn closes or shrinks an order. */
function sweep(book: BookState, taker: LiveOrder): void {
  const makers = book.opposite(taker.side)
  while (taker.openWh > 0) {
    const maker = makers.best?.first ?? null
    if (maker === null || !reaches(taker, maker.priceEurPerMWh)) return
    if (taker.selfTradePrevention !== 'none' && maker.account === taker.account) prevent(book, taker, maker)
    else trade(book, taker, maker)
  }
}

function trade(book: BookState, taker: LiveOrder, maker: LiveOrder): void {
  const energyWh = Math.min(taker.openWh, maker.openWh)
  for (const order of [maker, taker]) {
    order.openWh -= energyWh
    order.filledWh += energyWh
  }
  book.emit({
    type: 'trade',
    maker: { id: maker.id, account: maker.account, openWh: maker.openWh },
    taker: { id: taker.id, account: taker.account, openWh: taker.openWh },
    makerSide: maker.side,
    priceEurPerMWh: maker.priceEurPerMWh,
    energyWh,
  })
  if (maker.openWh === 0) book.close(maker, 'filled')
  if (taker.openWh === 0) book.close(taker, 'filled')
}

/** The taker has met an order of its own account: acts by the taker's mode. */
function prevent(book: BookState, taker: LiveOrder, maker: LiveOrder): void {
  book.emit({ type: 'prevented', makerId: maker.id, takerId: taker.id })
  switch (taker.selfTradePrevention) {
    case 'cancel-taker':
      book.close(taker, 'cancelled')
      return
    case 'cancel-maker':
      book.close(maker, 'cancelled')
      return
    case 'cancel-both':
      book.close(maker, 'cancelled')
      book.close(taker, 'cancelled')
      return
    case 'decrement': {
      const byWh = Math.min(taker.openWh, maker.openWh)
      for (const order of [maker, taker]) {
        order.openWh -= byWh
        book.emit({ type: 'reduced', id: order.id, byWh, openWh: order.openWh })
      }
      if (maker.openWh === 0) book.close(maker, 'cancelled')
      if (taker.openWh === 0) book.close(taker, taker.filledWh > 0 ? 'filled' : 'cancelled')
      return
    }
    case 'none':
      throw new Error(`order ${taker.id} does not prevent self-trades`)
  }
}
