import type { PictureTrade } from '#protocol/picture/picture.ts'
import { svg } from '../dom.ts'
import { fixed, kilowatts, kilowattsInAll } from '../format.ts'
import type { Page } from '../page.ts'
import type { Palette } from '../palette.ts'
import { sharedRange } from '../price/price-scale.ts'
import { readPalette } from '../theme.ts'
import { timesIn } from '../times.ts'
import { words } from '../words/words.ts'
import { gridSymbols } from './grid-symbols.ts'
import { homeState, kindOf } from './home-state.ts'
import { drawHomes } from './homes-layer.ts'
import { layoutStreet, type StreetLayout } from './layout.ts'
import { type Look, labelSide, lookAt } from './level.ts'
import { loading, wireLoads } from './loads.ts'
import { arcBend } from './particles.ts'
import { tracePlots } from './plots.ts'
import type { Box } from './point.ts'
import { powerScale } from './power-scale.ts'
import { priceColours, priceStep } from './price-colours.ts'
import { streetBalance } from './street-balance.ts'
import { SvgPen } from './svg-pen.ts'
import { ALL } from './view.ts'
import { groundStrokes, loadStrokes, overServices, wireClasses } from './wire-strokes.ts'

const BOX: Box = { width: 1280, height: 800 }
const INSET = { top: 84, bottom: 56, left: 32, right: 60 }
/** The last trades, as arcs. */
const ARCS = 40
const FONT = 'Inter, ui-sans-serif, system-ui, sans-serif'

/** The whole street of a page as an SVG document, by the layout and the strokes of the map itself. */
export function mapSvg(page: Page): string {
  const palette = readPalette()
  const { picture } = page
  const names = picture.homes.map(({ name }) => name)
  const layout = layoutStreet({ grid: picture.grid, names, box: BOX, inset: INSET })
  const look = lookAt(layout, 1)
  const powersW = Float32Array.from(picture.homes, ({ powerW }) => powerW)
  const loadsW = new Float64Array(layout.tree.parent.length)
  wireLoads(layout.tree, powersW, loadsW)
  const classes = new Uint8Array(loadsW.length)
  wireClasses({ layout, loadsW, into: classes })

  const root = svg('svg', {
    viewBox: `0 0 ${BOX.width} ${BOX.height}`,
    width: BOX.width,
    height: BOX.height,
    'font-family': FONT,
    'font-size': 12,
  })
  root.append(svg('title', {}, picture.neighbourhood))
  root.append(svg('defs', {}, hatching(palette.warn)))
  root.append(svg('rect', { width: BOX.width, height: BOX.height, fill: palette.ground }))
  const pen = new SvgPen(root, () => 'url(#hatch)')
  const homes = names.map((_, home) => home)
  const scene = {
    ...{ layout, look, palette, classes, homes },
    nodes: layout.tree.parent.map((_, node) => node).slice(1),
    overServices: overServices(layout, powersW),
  }
  pen.draw([
    { trace: (to) => tracePlots(to, { layout, look, homes, magnified: 1 }), colour: palette.plot, width: null },
    ...groundStrokes(scene),
    ...loadStrokes(scene),
    ...gridSymbols(
      { ...layout, netW: loadsW[0] ?? 0, loading: loading(loadsW[0] ?? 0, layout.tree.ratedW[0] ?? 0) },
      palette,
    ),
  ])
  const largestW = powersW.reduce((most, powerW) => Math.max(most, Math.abs(powerW)), 0)
  drawHomes(
    pen,
    {
      ...{ layout, look, view: ALL, box: BOX, palette, powersW },
      scale: powerScale({ largestW, largestRadius: look.bubble }),
      kind: Uint8Array.from(picture.homes, (home) => kindOf(home, page.isOverdue(home.home) ? 'overdue' : 'fresh')),
      stored: Float32Array.from(picture.homes, ({ stored }) => stored ?? Number.NaN),
    },
    null,
  )
  drawArcs(pen, { page, layout, palette })
  root.append(...labels({ page, layout, look, palette }), ...heading(page, palette))
  return new XMLSerializer().serializeToString(root)
}

function hatching(colour: string): SVGElement {
  const lines = svg('path', { d: 'M-1 7L7 -1M-4 4L4 -4M2 10L10 2', stroke: colour, 'stroke-width': 1.4 })
  return svg('pattern', { id: 'hatch', width: 6, height: 6, patternUnits: 'userSpaceOnUse' }, lines)
}

function drawArcs(
  pen: SvgPen,
  { page, layout, palette }: { readonly page: Page; readonly layout: StreetLayout; readonly palette: Palette },
): void {
  const { rules, tape } = page.picture
  if (rules === null) return
  const colours = priceColours({ low: palette.priceLow, high: palette.priceHigh })
  const at = (home: number) => ({ x: layout.homeX[home] as number, y: layout.homeY[home] as number })
  const isOnMap = ({ seller, buyer }: PictureTrade) =>
    layout.homeX[seller] !== undefined && layout.homeX[buyer] !== undefined
  for (const trade of tape.slice(-ARCS).filter(isOnMap)) {
    const [from, to] = [at(trade.seller), at(trade.buyer)]
    const bend = arcBend({ from, to })
    const colour = colours[priceStep(trade.priceEurPerMWh, sharedRange(rules))] as string
    const arc = (path: Parameters<typeof tracePlots>[0]) => {
      path.moveTo(from.x, from.y)
      path.quadraticCurveTo(bend.x, bend.y, to.x, to.y)
    }
    const end = (path: Parameters<typeof tracePlots>[0]) => {
      path.moveTo(to.x + 3.5, to.y)
      path.arc(to.x, to.y, 3.5, 0, 2 * Math.PI)
    }
    pen.draw([
      { trace: arc, colour, width: 1.5 },
      { trace: end, colour, width: null },
    ])
  }
}

function labels(of: {
  readonly page: Page
  readonly layout: StreetLayout
  readonly look: Look
  readonly palette: Palette
}): SVGElement[] {
  const { page, layout, look, palette } = of
  if (look.labels === 'none') return []
  return page.picture.homes.flatMap((home) => {
    const side = labelSide(layout, look, layout.outward[home.home] as number)
    const [x, y] = [layout.homeX[home.home] as number, layout.homeY[home.home] as number]
    const away = look.bubble * 1.11 + 4
    const anchor = side === 'left' ? 'end' : side === 'right' ? 'start' : 'middle'
    const left = side === 'left' ? x - away : side === 'right' ? x + away : x
    const full = look.labels === 'full'
    const first = side === 'above' ? y - away - (full ? 17 : 2) : side === 'below' ? y + away + 10 : y - (full ? 3 : -4)
    const state = homeState(home)
    const colour = { gives: palette.giveText, takes: palette.takeText, idle: palette.ink, silent: palette.ink }[state]
    const sign = { gives: '▲ ', takes: '▼ ', idle: '', silent: '' }[state]
    const power = state === 'silent' ? '–' : `${sign}${kilowatts(Math.abs(home.powerW))} kW`
    const line = (text: string, dy: number, how: Readonly<Record<string, string | number>>) =>
      svg('text', { x: left.toFixed(1), y: (first + dy).toFixed(1), 'text-anchor': anchor, ...how }, text)
    return [
      ...(full ? [line(page.nameOf(home.home), 0, { fill: palette.ink })] : []),
      line(power, full ? 15 : 0, { fill: colour, 'font-weight': 600 }),
    ]
  })
}

/** What street this is, when, and what it gives and takes. */
function heading(page: Page, palette: Palette): SVGElement[] {
  const { givenW, takenW, givers, takers } = streetBalance(page.picture.homes)
  const times = timesIn()
  const time = page.picture.timeMs
  const when = `${page.picture.neighbourhood} · ${times.date(time)} ${times.clock(time)} ${times.zone(time)}`
  const given = `▲ ${kilowattsInAll(givenW)} kW · ${words.map.givers(givers, fixed(givers, 0))}`
  const taken = `▼ ${kilowattsInAll(takenW)} kW · ${words.map.takers(takers, fixed(takers, 0))}`
  return [
    svg('text', { x: 32, y: 40, fill: palette.ink, 'font-size': 20, 'font-weight': 600 }, when),
    svg('text', { x: 32, y: 62, fill: palette.giveText, 'font-size': 14, 'font-weight': 600 }, given),
    svg('text', { x: 290, y: 62, fill: palette.takeText, 'font-size': 14, 'font-weight': 600 }, taken),
    svg('text', { x: BOX.width - 32, y: BOX.height - 18, fill: palette.ink, 'text-anchor': 'end' }, words.title),
  ]
}
