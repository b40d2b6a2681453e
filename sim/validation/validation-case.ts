/** A figure held against what is known of it; all as it is shown. */
export interface ValidationCase {
  readonly name: string
  readonly expected: string
  readonly got: string
  readonly tolerance: string
  readonly isMet: boolean
}

/** Below this part of its tolerance a difference is arithmetic, and may differ between machines. */
const NOTHING = 1e-3

/** A number with so many decimals, and a comma before every three whole digits. */
export function inWords(value: number, decimals: number): string {
  const [whole = '', fraction] = value.toFixed(decimals).split('.')
  const text = [whole.replace(/\B(?=(\d{3})+$)/g, ','), ...(fraction === undefined ? [] : [fraction])].join('.')
  return /^-[0.,]+$/.test(text) ? text.slice(1) : text
}

const withoutZeros = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

/** As many decimals as show a tenth of the tolerance. */
const decimalsOf = (tolerance: number) => Math.max(0, 1 - Math.floor(Math.log10(tolerance) + 1e-9))

const withUnit = (text: string, unit: string) => (unit === '' ? text : `${text} ${unit}`)

/** One value, `tolerance` or less from what is expected, in the same unit. */
export function near(of: {
  readonly name: string
  readonly expected: number
  readonly got: number
  readonly tolerance: number
  readonly unit: string
}): ValidationCase {
  const { name, expected, got, tolerance, unit } = of
  const show = (value: number) => withUnit(withoutZeros(inWords(value, decimalsOf(tolerance))), unit)
  const isMet = Math.abs(got - expected) <= tolerance
  return { name, expected: show(expected), got: show(got), tolerance: withUnit(`${tolerance}`, unit), isMet }
}

/** One value or many, each `tolerance` or less from what is expected, in the same unit. Throws RangeError on unequal lists. */
export function allNear(of: {
  readonly name: string
  readonly expected: readonly number[]
  readonly got: readonly number[]
  readonly tolerance: number
  readonly unit: string
}): ValidationCase {
  const { name, expected, got, tolerance, unit } = of
  if (expected.length !== got.length) throw new RangeError(`${name}: ${got.length} values for ${expected.length}`)
  const [only, onlyGot] = [expected[0], got[0]]
  if (expected.length === 1 && only !== undefined && onlyGot !== undefined)
    return near({ ...of, expected: only, got: onlyGot })
  const farthest = expected.reduce((most, value, index) => {
    const off = Math.abs((got[index] as number) - value)
    // What is no number is as far off as can be.
    return Number.isNaN(off) ? Number.POSITIVE_INFINITY : Math.max(most, off)
  }, 0)
  const least = tolerance * NOTHING
  const words = farthest < least ? `less than ${Number(least.toPrecision(2))}` : `${Number(farthest.toPrecision(2))}`
  return {
    name,
    expected: `${inWords(expected.length, 0)} values`,
    got: `${withUnit(words, unit)} off at most`,
    tolerance: withUnit(`${tolerance}`, unit),
    isMet: farthest <= tolerance,
  }
}

/** One value between two, or `tolerance` or less outside of them, shown with so many decimals. */
export function between(of: {
  readonly name: string
  readonly low: number
  readonly high: number
  readonly got: number
  readonly unit: string
  readonly decimals: number
  readonly tolerance?: number
}): ValidationCase {
  const { name, low, high, got, unit, decimals, tolerance = 0 } = of
  const ends = low === high ? [low] : [low, high]
  return {
    name,
    expected: withUnit(ends.map((end) => inWords(end, decimals)).join(' to '), unit),
    got: withUnit(inWords(got, decimals), unit),
    tolerance: tolerance === 0 ? 'the band' : withUnit(inWords(tolerance, decimals), unit),
    isMet: got >= low - tolerance && got <= high + tolerance,
  }
}

/** Something that is the same or is not. */
export function same(of: {
  readonly name: string
  readonly expected: string | number
  readonly got: string | number
}): ValidationCase {
  return { ...of, expected: `${of.expected}`, got: `${of.got}`, tolerance: 'none', isMet: of.got === of.expected }
}
