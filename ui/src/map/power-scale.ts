/** A power drawn as an area: `radius(W)` in px, and the power that fills the largest. */
export interface PowerScale {
  readonly topW: number
  readonly radius: (powerW: number) => number
}

/**
 * Area is proportional to power, and `largestW` fills `largestRadius`. The largest is taken in steps (1, 2, 5 kW …),
 * so that the scale stays while the street breathes.
 */
export function powerScale(options: { readonly largestW: number; readonly largestRadius: number }): PowerScale {
  const topW = roundUp(Math.max(1_000, options.largestW))
  const perRoot = options.largestRadius / Math.sqrt(topW)
  return {
    topW,
    radius: (powerW) => Math.min(options.largestRadius, perRoot * Math.sqrt(Math.abs(powerW))),
  }
}

/** The next of 1, 2, 5, 10, 20, 50 … at or above a positive value. */
function roundUp(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value))
  for (const digit of [1, 2, 5]) if (digit * decade >= value) return digit * decade
  return 10 * decade
}
