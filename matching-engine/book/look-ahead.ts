import { type BooksState, worstLimit } from './books-state.ts'
import { bookCodes } from './codes.ts'
import { orderLayout } from './order-pool.ts'
import { levelLayout } from './price-ladders.ts'

const { BUY, CANCEL_MAKER, LIMIT } = bookCodes
const {
  NEXT_WORD,
  ORDER_ACCOUNT_WORD,
  ORDER_ARRIVAL,
  ORDER_BOOK_WORD,
  ORDER_EXTRA,
  ORDER_HIDDEN,
  ORDER_LANE_WORD,
  ORDER_OPEN,
  ORDER_PRICE,
  TRAIT_SIDE_SHIFT,
  TRAIT_STP_SHIFT,
  TRAIT_TYPE_SHIFT,
  TRAITS_WORD,
} = orderLayout
const { HEAD_WORD, LEVEL_HIDDEN, LEVEL_PRICE, LEVEL_SHOWN } = levelLayout

/** What an order would meet on the other side. */
export interface Ahead {
  /** whether all of it can trade within its limit before it meets an own order that prevention would act on */
  readonly isWhole: boolean
  /** that own order, 0 if there is none */
  readonly own: number
}

/**
 * Looks ahead of an order without touching anything: only volume within its limit counts, hidden volume does. With
 * self-trade prevention, of any mode, an own order that is reached before the quantity is complete ends the look.
 */
export function lookAhead(state: BooksState, taker: number): Ahead {
  const { words, doubles } = state.memory
  const traits = words[taker + TRAITS_WORD] as number
  const side = (traits >>> TRAIT_SIDE_SHIFT) & 1
  const isLimit = ((traits >>> TRAIT_TYPE_SHIFT) & 3) === LIMIT
  const limit = isLimit ? (doubles[(taker >> 1) + ORDER_PRICE] as number) : worstLimit(side)
  const isPreventing = ((traits >>> TRAIT_STP_SHIFT) & 7) !== 0
  const account = isPreventing ? (words[taker + ORDER_ACCOUNT_WORD] as number) : -1
  let missing = doubles[(taker >> 1) + ORDER_OPEN] as number
  const book = words[taker + ORDER_BOOK_WORD] as number
  for (const step of steps(state, { book, side, lane: words[taker + ORDER_LANE_WORD] as number })) {
    if (side === BUY ? step.value > limit : -step.value < limit) break
    // What is on show trades first, in the order of arrival over all lanes; then what was hidden.
    for (const order of ordersByArrival(state, step.levels)) {
      if (words[order + ORDER_ACCOUNT_WORD] === account) return { isWhole: false, own: order }
      const double = order >> 1
      missing -= (doubles[double + ORDER_OPEN] as number) - (doubles[double + ORDER_HIDDEN] as number)
      if (missing <= 0) return { isWhole: true, own: 0 }
    }
    for (const order of ordersByArrival(state, step.levels)) {
      missing -= doubles[(order >> 1) + ORDER_HIDDEN] as number
    }
    if (missing <= 0) return { isWhole: true, own: 0 }
  }
  return { isWhole: false, own: 0 }
}

/** A market order that is not in the book. */
export interface MarketWish {
  readonly book: number
  readonly side: number
  readonly lane: number
  readonly account: number
  readonly prevention: number
  readonly energyWh: number
}

/**
 * The worst price that a market order would reach: the most that a buy pays a Wh, fee included, the least that a sell
 * gets. Own orders are volume like any other, except to an order that would cancel them and go on behind them. NaN if
 * there is nothing to reach.
 */
export function worstPrice(state: BooksState, wish: MarketWish): number {
  const { side, lane } = wish
  const { gains, fees, buyLanes } = state.lanes
  const { words, doubles } = state.memory
  const skipped = wish.prevention === CANCEL_MAKER ? wish.account : -1
  let worst = Number.NaN
  let missing = wish.energyWh
  const reach = (order: number, energyWh: number) => {
    if (missing <= 0 || energyWh === 0) return
    const other = words[order + ORDER_LANE_WORD] as number
    const pair = side === BUY ? other * buyLanes + lane : lane * buyLanes + other
    const price = doubles[(order >> 1) + ORDER_PRICE] as number
    const reached = price + (side === BUY ? (fees[pair] as number) : (gains[pair] as number))
    if (!(side === BUY ? reached <= worst : reached >= worst)) worst = reached
    missing -= energyWh
  }
  for (const { levels } of steps(state, wish)) {
    const orders = [...ordersByArrival(state, levels)].filter((order) => words[order + ORDER_ACCOUNT_WORD] !== skipped)
    const hiddenOf = (order: number) => doubles[(order >> 1) + ORDER_HIDDEN] as number
    for (const order of orders) reach(order, (doubles[(order >> 1) + ORDER_OPEN] as number) - hiddenOf(order))
    // The next clips come in the same order; whoever is reached later was reached by then.
    const clipOf = (order: number) => Math.min(hiddenOf(order), doubles[(order >> 1) + ORDER_EXTRA] as number)
    for (const order of orders) if (hiddenOf(order) > 0) reach(order, clipOf(order))
    for (const order of orders) if (hiddenOf(order) > 0) missing -= hiddenOf(order) - clipOf(order)
    if (missing <= 0) break
  }
  return worst
}

/**
 * The same into `state.worst`, where one lane a side is all there is and own orders count: level by level, without
 * looking at orders. (A double that is given back is boxed.)
 */
export function findPlainWorst(state: BooksState, book: number, side: number, energyWh: number): void {
  const { ladders, memory } = state
  let worst = Number.NaN
  let missing = energyWh
  for (let level = state.pick(book, side, 0); level !== 0 && missing > 0; level = ladders.nextLevel(level)) {
    const double = level >> 1
    worst = memory.doubles[double + LEVEL_PRICE] as number
    const sum = (memory.doubles[double + LEVEL_SHOWN] as number) + (memory.doubles[double + LEVEL_HIDDEN] as number)
    if (sum === Number.POSITIVE_INFINITY) {
      // It was too much to be counted once, and may be little now.
      state.worst = worstPrice(state, { book, side, lane: 0, account: -1, prevention: 0, energyWh })
      return
    }
    missing -= sum
  }
  state.worst = worst
}

interface LaneLevel {
  readonly level: number
  readonly lane: number
}

/** The levels of the other side in the order in which they are reached; those of equal value together. */
function* steps(
  state: BooksState,
  taker: { readonly book: number; readonly side: number; readonly lane: number },
): Generator<{ readonly value: number; readonly levels: readonly LaneLevel[] }> {
  const { side, lane } = taker
  const { ladders, lanes, memory } = state
  const { buyLanes, sellLanes, gains } = lanes
  const first = taker.book * state.laddersPerBook + (side === BUY ? buyLanes : 0)
  const count = side === BUY ? sellLanes : buyLanes
  const cursors = Array.from({ length: count }, (_, other) => ladders.best[first + other] as number)
  const worthOf = (other: number) => {
    const level = cursors[other] as number
    if (level === 0) return Number.POSITIVE_INFINITY
    const price = memory.doubles[(level >> 1) + LEVEL_PRICE] as number
    const gain = gains[side === BUY ? other * buyLanes + lane : lane * buyLanes + other] as number
    return side === BUY ? price - gain : -(price + gain)
  }
  for (;;) {
    let value = Number.POSITIVE_INFINITY
    for (let other = 0; other < count; other++) value = Math.min(value, worthOf(other))
    if (value === Number.POSITIVE_INFINITY) return
    const levels: LaneLevel[] = []
    for (let other = 0; other < count; other++) {
      if (worthOf(other) === value) levels.push({ level: cursors[other] as number, lane: other })
    }
    yield { value, levels }
    for (const reached of levels) cursors[reached.lane] = ladders.nextLevel(reached.level)
  }
}

/** The orders of some levels, each level's queue in its order and the earliest arrival first among them. */
function* ordersByArrival(state: BooksState, levels: readonly LaneLevel[]): Generator<number> {
  const { words, doubles } = state.memory
  const heads = levels.map(({ level }) => state.memory.words[level + HEAD_WORD] as number)
  for (;;) {
    let from = -1
    for (const [index, head] of heads.entries()) {
      if (head === 0) continue
      const best = heads[from]
      if (best === undefined || arrival(head) < arrival(best)) from = index
    }
    const order = heads[from]
    if (order === undefined) return
    yield order
    heads[from] = words[order + NEXT_WORD] as number
  }
  function arrival(order: number): number {
    return doubles[(order >> 1) + ORDER_ARRIVAL] as number
  }
}
