import type { Reason } from '#protocol/trust.ts'
import type { FlowWindow } from '../../flows/flow-window.ts'
import type { HomeColumn } from '../../table/sort-homes.ts'
import { words as attach } from '../attach/en.ts'
import type { Said } from '../en.ts'

/** What is said over the page or beside it, in English. Values arrive formatted, with their unit. */
const english = {
  attach,

  homePanel: {
    meter: 'Meter',
    mine: 'My home',
    good: 'Nothing speaks against this reading.',
    doubted: (trust: string, reasons: string) => `Trust ${trust}: ${reasons}.`,
    unknownReason: 'something that this version does not know',
    heading: { bill: 'Bill', slots: 'Slots', trades: 'Trades' },
    register: { power: 'power', imported: 'taken in all', exported: 'given in all', stored: 'battery' },
    column: {
      register: 'register',
      value: 'value',
      age: 'read',
      slot: 'slot',
      open: 'still open',
      traded: 'traded',
      metered: 'metered',
      wants: 'wants',
      offers: 'offers',
      bought: 'bought',
      sold: 'sold',
      taken: 'taken',
      given: 'given',
    },
    noSlots: 'No order, no trade and no statement yet.',
    earlierSlots: (count: string) => `Show ${count} earlier slots`,
    noTrades: 'No trade yet.',
    earlierTrades: (count: string) => `Show ${count} earlier trades`,
    soldTo: (energy: string, home: string) => `sold ${energy} to ${home}`,
    boughtFrom: (energy: string, home: string) => `bought ${energy} from ${home}`,
    forSlot: (span: string) => `for ${span}`,
    receipt: 'Receipt',
    why: 'Why?',
    billPaid: { without: 'pays with the tariffs alone', with: 'pays with the market' },
    billEarned: { without: 'earns with the tariffs alone', with: 'earns with the market' },
    saved: (amount: string, slots: string) => `Better off by ${amount} in ${slots} final slots.`,
    costMore: (amount: string, slots: string) => `Worse off by ${amount} in ${slots} final slots.`,
    nothingFinal: 'No slot of it is final yet: the bill comes with the settlement.',
    noBill: 'The bill of this home is not told here.',
    asked: 'Asking for its slots and trades …',
    notThere: 'The server tells no more of this home, or does not answer.',
  },

  flows: {
    heading: 'Who sold to whom',
    enlarge: 'Enlarge',
    windows: 'Window of time',
    window: { slot: 'last slot', hours: '4 hours', day: 'a day', all: 'all kept' } satisfies Record<FlowWindow, string>,
    hint: 'Point at a bar or a band, or go from bar to bar with the Tab key. Grey is the supplier.',
    asked: 'Asking for the flows …',
    notThere: 'The server tells no flows of this run, or does not answer.',
    notStated: 'No slot has been metered yet: flows come with the first statements.',
    nothing: (span: string) => `Nothing flowed in ${span}.`,
    sum: (span: string, energy: string, percent: string) => `${span}: ${energy}, ${percent} of it between neighbours.`,
    others: (homes: string) => `${homes} others`,
    flow: (seller: string, buyer: string, energy: string) => `${seller} sold ${energy} to ${buyer}.`,
    sells: (name: string, energy: string, supplier: string) =>
      `${name} sold ${energy}, of it ${supplier} to the supplier.`,
    buys: (name: string, energy: string, supplier: string) =>
      `${name} bought ${energy}, of it ${supplier} from the supplier.`,
    asTable: 'The same as a table',
    column: { seller: 'seller', buyer: 'buyer', energy: 'kWh', sellers: 'sold, kWh', buyers: 'bought, kWh' },
    moreRows: (count: string) => `${count} smaller flows are not listed.`,
  },

  table: {
    heading: 'The homes on the map, as a table',
    all: (homes: string) => `${homes} homes, as the map shows them. Power: − is given.`,
    some: (rows: string, homes: string) => `The first ${rows} of the ${homes} homes on the map. Power: − is given.`,
    mine: (home: string) => `★ ${home} (my home)`,
    column: { name: 'home', state: 'state', power: 'power', age: 'reading' } satisfies Record<HomeColumn, string>,
  },

  receipt: {
    heading: (trade: string) => `Receipt of trade ${trade}`,
    loading: 'Asking for the records …',
    silent: 'The server does not answer. Try again when the page is live.',
    notThere: 'The server keeps the signed records of its latest slots only. Its whole log has them all:',
    recorded: 'This is a recording, shown without its signed records. Its log has them:',
    simulated: 'This street is simulated: nothing in it was signed, so there is nothing to prove.',
    serverSays: 'These are the records that the server shows. Trust none of them:',
    proveIt: 'each step is recomputed by',
    open: 'not yet',
    state: { recorded: 'recorded', estimated: 'estimated', open: 'open' },
    step: {
      reading: (home: string) => `${home} read its meter`,
      statement: (home: string) => `${home} stated the slot`,
      order: (home: string) => `${home} ordered`,
      match: 'The book matched',
      batch: 'Netted into a batch',
      transaction: 'Settled on the chain',
    },
    fact: {
      registers: 'hash of the registers',
      chain: 'hash of the chain of readings',
      operator: 'signed by the operator',
      order: 'order',
      trade: 'trade',
      root: 'root of its trades',
      proposed: 'proposed by transaction',
      transaction: 'transaction',
    },
    read: (sequence: string, imported: string, exported: string, signer: string) =>
      `up to reading ${sequence}: counters ${imported} kWh taken, ${exported} kWh given; ${signer}`,
    signedBy: {
      meter: 'signed by the meter’s key',
      stream: 'signed by a stream key that the meter’s key has authorised',
      unknown: 'signed by a key of which these records say nothing',
    },
    readUpTo: (sequence: string) => `up to reading ${sequence}`,
    noReading: 'No reading came before the deadline.',
    stated: (imported: string, exported: string) => `${imported} kWh taken, ${exported} kWh given in this slot`,
    trust: (trust: string, reasons: readonly string[]) =>
      `trust ${trust}${reasons.length === 0 ? '' : `: ${reasons.join(', ')}`}`,
    ordered: (side: 'buy' | 'sell', energy: string, price: string | null) =>
      `${side} ${energy} kWh at ${price === null ? 'any price' : `${price} ct/kWh ${side === 'buy' ? 'at most' : 'at least'}`}`,
    orderNotKept: 'The order is in the log, no longer in the server’s memory.',
    matched: (energy: string, price: string) => `${energy} kWh at ${price} ct/kWh`,
    batched: (number: string, trades: string) => `batch ${number}, one of ${trades} trades under the root`,
    proposedIn: (block: string) => `proposed in block ${block}; it can still be disputed`,
    final: (block: string) => `final in block ${block}`,
    onChain: (call: string | null, gas: string, time: string) =>
      `By ${call ?? 'another contract'}, ${gas} gas, in a block of ${time}.`,
    restsOn: 'rests on',
    record: 'The whole record',
    copy: (fact: string) => `Copy: ${fact}`,
    copied: 'copied',
    select: 'selected',
    raw: 'All records as JSON',
    batches: 'All batches as JSON',
    why: 'Why this price?',
  },

  /** why a trade has its price */
  story: {
    loading: 'Folding the log up to this trade …',
    silent: 'The server does not answer. Try again when the page is live.',
    notThere: 'The log is no longer kept as far back as this trade.',
    notKept: 'This run was recorded without its order books: nobody can say who set the price.',
    trade: (energy: string, seller: string, buyer: string, at: string, span: string) =>
      `${energy} kWh from ${seller} to ${buyer}, matched at ${at} for delivery ${span}.`,
    makerOffered: (maker: string, price: string, since: string, age: string) =>
      `${maker} had offered at ${price} ct/kWh since ${since}, for ${age}.`,
    makerBid: (maker: string, price: string, since: string, age: string) =>
      `${maker} had bid ${price} ct/kWh since ${since}, for ${age}.`,
    takerBought: (taker: string, limit: string | null) =>
      limit === null
        ? `Then ${taker} came to buy at any price.`
        : `Then ${taker} came to buy and would have paid up to ${limit} ct/kWh.`,
    takerSold: (taker: string, limit: string | null) =>
      limit === null
        ? `Then ${taker} came to sell at any price.`
        : `Then ${taker} came to sell and would have taken ${limit} ct/kWh.`,
    rule: {
      maker: (maker: string, price: string) =>
        `The order that waits sets the price: ${maker} set it, at ${price} ct/kWh.`,
      'largest-volume': (price: string) =>
        `The opening call found one price for all: at ${price} ct/kWh most energy changes hands.`,
      'highest-matched-ask': (price: string) =>
        `The opening call found one price for all: ${price} ct/kWh, the most that a matched seller asked.`,
      'last-matched-bid': (price: string) =>
        `The opening call found one price for all: ${price} ct/kWh, the least that a matched buyer bid.`,
      midpoint: (price: string) =>
        `The opening call found one price for all: ${price} ct/kWh, halfway between the last buyer and the last seller that it matched.`,
    },
    others: (others: string) => `The same order made ${others} more trades.`,
    another: 'The same order made one more trade.',
    othersOfCall: (others: string) => `The call made ${others} more trades at this price.`,
    anotherOfCall: 'The call made one more trade at this price.',
    sellerGains: (cents: string, onTrade: string) =>
      `The seller gets ${cents} ct/kWh more than the supplier pays: ${onTrade} ct on this trade.`,
    sellerLoses: (cents: string) => `The seller gets ${cents} ct/kWh less than the supplier pays.`,
    buyerGains: (cents: string, onTrade: string) =>
      `The buyer saves ${cents} ct/kWh after wires, levies and VAT: ${onTrade} ct on this trade.`,
    buyerLoses: (cents: string) => `The buyer pays ${cents} ct/kWh more than with the supplier alone.`,
    rail: (price: string, low: string, high: string) =>
      `The price of ${price} ct/kWh lies between ${low} ct/kWh, which the supplier pays, and ${high} ct/kWh, which it is worth to a buyer.`,
    range: 'Where the price lies',
    book: 'The book before and after',
    ask: 'offer',
    bid: 'bid',
    side: 'side',
    price: 'ct/kWh',
    before: 'kWh before',
    after: 'kWh after',
    change: 'change',
    none: '–',
    changes: { gone: 'gone', new: 'new', less: 'less', more: 'more', same: '' },
    setPrice: 'the price',
    hidden: (levels: string) => `${levels} more levels did not change.`,
    emptyBook: 'The book was empty before, and is after.',
    orders: 'The two orders',
    home: 'home',
    role: 'order',
    maker: 'waited',
    taker: 'came',
    wants: { buy: 'buys', sell: 'sells' },
    limit: 'limit ct/kWh',
    any: 'any',
    energy: 'kWh',
    openAfter: 'open after',
    placed: 'placed',
    facts: (sequence: string) => `From command ${sequence} of the log, folded again.`,
    raw: 'As JSON',
    receipt: 'Receipt of this trade',
  },

  /** why a statement is doubted */
  reason: {
    counterHeld: 'a counter was held',
    notAvailable: 'a value was missing',
    implausible: 'more than the connection can carry',
    afterGap: 'the link was lost',
    counterReset: 'a counter began anew',
    counterWrapped: 'a counter went round',
    counterReturned: 'a counter came back',
    scaleChanged: 'a scale factor changed',
    voltageOutOfBand: 'no voltage of a grid',
    frequencyOutOfBand: 'no frequency of a grid',
    energyMismatch: 'the energy is not the power’s',
    frozen: 'the power stands still',
    sunAtNight: 'sun at night',
    phasesDisagree: 'the phases do not sum up',
    clockJumped: 'the clock jumped',
  } satisfies Record<Reason, string>,
} as const

export type LaterWords = Said<typeof english>

export const words: LaterWords = english
