import type { Flows } from '#protocol/picture/run.ts'
import { slotStartMs } from '#protocol/slot.ts'
import { Asked, readJson } from '../asked.ts'
import { openDialog } from '../dialog.ts'
import { element, setAttributes, setText, svg } from '../dom.ts'
import { count, exactKilowattHours, kilowattHours, percent } from '../format.ts'
import type { Page } from '../page.ts'
import { timesIn } from '../times.ts'
import { laterWords } from '../words/later-words.ts'
import { words } from '../words/words.ts'
import { type Flow, type FlowEnd, type FlowGraph, flowGraph, flowsOf, OTHERS, SUPPLIER } from './flow-graph.ts'
import { type FlowWindow, flowWindows, slotsOfWindow } from './flow-window.ts'
import { NODE_WIDTH_PX, type SankeyNode, sankeyLayout } from './sankey-layout.ts'

/** Room for names beside the bars, px, and what a letter takes of it. */
const NAMES_PX = { wide: 168, narrow: 112 }
const NARROW_PX = 560
const LETTER_PX = 7
const ROWS_MAX = 200

/** Who sold how much to whom in a window of time: a Sankey, and the same as a table. */
export class FlowsView {
  readonly #root: HTMLElement
  readonly #body = element('div', { class: 'flows' })
  readonly #enlarge = element('button', { class: 'flows-enlarge', type: 'button' }, laterWords.flows.enlarge)
  readonly #windows = new Map<FlowWindow, HTMLButtonElement>()
  readonly #sum = element('p', { class: 'flows-sum' })
  readonly #drawing = svg('svg', { role: 'group', 'aria-label': laterWords.flows.heading })
  readonly #heads = element('p', { class: 'flows-heads' })
  readonly #told = element('p', { class: 'flows-told' })
  readonly #rows = element('tbody')
  readonly #rowsNote = element('p', { class: 'flows-told' })
  readonly #table: HTMLDetailsElement
  readonly #times = timesIn()
  readonly #asked = new Asked<Flows>({
    read: readJson<Flows>,
    nowMs: () => performance.now(),
    changed: () => this.#page !== null && this.draw(this.#page),
  })
  #window: FlowWindow = 'hours'
  #page: Page | null = null
  /** what is drawn, so that nothing is drawn twice */
  #drawn = ''

  /** Fills the panel `root`; nothing is asked and nothing drawn while that is hidden. */
  constructor(root: HTMLElement) {
    this.#root = root
    const choices = flowWindows.map((name) => {
      const button = element('button', { type: 'button' }, laterWords.flows.window[name])
      button.addEventListener('click', () => {
        this.#window = name
        if (this.#page !== null) this.draw(this.#page)
      })
      this.#windows.set(name, button)
      return button
    })
    const { column } = laterWords.flows
    const heads = [column.seller, column.buyer, column.energy].map((name) => element('th', { scope: 'col' }, name))
    this.#table = element(
      'details',
      { class: 'flows-table' },
      element('summary', {}, laterWords.flows.asTable),
      element('table', {}, element('thead', {}, element('tr', {}, ...heads)), this.#rows),
      this.#rowsNote,
    )
    this.#heads.append(element('span', {}, column.sellers), element('span', {}, column.buyers))
    this.#body.append(
      element('div', { class: 'flows-windows', role: 'group', 'aria-label': laterWords.flows.windows }, ...choices),
      this.#sum,
      this.#heads,
      this.#drawing,
      this.#told,
      this.#table,
    )
    root.setAttribute('aria-label', laterWords.flows.heading)
    root.append(
      element('header', { class: 'flows-head' }, element('h2', {}, laterWords.flows.heading), this.#enlarge),
      this.#body,
    )
    this.#enlarge.addEventListener('click', () => this.#openLarge())
    new ResizeObserver(() => this.#page !== null && this.draw(this.#page)).observe(this.#body)
  }

  draw(page: Page): void {
    this.#page = page
    if (this.#body.clientWidth === 0) return
    for (const [name, button] of this.#windows) setAttributes(button, { 'aria-pressed': String(name === this.#window) })
    const slots = slotsOfWindow(page.picture, { name: this.#window, slotMinutes: page.slotMinutes })
    if (slots === null) {
      this.#clear(laterWords.flows.notStated)
      return
    }
    const base = `api/v1/runs/${page.run}/flows`
    const answer = this.#asked.about({
      subject: `${base} ${this.#window}`,
      address: `${base}?fromSlot=${slots.fromSlot}&toSlot=${slots.toSlot}`,
      // Slots that all meters have stated change no more.
      time: 'standing',
    })
    if (answer.is === 'there') this.#show(page, answer.value)
    else this.#clear(answer.is === 'asked' ? laterWords.flows.asked : laterWords.flows.notThere)
  }

  /** The same drawing in a window of its own, where its bands are easier to follow. */
  #openLarge(): void {
    openDialog({
      ...{ name: 'flows', heading: laterWords.flows.heading, content: [this.#body] },
      onClose: () => this.#root.append(this.#body),
    })
  }

  #clear(note: string): void {
    setText(this.#sum, note)
    setText(this.#told, '')
    this.#heads.hidden = true
    this.#table.hidden = true
    this.#drawing.replaceChildren()
    this.#drawn = ''
  }

  #show(page: Page, flows: Flows): void {
    const width = this.#drawing.clientWidth
    const key = JSON.stringify([flows, width, page.slotMinutes])
    if (key === this.#drawn || width === 0) return
    this.#drawn = key
    const graph = flowGraph(flows)
    setText(this.#sum, this.#sentence(page, flows, graph))
    setText(this.#told, laterWords.flows.hint)
    this.#heads.hidden = graph.totalWh === 0
    this.#table.hidden = graph.totalWh === 0
    this.#drawSankey(page, graph, width)
    this.#drawTable(page, flows)
  }

  #sentence({ slotMinutes }: Page, { fromSlot, toSlot }: Flows, graph: FlowGraph): string {
    const span = this.#span({
      fromMs: slotStartMs({ slot: fromSlot, slotMinutes }),
      untilMs: slotStartMs({ slot: toSlot + 1, slotMinutes }),
    })
    if (graph.totalWh === 0) return laterWords.flows.nothing(span)
    const betweenWh = graph.flows
      .filter(({ seller, buyer }) => seller !== SUPPLIER && buyer !== SUPPLIER)
      .reduce((sum, { energyWh }) => sum + energyWh, 0)
    return laterWords.flows.sum(span, `${kilowattHours(graph.totalWh)} kWh`, percent(betweenWh / graph.totalWh))
  }

  /** The days are told where it is more than one. */
  #span({ fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number }): string {
    const { date, clock } = this.#times
    const isOneDay = date(fromMs) === date(untilMs)
    return [fromMs, untilMs]
      .map((timeMs) => (isOneDay ? clock(timeMs) : `${date(timeMs)}, ${clock(timeMs)}`))
      .join(' – ')
  }

  #drawSankey(page: Page, graph: FlowGraph, width: number): void {
    const names = width < NARROW_PX ? NAMES_PX.narrow : NAMES_PX.wide
    const { nodes, ribbons, height } = sankeyLayout(graph, { left: names, right: width - names })
    const drawn: { readonly flow: Flow; readonly path: SVGElement }[] = ribbons.map((flow) => {
      const isSupplier = flow.seller === SUPPLIER || flow.buyer === SUPPLIER
      const path = svg('path', { class: `flow${isSupplier ? ' flow-supplier' : ''}`, d: flow.path })
      return { flow, path }
    })
    const light = (isLit: ((flow: Flow) => boolean) | null, told: string) => {
      setText(this.#told, told)
      for (const { flow, path } of drawn) path.dataset.lit = isLit === null ? 'rest' : isLit(flow) ? 'yes' : 'no'
    }
    const rest = () => light(null, laterWords.flows.hint)
    for (const { flow, path } of drawn) {
      path.append(svg('title', {}, this.#flowText(page, flow, graph)))
      path.addEventListener('pointerenter', () => light((other) => other === flow, this.#flowText(page, flow, graph)))
      path.addEventListener('pointerleave', rest)
    }
    const bars = nodes.map((node) => {
      const told = this.#nodeText(page, node, graph)
      const bar = this.#bar(page, node, { names, told })
      const lit = (flow: Flow) => flow[node.side] === node.end
      for (const event of ['pointerenter', 'focus']) bar.addEventListener(event, () => light(lit, told))
      for (const event of ['pointerleave', 'blur']) bar.addEventListener(event, rest)
      return bar
    })
    setAttributes(this.#drawing, { viewBox: `0 0 ${width} ${Math.ceil(height)}`, height: Math.ceil(height) })
    const focused = document.activeElement
    const focusedEnd = focused !== null && this.#drawing.contains(focused) ? focused.getAttribute('data-end') : null
    this.#drawing.replaceChildren(...drawn.map(({ path }) => path), ...bars)
    rest()
    bars.find((bar) => bar.getAttribute('data-end') === focusedEnd)?.focus({ preventScroll: true })
  }

  #bar(page: Page, node: SankeyNode, text: { readonly names: number; readonly told: string }): SVGElement {
    const isSeller = node.side === 'seller'
    const value = kilowattHours(node.energyWh)
    const letters = Math.floor((text.names - 12) / LETTER_PX) - value.length - 1
    const name = shortened(endName(page, node), letters)
    const label = svg('text', {
      ...{ x: isSeller ? node.x - 8 : node.x + NODE_WIDTH_PX + 8, y: node.y + node.height / 2 },
      ...{ 'text-anchor': isSeller ? 'end' : 'start', 'dominant-baseline': 'central' },
    })
    label.append(svg('tspan', {}, name), svg('tspan', { class: 'flow-energy', dx: 6 }, value))
    // Thin bars are hard to hit: the whole place listens.
    const place = svg('rect', {
      class: 'flow-place',
      x: isSeller ? 0 : node.x,
      y: node.y + node.height / 2 - Math.max(9, node.height / 2),
      width: text.names + NODE_WIDTH_PX,
      height: Math.max(18, node.height),
    })
    const kind = node.end === SUPPLIER ? 'supplier' : node.side
    const bar = svg('rect', {
      class: `flow-bar flow-bar-${kind}`,
      ...{ x: node.x, y: node.y, width: NODE_WIDTH_PX, height: Math.max(1, node.height) },
    })
    const named = { role: 'img', 'aria-label': text.told, 'data-end': `${node.side} ${node.end}` }
    return svg('g', { class: 'flow-end', tabindex: 0, ...named }, place, bar, label)
  }

  #flowText(page: Page, flow: Flow, { sellers, buyers }: FlowGraph): string {
    const name = (ends: readonly FlowEnd[], of: number) =>
      endName(
        page,
        ends.find(({ end }) => end === of),
      )
    return laterWords.flows.flow(
      name(sellers, flow.seller),
      name(buyers, flow.buyer),
      `${exactKilowattHours(flow.energyWh)} kWh`,
    )
  }

  #nodeText(page: Page, node: SankeyNode, graph: FlowGraph): string {
    const energy = `${exactKilowattHours(node.energyWh)} kWh`
    const name = endName(page, node)
    const supplierWh = graph.flows
      .filter((flow) => flow[node.side] === node.end && flow[node.side === 'seller' ? 'buyer' : 'seller'] === SUPPLIER)
      .reduce((sum, { energyWh }) => sum + energyWh, 0)
    const supplier = `${exactKilowattHours(supplierWh)} kWh`
    return node.side === 'seller'
      ? laterWords.flows.sells(name, energy, supplier)
      : laterWords.flows.buys(name, energy, supplier)
  }

  #drawTable(page: Page, flows: Flows): void {
    const all = [...flowsOf(flows)].sort((a, b) => b.energyWh - a.energyWh)
    const name = (end: number) => (end === SUPPLIER ? words.map.supplier : page.nameOf(end))
    this.#rows.replaceChildren(
      ...all
        .slice(0, ROWS_MAX)
        .map(({ seller, buyer, energyWh }) =>
          element(
            'tr',
            {},
            element('td', {}, name(seller)),
            element('td', {}, name(buyer)),
            element('td', { class: 'number' }, exactKilowattHours(energyWh)),
          ),
        ),
    )
    const left = all.length - ROWS_MAX
    setText(this.#rowsNote, left > 0 ? laterWords.flows.moreRows(count(left)) : '')
  }
}

function endName(page: Page, end: Pick<FlowEnd, 'end' | 'homes'> | undefined): string {
  if (end === undefined || end.end === SUPPLIER) return words.map.supplier
  return end.end === OTHERS ? laterWords.flows.others(count(end.homes)) : page.nameOf(end.end)
}

const shortened = (name: string, letters: number): string =>
  name.length <= letters ? name : `${name.slice(0, Math.max(1, letters - 1))}…`
