import type { NaiveMarket } from './naive-market.ts'
import { clipOf, type NaiveOrder } from './naive-order.ts'
import { fill, type Print } from './naive-sweep.ts'

/** Trades everything in the book that can trade: one price for each pair of lanes, and so one for all if there is one. */
export function uncross(
  market: NaiveMarket,
  orders: readonly NaiveOrder[],
  reference: number | null,
): readonly Print[] {
  const pairs: { readonly sell: NaiveOrder; readonly buy: NaiveOrder }[] = []
  for (const sell of orders.filter((order) => order.side === 'sell' && order.status === 'open')) {
    for (const buy of orders.filter((order) => order.side === 'buy' && order.status === 'open')) {
      const isNew = !pairs.some(
        (pair) => market.lane(pair.sell) === market.lane(sell) && market.lane(pair.buy) === market.lane(buy),
      )
      if (isNew) pairs.push({ sell, buy })
    }
  }
  pairs.sort(
    (a, b) =>
      market.gain(b.sell, b.buy) - market.gain(a.sell, a.buy) ||
      market.lane(a.sell) - market.lane(b.sell) ||
      market.lane(a.buy) - market.lane(b.buy),
  )
  return pairs.flatMap(({ sell, buy }) => {
    const gain = market.gain(sell, buy)
    const inLane = (of: NaiveOrder) =>
      orders.filter(
        (order) => order.status === 'open' && order.side === of.side && market.lane(order) === market.lane(of),
      )
    const bids = inLane(buy).sort((a, b) => b.price - a.price || a.arrival - b.arrival)
    const asks = inLane(sell).sort((a, b) => a.price - b.price || a.arrival - b.arrival)
    return uncrossPair(market, bids, asks, gain, reference)
  })
}

function uncrossPair(
  market: NaiveMarket,
  bids: readonly NaiveOrder[],
  asks: readonly NaiveOrder[],
  gain: number,
  reference: number | null,
): readonly Print[] {
  const prices = [...asks.map((ask) => ask.price), ...bids.map((bid) => bid.price + gain)]
  const curve = prices.map((price) => {
    const demand = sum(bids.filter((bid) => bid.price + gain >= price))
    const supply = sum(asks.filter((ask) => ask.price <= price))
    return { price, volume: demand < supply ? demand : supply, surplus: demand - supply }
  })
  const volume = curve.reduce((most, point) => (point.volume > most ? point.volume : most), 0n)
  const matches = pairUp(bids, asks, volume)
  const matched = matches.at(-1)
  if (matched === undefined) return []
  const price = {
    'largest-volume': () =>
      balancedPrice(
        curve.filter((point) => point.volume === volume),
        reference,
      ),
    'highest-matched-ask': () => matched.ask.price,
    'last-matched-bid': () => matched.bid.price + gain,
    midpoint: () => Math.floor((matched.ask.price + matched.bid.price + gain) / 2 / market.tick) * market.tick,
  }[market.priceRule]()
  for (const order of new Set(matches.flatMap(({ bid, ask }) => [bid, ask]))) {
    order.shown = clipOf(order)
  }
  return matches.map(({ bid, ask, qty }) => ({ maker: bid, taker: ask, price, fee: market.fee(ask, bid), qty }))
}

/** Both sides in price-time order, so the last pair holds the dearest ask and the lowest bid that trade. */
function pairUp(bids: readonly NaiveOrder[], asks: readonly NaiveOrder[], volume: bigint) {
  const matches: { readonly bid: NaiveOrder; readonly ask: NaiveOrder; readonly qty: number }[] = []
  let left = volume
  while (left > 0n) {
    const bid = bids.find((order) => order.open > 0)
    const ask = asks.find((order) => order.open > 0)
    if (bid === undefined || ask === undefined) throw new Error(`${left} of ${volume} have no partner`)
    const most = Math.min(bid.open, ask.open)
    const qty = BigInt(most) < left ? most : Number(left)
    matches.push({ bid, ask, qty })
    fill(bid, qty)
    fill(ask, qty)
    left -= BigInt(qty)
  }
  return matches
}

interface Point {
  readonly price: number
  readonly surplus: bigint
}

/** Of the prices with the largest volume the one that leaves least over, then the one the surplus pulls to. */
function balancedPrice(points: readonly Point[], reference: number | null): number {
  const size = (surplus: bigint) => (surplus < 0n ? -surplus : surplus)
  const least = points.reduce((a, b) => (size(b.surplus) < size(a.surplus) ? b : a))
  const tied = points.filter((point) => size(point.surplus) === size(least.surplus)).sort((a, b) => a.price - b.price)
  const [lowest, highest] = [tied[0], tied.at(-1)]
  if (lowest === undefined || highest === undefined) throw new Error('no price has any volume')
  if (tied.every((point) => point.surplus > 0n)) return highest.price
  if (tied.every((point) => point.surplus < 0n)) return lowest.price
  return reference === null ? lowest.price : Math.min(Math.max(reference, lowest.price), highest.price)
}

const sum = (orders: readonly NaiveOrder[]): bigint => orders.reduce((total, order) => total + BigInt(order.open), 0n)
