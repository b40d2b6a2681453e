import { type MatchLine, MatchSession } from '#matching-engine/index.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { mostPaidEurPerMWh } from '#protocol/most-paid.ts'
import { slotStartMs } from '#protocol/slot.ts'
import type { ElectricalZones } from '../grid/electrical-zones.ts'
import { GridFees } from '../simulation/grid-fees.ts'
import { SimulatedMarket } from '../simulation/simulated-market.ts'
import { near, same, type ValidationCase } from './validation-case.ts'
import type { ValidationSubject } from './validation-subject.ts'

/** 1 ct/kWh is 10 EUR/MWh; a slot of 200 W for an hour. */
const CT = 10
const SLOT_WH = 200
const SLOTS = 9

interface Order {
  readonly side: 'buy' | 'sell'
  readonly ct: number
}

/** The trades of a seller in zone 1 and a buyer in zone 0 with a fee between them. */
function tradesOf(feeCt: number, orders: readonly Order[], slots = 1): MatchLine['trades'] {
  const session = new MatchSession()
  const line = (command: object) => session.line(JSON.stringify(command))
  const fee = feeCt * CT
  line({
    op: 'config',
    maxPrice: 10_000,
    fees: [
      [0, fee],
      [fee, 0],
    ],
  })
  return Array.from({ length: slots }, (_, slot) =>
    orders.flatMap(({ side, ct }) => {
      const order = { op: 'new', id: `${side} ${slot}`, acct: side, side, type: 'limit', price: ct * CT, qty: SLOT_WH }
      return line({ ...order, tif: 'GTC', zone: side === 'sell' ? 1 : 0 }).trades
    }),
  ).flat()
}

/** What nine hours of a producing roof come to, ct. */
function dayCt(feeCt: number, orders: readonly Order[]) {
  const trades = tradesOf(feeCt, orders, SLOTS)
  const ct = (ofCt: (price: number) => number) =>
    trades.reduce((sum, [, , price, wh]) => sum + (ofCt(price / CT) * wh) / 1_000, 0)
  return {
    trades: trades.length,
    buyer: ct((price) => price + feeCt),
    seller: ct((price) => price),
    fees: ct(() => feeCt),
  }
}

/** Where all homes are at one place: what is left is a share of the price. */
const onePlace: ElectricalZones = {
  count: 1,
  zoneOf: Int32Array.of(0, 0),
  stepOhm: 0,
  tree: { parent: [0], ohm: [0] },
  placeOf: [0],
  way: () => ({ upOhm: 0, downOhm: 0 }),
}

/** What the trade of a buyer and a seller comes to a kWh, ct, with a fee of a share of the price, in a simulated market. */
function shareTrade(ofPrice: number, orders: readonly Order[]) {
  const fees = new GridFees({ ofPrice }, onePlace)
  const slot = 1_000
  const { slotMinutes } = defaultMarketRules
  const rules = { ...defaultMarketRules, slotsAhead: 2 }
  const market = new SimulatedMarket({ rules, homes: 2, listening: 'unheard', fees })
  market.moveTime(slotStartMs({ slot: slot - 1, slotMinutes }))
  for (const { side, ct } of orders) {
    // Whoever is ready to pay so much in all bids what is left of it once the share is taken out.
    const tariff = { retailMilliEurPerMWh: ct * CT * 1_000, feedInMilliEurPerMWh: 0, localChargeMilliEurPerMWh: 0 }
    const most = Math.floor(mostPaidEurPerMWh({ tariff, protocolFeeBp: fees.ofPriceBp }))
    const priceEurPerMWh = side === 'sell' ? ct * CT : most
    market.act(side === 'sell' ? 0 : 1, { type: 'place', quote: { slot, side, priceEurPerMWh, energyWh: SLOT_WH } })
  }
  market.moveTime(slotStartMs({ slot: slot + 1, slotMinutes }))
  const [trade] = market.settle(slot).trades
  if (trade === undefined) return { buyer: Number.NaN, seller: Number.NaN }
  const seller = trade.priceEurPerMWh / CT
  return { seller, buyer: seller + fees.feeEurPerMWh(trade) / CT }
}

/** Fees along the way from one home to another. */
export function gridFees(): ValidationSubject {
  const ct = (name: string, expected: number, got: number) => near({ name, expected, got, tolerance: 1e-4, unit: 'ct' })
  const both = (
    words: string,
    orders: readonly Order[],
    expected: { readonly buyer: number; readonly seller: number },
  ) => {
    const [trade] = tradesOf(4, orders)
    const seller = (trade?.[2] ?? Number.NaN) / CT
    const day = dayCt(4, orders)
    return [
      ct(`${words}: buyer pays, a kWh`, expected.buyer, seller + 4),
      ct(`${words}: seller gets, a kWh`, expected.seller, seller),
      same({ name: `${words}: trades of a day`, expected: SLOTS, got: day.trades }),
      ct(`${words}: buyer pays, a day`, expected.buyer * 1.8, day.buyer),
      ct(`${words}: seller gets, a day`, expected.seller * 1.8, day.seller),
      ct(`${words}: fees, a day`, 7.2, day.fees),
    ] satisfies readonly ValidationCase[]
  }
  const ofPrice = (
    words: string,
    orders: readonly Order[],
    expected: { readonly buyer: number; readonly seller: number },
  ) => {
    const got = shareTrade(0.05 + 0.1 + 0.05, orders)
    return [
      ct(`5 + 10 + 5 % of the price, ${words}: buyer pays, a kWh`, expected.buyer, got.buyer),
      ct(`5 + 10 + 5 % of the price, ${words}: seller gets, a kWh`, expected.seller, got.seller),
    ] satisfies readonly ValidationCase[]
  }
  const [offer, bid] = [
    { side: 'sell', ct: 10 },
    { side: 'buy', ct: 30 },
  ] as const
  return {
    title: 'Grid fees',
    about:
      'A load that bids 30 ct/kWh, and a roof that asks for 10, four markets apart with fees of 1 + 2 + 1 ct; 1.8 kWh in nine hours. Values of gsy-e (ab358e7e): its one-sided market is an offer that waits, its two-sided one, pay-as-bid or pay-as-clear, a bid that waits.',
    cases: [
      ...both('an offer waits', [offer, bid], { buyer: 14, seller: 10 }),
      ...both('a bid waits', [bid, offer], { buyer: 30, seller: 26 }),
      ...ofPrice('an offer waits', [offer, bid], { buyer: 12, seller: 10 }),
      ...ofPrice('a bid waits', [bid, offer], { buyer: 30, seller: 25 }),
      same({
        name: 'a fee of 45 ct, a bid of 45 and an offer of 30: trades',
        expected: 0,
        got: tradesOf(45, [
          { side: 'sell', ct: 30 },
          { side: 'buy', ct: 45 },
        ]).length,
      }),
    ],
  }
}
