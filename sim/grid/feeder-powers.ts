import type { Feeder } from './feeder.ts'
import type { Powers } from './powers.ts'

/** The powers of the loads of a feeder's file. */
export function feederPowers({ loads }: Feeder): Powers {
  return {
    activeW: Float64Array.from(loads, ({ pKw }) => pKw * 1_000),
    reactiveVar: Float64Array.from(loads, ({ qKvar }) => qKvar * 1_000),
  }
}
