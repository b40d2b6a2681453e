import { element, setText } from '../dom.ts'
import { fixed, kilowattsInAll } from '../format.ts'
import { words } from '../words/words.ts'
import type { StreetLayout } from './layout.ts'
import { type Look, roadWidth } from './level.ts'
import { loading } from './loads.ts'
import type { View } from './view.ts'

/** Closer together than this, px, totals would stand on each other. */
const ROOM_MIN = 28

/** With less room than this one line says it. */
const COMPACT_BELOW = 52

/** What a label takes beside its line, px. */
const WIDTH = 96

interface FeederLabel {
  readonly root: HTMLElement
  readonly power: HTMLElement
  readonly share: HTMLElement
}

/** What each line out of the transformer carries, and how full it is. */
export class FeederLabels {
  readonly root = element('ul', { class: 'feeders', 'aria-label': words.map.feeders })
  readonly #labels: FeederLabel[] = []

  place(layout: StreetLayout, view: View, look: Look): void {
    const { feeders } = layout
    const across = layout.direction === 'across'
    const beside = feeders.map(({ start }) => (across ? start.y : start.x) * view.k)
    const closest = Math.min(...beside.slice(1).map((at, i) => at - (beside[i] as number)))
    this.root.hidden = feeders.length < 2 || closest < (across ? ROOM_MIN : 2 * ROOM_MIN)
    if (this.root.hidden) return
    this.root.style.setProperty('--road-half', `${Math.min(12, roadWidth(look) / 2 + 4)}px`)
    // Down a phone the labels stand left of their lines.
    const isTight = across ? closest < COMPACT_BELOW : Math.min(closest, beside[0] ?? 0) < WIDTH
    this.root.dataset.room = isTight ? 'little' : 'enough'
    while (this.#labels.length < feeders.length) this.#add()
    this.#labels.forEach(({ root }, i) => {
      const start = feeders[i]?.start
      root.hidden = start === undefined
      if (start === undefined) return
      const [x, y] = [start.x * view.k + view.x, start.y * view.k + view.y]
      root.style.transform = `translate(${x}px, ${y}px)`
    })
  }

  draw(layout: StreetLayout, loadsW: Float64Array): void {
    if (this.root.hidden) return
    layout.feeders.forEach(({ nodes }, i) => {
      const label = this.#labels[i]
      const first = nodes[0]
      if (label === undefined || first === undefined) return
      const powerW = loadsW[first] as number
      const share = loading(powerW, layout.tree.ratedW[first] as number)
      setText(label.power, `${powerW < 0 ? '▲' : '▼'} ${kilowattsInAll(Math.abs(powerW))} kW`)
      setText(label.share, share === null ? '' : `${fixed(share * 100, 0)} %`)
      label.root.dataset.flow = powerW < 0 ? 'gives' : 'takes'
      label.root.dataset.full = share === null ? '' : share > 1 ? 'over' : share > 0.8 ? 'near' : ''
      label.root.title = share === null ? '' : share > 1 ? words.map.overLimit : words.map.ofLimit
    })
  }

  #add(): void {
    const power = element('span', { class: 'feeder-power' })
    const share = element('span', { class: 'feeder-share' })
    const root = element('li', { class: 'feeder' }, power, share)
    this.root.append(root)
    this.#labels.push({ root, power, share })
  }
}
