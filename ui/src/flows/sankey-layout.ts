import type { Flow, FlowEnd, FlowGraph } from './flow-graph.ts'

/** A bar at one side, as high as its energy, in a place that is high enough for its name. */
export interface SankeyNode extends FlowEnd {
  readonly side: 'seller' | 'buyer'
  readonly x: number
  readonly y: number
  readonly height: number
}

/** A ribbon from seller to buyer, as thick as its energy. */
interface SankeyRibbon extends Flow {
  readonly path: string
  readonly thickness: number
}

export interface SankeyLayout {
  readonly nodes: readonly SankeyNode[]
  readonly ribbons: readonly SankeyRibbon[]
  readonly height: number
}

/** The bars of a side together, px; a name needs a place of `PLACE_PX`, and there is a gap between places. */
const BARS_PX = 300
const PLACE_PX = 18
const GAP_PX = 6
export const NODE_WIDTH_PX = 10

/** Two columns of bars and the ribbons between them; `left` and `right` are the outer edges of the bars, px. */
export function sankeyLayout(graph: FlowGraph, box: { readonly left: number; readonly right: number }): SankeyLayout {
  const perWh = graph.totalWh > 0 ? BARS_PX / graph.totalWh : 0
  const heightOf = (ends: readonly FlowEnd[]) =>
    ends.reduce((sum, { energyWh }) => sum + Math.max(PLACE_PX, energyWh * perWh) + GAP_PX, 0)
  const height = Math.max(heightOf(graph.sellers), heightOf(graph.buyers))
  const column = (side: SankeyNode['side'], ends: readonly FlowEnd[]): readonly SankeyNode[] => {
    let y = (height - heightOf(ends)) / 2
    return ends.map((end) => {
      const bar = end.energyWh * perWh
      const place = Math.max(PLACE_PX, bar)
      const node = {
        ...end,
        side,
        x: side === 'seller' ? box.left : box.right - NODE_WIDTH_PX,
        y: y + (place - bar) / 2,
        height: bar,
      }
      y += place + GAP_PX
      return node
    })
  }
  const sellers = column('seller', graph.sellers)
  const buyers = column('buyer', graph.buyers)
  return { nodes: [...sellers, ...buyers], ribbons: ribbonsOf(graph.flows, { sellers, buyers, perWh }), height }
}

function ribbonsOf(
  flows: readonly Flow[],
  columns: {
    readonly sellers: readonly SankeyNode[]
    readonly buyers: readonly SankeyNode[]
    readonly perWh: number
  },
): readonly SankeyRibbon[] {
  const place = (nodes: readonly SankeyNode[], of: number) => nodes.findIndex(({ end }) => end === of)
  // Where each bar's next ribbon begins: in the order of the bars opposite, so that few cross.
  const startY = new Map<SankeyNode, number>()
  const endY = new Map<SankeyNode, number>()
  const sorted = flows
    .map((flow) => ({
      flow,
      from: place(columns.sellers, flow.seller),
      to: place(columns.buyers, flow.buyer),
    }))
    .sort((a, b) => a.from - b.from || a.to - b.to)
  return sorted.map(({ flow, from, to }) => {
    const seller = columns.sellers[from] as SankeyNode
    const buyer = columns.buyers[to] as SankeyNode
    const thickness = flow.energyWh * columns.perWh
    const y0 = startY.get(seller) ?? seller.y
    const y1 = endY.get(buyer) ?? buyer.y
    startY.set(seller, y0 + thickness)
    endY.set(buyer, y1 + thickness)
    return { ...flow, thickness, path: ribbon({ x0: seller.x + NODE_WIDTH_PX, y0, x1: buyer.x, y1, thickness }) }
  })
}

function ribbon(at: {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
  readonly thickness: number
}): string {
  const { x0, y0, x1, y1, thickness } = at
  const middle = (x0 + x1) / 2
  const px = (value: number) => value.toFixed(1)
  return (
    `M${px(x0)},${px(y0)}C${px(middle)},${px(y0)} ${px(middle)},${px(y1)} ${px(x1)},${px(y1)}` +
    `V${px(y1 + thickness)}C${px(middle)},${px(y1 + thickness)} ${px(middle)},${px(y0 + thickness)} ${px(x0)},${px(y0 + thickness)}Z`
  )
}
