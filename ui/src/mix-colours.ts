type Triple = readonly [number, number, number]

/**
 * Colours from one to another, evenly for the eye: mixed in OKLab (Björn Ottosson, 2020). Takes what browsers compute
 * for a colour, `rgb(r, g, b)`, and `#rrggbb`. Throws a RangeError for anything else.
 */
export function mixedColours(ends: { readonly from: string; readonly to: string }, count: number): string[] {
  const from = toLab(parts(ends.from))
  const to = toLab(parts(ends.to))
  return Array.from({ length: count }, (_, i) => {
    const share = count === 1 ? 0 : i / (count - 1)
    const [r, g, b] = toRgb(
      from.map((value, axis) => value + share * ((to[axis] as number) - value)) as unknown as Triple,
    )
    return `rgb(${r}, ${g}, ${b})`
  })
}

function parts(colour: string): Triple {
  const hex = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(colour)
  const rgb = /^rgba?\((\d+),\s*(\d+),\s*(\d+)/.exec(colour)
  const found = hex?.slice(1).map((two) => Number.parseInt(two, 16)) ?? rgb?.slice(1).map(Number)
  if (found === undefined) throw new RangeError(`${colour} is no colour like rgb(1, 2, 3) or #010203`)
  return found as unknown as Triple
}

const toLinear = (value: number) => {
  const share = value / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

const fromLinear = (value: number) => {
  const share = value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055
  return Math.round(255 * Math.min(1, Math.max(0, share)))
}

function times(matrix: readonly [Triple, Triple, Triple], [a, b, c]: Triple): Triple {
  return matrix.map(([x, y, z]) => x * a + y * b + z * c) as unknown as Triple
}

function toLab(colour: Triple): Triple {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    colour.map(toLinear) as unknown as Triple,
  )
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones.map(Math.cbrt) as unknown as Triple,
  )
}

function toRgb(lab: Triple): Triple {
  const cones = times(
    [
      [1, 0.3963377774, 0.2158037573],
      [1, -0.1055613458, -0.0638541728],
      [1, -0.0894841775, -1.291485548],
    ],
    lab,
  ).map((value) => value ** 3) as unknown as Triple
  return times(
    [
      [4.0767416621, -3.3077115913, 0.2309699292],
      [-1.2684380046, 2.6097574011, -0.3413193965],
      [-0.0041960863, -0.7034186147, 1.707614701],
    ],
    cones,
  ).map(fromLinear) as unknown as Triple
}
