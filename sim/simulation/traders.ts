import { rampTrader, type Trader, zeroIntelligenceTrader } from '#meter-agent/index.ts'

/** The traders of the agents in real homes, by their names. Each home gets one of its own. */
const traders = {
  ramp: () => rampTrader,
  'zero-intelligence': () => zeroIntelligenceTrader,
} as const satisfies Record<string, () => Trader>

export type TraderName = keyof typeof traders

export const traderNames = Object.keys(traders) as readonly TraderName[]

/** A trader for one home. */
export const makeNamedTrader = (name: TraderName): Trader => traders[name]()

/** As in `start`: three homes of four by the ramp. */
export const defaultTraders: readonly TraderName[] = ['ramp', 'ramp', 'ramp', 'zero-intelligence']
