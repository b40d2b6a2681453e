import { MatchSession } from '#matching-engine/index.ts'
import { allocativeEfficiency } from '../market-quality/allocative-efficiency.ts'
import known from './cases/uniform-price-books.json' with { type: 'json' }
import { inWords, near, same, type ValidationCase } from './validation-case.ts'
import type { ValidationSubject } from './validation-subject.ts'

/** Prices in 0.001 ct, which the finest book needs, energy in Wh. */
const PER_CT = 1_000
const RULES = {
  lastMatchedBid: 'last-matched-bid',
  highestMatchedAsk: 'highest-matched-ask',
  midpoint: 'midpoint',
} as const

type Book = (typeof known.books)[number]

/** One side's orders, named for their place. */
const ordersOf = (book: Book, side: 'buy' | 'sell') =>
  (side === 'buy' ? book.bids : book.offers).map(([kWh = 0, ct = 0], index) => ({
    id: `${side} ${index}`,
    side,
    energyWh: Math.round(kWh * 1_000),
    limitEurPerMWh: Math.round(ct * PER_CT),
  }))

/** Collects a book in a call and uncrosses it by a rule. */
function uncrossed(book: Book, priceRule: string) {
  const session = new MatchSession()
  const line = (command: object) => session.line(JSON.stringify(command))
  line({ op: 'config', maxPrice: 4_000 * PER_CT, priceRule })
  line({ op: 'phase', phase: 'call' })
  const sides = { buyers: ordersOf(book, 'buy'), sellers: ordersOf(book, 'sell') }
  const orders = [...sides.buyers, ...sides.sellers]
  for (const { id, side, energyWh, limitEurPerMWh } of orders) {
    const order = { op: 'new', id, acct: id, side, type: 'limit', tif: 'GTC', price: limitEurPerMWh, qty: energyWh }
    line(order)
  }
  const limitOf = (id: string) => orders.find((one) => one.id === id)?.limitEurPerMWh ?? Number.NaN
  const trades = line({ op: 'uncross' }).trades.map(([maker, taker, price, energyWh]) => ({
    buyerLimitEurPerMWh: limitOf(maker),
    sellerLimitEurPerMWh: limitOf(taker),
    price,
    energyWh,
  }))
  return { ...sides, trades }
}

/** What an auction made for both sides, ct. */
const surplusCt = ({ trades }: ReturnType<typeof uncrossed>) =>
  trades.reduce(
    (sum, one) => sum + ((one.buyerLimitEurPerMWh - one.sellerLimitEurPerMWh) * one.energyWh) / PER_CT / 1_000,
    0,
  )

function casesOf(book: Book): readonly ValidationCase[] {
  const { name } = book
  const auction = uncrossed(book, 'largest-volume')
  const { trades } = auction
  const efficiency = allocativeEfficiency(auction) ?? Number.NaN
  return [
    near({
      name: `${name}: energy`,
      expected: book.kWh,
      got: trades.reduce((sum, { energyWh }) => sum + energyWh, 0) / 1_000,
      tolerance: 1e-6,
      unit: 'kWh',
    }),
    near({
      name: `${name}: surplus`,
      expected: book.largestSurplusCt,
      got: surplusCt(auction),
      tolerance: 1e-6,
      unit: 'ct',
    }),
    near({ name: `${name}: allocative efficiency`, expected: 1, got: efficiency, tolerance: 1e-6, unit: '' }),
    ...(Object.keys(RULES) as (keyof typeof RULES)[]).map((rule) => {
      const prices = new Set(uncrossed(book, RULES[rule]).trades.map(({ price }) => price))
      const [price = Number.NaN] = prices
      return near({
        name: `${name}: price, ${RULES[rule]}`,
        expected: book.priceCt[rule],
        got: prices.size === 1 ? price / PER_CT : Number.NaN,
        tolerance: 1e-6,
        unit: 'ct',
      })
    }),
    same({
      name: `${name}: prices of one auction`,
      expected: 1,
      got: new Set(trades.map(({ price }) => price)).size,
    }),
  ]
}

/** Call auctions: books that clear at one price. */
export function priceBooks(): ValidationSubject {
  return {
    title: 'Uniform price',
    about: known.about,
    cases: known.books.flatMap(casesOf),
    peers: known.books
      .filter((book) => book.gsyESurplusCt < book.largestSurplusCt)
      .map((book) => ({
        name: `${book.name}: surplus`,
        peer: 'gsy-e, pay-as-bid',
        theirs: `${inWords(book.gsyESurplusCt, 2)} ct`,
        ours: `${inWords(surplusCt(uncrossed(book, 'largest-volume')), 2)} ct`,
        why: 'It goes through the offers from the dearest down, and can leave the cheapest seller out.',
      })),
  }
}
