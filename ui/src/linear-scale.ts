/** A straight line from values to places. Small, where the general one would bring dates, colours and formats along. */
export interface LinearScale {
  (value: number): number
  /** round values within the domain, about so many */
  readonly ticks: (count: number) => readonly number[]
}

export interface LinearScaleOptions {
  /** whether values beyond the domain go to its ends; `open` if left out */
  readonly beyond?: 'open' | 'clamped'
}

export function linearScale(
  domain: readonly [number, number],
  range: readonly [number, number],
  { beyond = 'open' }: LinearScaleOptions = {},
): LinearScale {
  const [from, to] = domain
  const scale = (value: number) => {
    const share = to === from ? 0.5 : (value - from) / (to - from)
    const within = beyond === 'open' ? share : Math.min(1, Math.max(0, share))
    return range[0] + within * (range[1] - range[0])
  }
  return Object.assign(scale, { ticks: (count: number) => roundValues(domain, count) })
}

/** Multiples of 1, 2 or 5 times a power of ten within an interval. */
function roundValues([from, to]: readonly [number, number], count: number): readonly number[] {
  const rough = (to - from) / Math.max(1, count)
  if (!(rough > 0) || !Number.isFinite(rough)) return []
  const power = 10 ** Math.floor(Math.log10(rough))
  const error = rough / power
  const step = power * (error >= Math.sqrt(50) ? 10 : error >= Math.sqrt(10) ? 5 : error >= Math.sqrt(2) ? 2 : 1)
  const first = Math.ceil(from / step)
  const last = Math.floor(to / step)
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step)
}
