import { expect } from 'vitest'
import type { BookEvent } from '#matching-engine/book/book-event.ts'
import type { OrderBook } from '#matching-engine/book/order-book.ts'

interface Entry {
  readonly side: string
  quantityWh: number
  filledWh: number
  cancelledWh: number
}

/** Keeps the books of a book from its events alone, and holds the book to them. */
export class Conservation {
  readonly #live = new Map<string, Entry>()
  readonly #filledWh: Record<string, number> = { buy: 0, sell: 0 }

  /** Books the events of one command; `placed` is the order it brought, if it was one. */
  follow(events: readonly BookEvent[], placed: { readonly side: string; readonly energyWh: number } | null): void {
    for (const event of events) {
      switch (event.type) {
        case 'accepted':
          if (placed === null) throw new Error(`${event.id} was accepted without having been placed`)
          expect(this.#live.has(event.id)).toBe(false)
          this.#live.set(event.id, { side: placed.side, quantityWh: placed.energyWh, filledWh: 0, cancelledWh: 0 })
          break
        case 'trade': {
          expect(event.energyWh).toBeGreaterThan(0)
          const maker = this.#entry(event.maker.id)
          const taker = this.#entry(event.taker.id)
          expect([maker.side, taker.side].sort()).toEqual(['buy', 'sell'])
          expect(event.makerSide).toBe(maker.side)
          for (const entry of [maker, taker]) {
            entry.filledWh += event.energyWh
            this.#filledWh[entry.side] = (this.#filledWh[entry.side] ?? 0) + event.energyWh
          }
          break
        }
        case 'amended': {
          const entry = this.#entry(event.id)
          entry.quantityWh = event.energyWh + entry.cancelledWh // the total is what the decrements left
          break
        }
        case 'reduced':
          expect(event.byWh).toBeGreaterThan(0)
          this.#entry(event.id).cancelledWh += event.byWh
          break
        case 'closed': {
          const entry = this.#entry(event.id)
          entry.cancelledWh += event.cancelledWh
          expect(entry.quantityWh).toBe(entry.filledWh + entry.cancelledWh)
          this.#live.delete(event.id)
          break
        }
        case 'prevented':
          break
      }
    }
  }

  /** Not crossed, every quantity accounted for, buys filled = sells filled, and only live orders on show. */
  check(book: OrderBook): void {
    const [bids, asks] = [book.depth('buy'), book.depth('sell')]
    const bid = bids[0]?.priceEurPerMWh ?? Number.NEGATIVE_INFINITY
    const ask = asks[0]?.priceEurPerMWh ?? Number.POSITIVE_INFINITY
    expect(bid).toBeLessThan(ask)
    expect(this.#filledWh.buy).toBe(this.#filledWh.sell)
    expect([...bids, ...asks].flatMap((level) => level.ids).sort()).toEqual([...this.#live.keys()].sort())
    for (const [id, entry] of this.#live) {
      const state = book.state(id)
      expect(state).toMatchObject({ status: 'open', filledWh: entry.filledWh })
      expect(entry.filledWh + (state?.openWh ?? 0) + entry.cancelledWh).toBe(entry.quantityWh)
      expect(state?.openWh).toBeGreaterThan(0)
    }
  }

  #entry(id: string): Entry {
    const entry = this.#live.get(id)
    if (entry === undefined) throw new Error(`an event names ${id}, which is not live`)
    return entry
  }
}
