import type { StreetLayout } from './layout.ts'

/** A stretch of a feeder between two service lines, and what flows in it, W: + away from the transformer. */
export interface Stretch {
  readonly feeder: number
  readonly from: number
  readonly to: number
  readonly powerW: number
}

/**
 * What each stretch of wire carries by the homes' own readings: the sum of all homes beyond it (Kirchhoff, without
 * losses). Overdue homes count with their last reading.
 */
export function feederLoads(layout: StreetLayout, powerOf: (home: string) => number): Stretch[] {
  const taps: { along: number; powerW: number }[][] = layout.feeders.map(() => [])
  for (const [home, place] of layout.homes) taps[place.feeder]?.push({ along: place.along, powerW: powerOf(home) })
  return taps.flatMap((feeder, index) => {
    feeder.sort((a, b) => b.along - a.along)
    let powerW = 0
    return feeder.map((tap, i) => {
      powerW += tap.powerW
      return { feeder: index, from: feeder[i + 1]?.along ?? 0, to: tap.along, powerW }
    })
  })
}
