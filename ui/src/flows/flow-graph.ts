import type { Flows } from '#protocol/picture/run.ts'

/** Not homes: the supplier, and those homes whose flows are too small to be drawn one by one. */
export const SUPPLIER = -1
export const OTHERS = -2

/** Of each side so many homes are drawn, the largest; more nobody can follow. */
const HOMES_SHOWN = 12

/** Who sells to whom, and how much, Wh. */
export interface Flow {
  readonly seller: number
  readonly buyer: number
  readonly energyWh: number
}

/** One side of the flows: who it is and how much it comes to, Wh; for `OTHERS` of how many homes. */
export interface FlowEnd {
  readonly end: number
  readonly homes: number
  readonly energyWh: number
}

export interface FlowGraph {
  readonly sellers: readonly FlowEnd[]
  readonly buyers: readonly FlowEnd[]
  /** the largest first; at most one for each pair of ends */
  readonly flows: readonly Flow[]
  readonly totalWh: number
}

export const flowsOf = ({ seller, buyer, energyWh }: Flows): readonly Flow[] =>
  energyWh.map((energy, i) => ({ seller: seller[i] ?? SUPPLIER, buyer: buyer[i] ?? SUPPLIER, energyWh: energy }))

/**
 * Draws flows together: on each side the largest homes on their own, the largest first, then the others as one, then
 * the supplier. No energy is lost: what is not told one by one (`restWh`) flows from others to others.
 */
export function flowGraph(answer: Flows): FlowGraph {
  const told = flowsOf(answer).filter(({ energyWh }) => energyWh > 0)
  const sellers = endsOf(told, 'seller')
  const buyers = endsOf(told, 'buyer')
  const bundled = new Map<string, { seller: number; buyer: number; energyWh: number }>()
  const add = (seller: number, buyer: number, energyWh: number) => {
    const there = bundled.get(`${seller} ${buyer}`)
    if (there === undefined) bundled.set(`${seller} ${buyer}`, { seller, buyer, energyWh })
    else there.energyWh += energyWh
  }
  for (const { seller, buyer, energyWh } of told) add(sellers.shownAs(seller), buyers.shownAs(buyer), energyWh)
  if (answer.restWh > 0) add(OTHERS, OTHERS, answer.restWh)
  const flows = [...bundled.values()].sort((a, b) => b.energyWh - a.energyWh)
  const sum = (side: 'seller' | 'buyer', homes: number) => {
    const ends = new Map<number, number>()
    for (const flow of flows) ends.set(flow[side], (ends.get(flow[side]) ?? 0) + flow.energyWh)
    return [...ends]
      .map(([end, energyWh]): FlowEnd => ({ end, homes: end === OTHERS ? homes : 1, energyWh }))
      .sort((a, b) => Number(a.end < 0) - Number(b.end < 0) || (a.end < 0 ? a.end - b.end : b.energyWh - a.energyWh))
  }
  return {
    sellers: sum('seller', sellers.others),
    buyers: sum('buyer', buyers.others),
    flows,
    totalWh: flows.reduce((all, { energyWh }) => all + energyWh, 0),
  }
}

/** Which homes of a side are shown on their own. */
function endsOf(flows: readonly Flow[], side: 'seller' | 'buyer') {
  const energyOf = new Map<number, number>()
  for (const flow of flows) {
    if (flow[side] !== SUPPLIER) energyOf.set(flow[side], (energyOf.get(flow[side]) ?? 0) + flow.energyWh)
  }
  const largest = [...energyOf].sort(([a, aWh], [b, bWh]) => bWh - aWh || a - b).map(([home]) => home)
  // One home alone needs no bundle: it takes no more room under its own name.
  const shown = new Set(largest.length === HOMES_SHOWN + 1 ? largest : largest.slice(0, HOMES_SHOWN))
  return {
    others: largest.length - shown.size,
    shownAs: (end: number) => (end === SUPPLIER || shown.has(end) ? end : OTHERS),
  }
}
