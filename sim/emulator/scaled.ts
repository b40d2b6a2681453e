/** Numbers as they go into registers, and the power of ten they share. */
export interface Scaled {
  readonly values: readonly number[]
  /** value × 10^factor is what is meant. */
  readonly factor: number
}

/**
 * Spells numbers with the finest common scale factor, from `finest` up, with which all lie within ± `largest`.
 * Rounds to nearest.
 */
export function scaled(
  numbers: readonly number[],
  scale: { readonly finest: number; readonly largest: number },
): Scaled {
  for (let factor = scale.finest; factor < 10; factor++) {
    const values = numbers.map((number) => Math.round(factor < 0 ? number * 10 ** -factor : number / 10 ** factor) + 0)
    if (values.every((value) => Math.abs(value) <= scale.largest)) return { values, factor }
  }
  throw new RangeError(`no scale factor fits ${numbers.join(', ')}`)
}
