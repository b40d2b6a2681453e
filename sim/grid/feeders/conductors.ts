/** A conductor of a low-voltage street: ohms a km at 50 Hz, and what it carries for ever. */
export interface Conductor {
  readonly r1OhmPerKm: number
  readonly x1OhmPerKm: number
  readonly r0OhmPerKm: number
  readonly x0OhmPerKm: number
  readonly ratingA: number
}

/** A fourth conductor like the other three returns the zero sequence: z0 = z1 + 3 × zN is about four times z1. */
const fourAlike = (one: { readonly r1: number; readonly x1: number; readonly ratingA: number }): Conductor => ({
  r1OhmPerKm: one.r1,
  x1OhmPerKm: one.x1,
  r0OhmPerKm: 4 * one.r1,
  x0OhmPerKm: 4 * one.x1,
  ratingA: one.ratingA,
})

/** By their usual names: aluminium cables in the ground (NAYY) and a line on poles. */
export const conductors = {
  'NAYY 4x150': fourAlike({ r1: 0.208, x1: 0.08, ratingA: 270 }),
  'NAYY 4x50': fourAlike({ r1: 0.642, x1: 0.083, ratingA: 142 }),
  'Al/St 4x70/11': fourAlike({ r1: 0.4132, x1: 0.339, ratingA: 290 }),
} satisfies Readonly<Record<string, Conductor>>

export type ConductorName = keyof typeof conductors
