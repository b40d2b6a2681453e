import { adaptiveAggressiveTrader } from './adaptive-aggressive.ts'
import { gdxTrader } from './gdx.ts'
import { rampTrader } from './ramp.ts'
import type { Trader } from './trader.ts'
import { truthfulTrader } from './truthful.ts'
import { zeroIntelligenceTrader } from './zero-intelligence.ts'
import { zipTrader } from './zip.ts'

const makers = {
  ramp: () => rampTrader,
  truthful: () => truthfulTrader,
  'zero-intelligence': () => zeroIntelligenceTrader,
  zip: zipTrader,
  'adaptive-aggressive': adaptiveAggressiveTrader,
  gdx: gdxTrader,
} as const satisfies Record<string, () => Trader>

/** What a trader can be called. */
export type TraderName = keyof typeof makers
export const traderNames = Object.keys(makers) as readonly TraderName[]

/** A trader for one home. */
export function makeTrader(name: TraderName): Trader {
  return makers[name]()
}
