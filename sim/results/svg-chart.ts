/** A line, or an area down to 0, over a chart's width; a gap where a value is null. */
export interface ChartSeries {
  readonly name: string
  readonly colour: string
  readonly shape: 'line' | 'area'
  readonly points: readonly { readonly x: number; readonly y: number | null }[]
}

const WIDTH = 860
const HEIGHT = 260
const LEFT = 64
const RIGHT = 24
const TOP = 12
const BOTTOM = 30
const TICKS = 5

/**
 * A chart as SVG text. `xTicks` are the places that are named on the x axis, whose ends are the first and last of them;
 * the y axis spans the values and 0, in `unit`.
 */
export function svgChart(chart: {
  readonly title: string
  readonly unit: string
  readonly xTicks: readonly { readonly x: number; readonly label: string }[]
  readonly series: readonly ChartSeries[]
}): string {
  const { title, unit, xTicks, series } = chart
  const values = series.flatMap(({ points }) => points.flatMap(({ y }) => (y === null ? [] : [y])))
  const yTicks = niceTicks(Math.min(0, ...values), Math.max(0, ...values))
  const [x0, x1] = [xTicks[0]?.x ?? 0, xTicks.at(-1)?.x ?? 1]
  const [y0, y1] = [yTicks[0] ?? 0, yTicks.at(-1) ?? 1]
  const x = (value: number) => round(LEFT + ((value - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT))
  const y = (value: number) => round(HEIGHT - BOTTOM - ((value - y0) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM))
  const grid = yTicks.map(
    (tick) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(tick)}" y2="${y(tick)}"/>` +
      `<text x="${LEFT - 6}" y="${y(tick) + 4}" text-anchor="end">${number(tick)}</text>`,
  )
  const bottom = xTicks.map(
    (tick) => `<text x="${x(tick.x)}" y="${HEIGHT - 10}" text-anchor="middle">${escaped(tick.label)}</text>`,
  )
  const shapes = series.map(({ colour, shape, points }) =>
    runsOf(points)
      .map((run) => {
        const line = run.map((point) => `${x(point.x)},${y(point.y)}`).join(' ')
        if (shape === 'line') return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${line}"/>`
        const [first, last] = [run[0]?.x ?? 0, run.at(-1)?.x ?? 0]
        const area = `${x(first)},${y(0)} ${line} ${x(last)},${y(0)}`
        return `<polygon fill="${colour}" fill-opacity="0.35" points="${area}"/>`
      })
      .join(''),
  )
  const legend = series
    .map(({ name, colour }) => `<span><i style="background:${colour}"></i>${escaped(name)}</span>`)
    .join('')
  return (
    `<figure><figcaption>${escaped(title)}, ${escaped(unit)}</figcaption><div class="legend">${legend}</div>` +
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">` +
    `${grid.join('')}${shapes.join('')}${bottom.join('')}</svg></figure>`
  )
}

/** Text as HTML and SVG take it. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A number as people read it. */
export const number = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 2 })

/** Round values around a span, in equal steps of 1, 2 or 5 × a power of ten. */
function niceTicks(low: number, high: number): readonly number[] {
  const span = high > low ? high - low : 1
  const power = 10 ** Math.floor(Math.log10(span / TICKS))
  const step = ([1, 2, 5].find((factor) => factor * power * TICKS >= span) ?? 10) * power
  const first = Math.floor(low / step)
  const last = Math.max(first + 1, Math.ceil(high / step))
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step)
}

/** The stretches of points that have a value. */
function runsOf(points: ChartSeries['points']): readonly (readonly { readonly x: number; readonly y: number }[])[] {
  const runs: { readonly x: number; readonly y: number }[][] = [[]]
  for (const { x, y } of points) {
    if (y === null) runs.push([])
    else runs.at(-1)?.push({ x, y })
  }
  return runs.filter((run) => run.length > 0)
}

const round = (value: number) => Math.round(value * 10) / 10
