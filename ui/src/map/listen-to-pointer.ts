import { homeOf } from './home-buttons.ts'
import { isTool } from './map-zoom.ts'
import type { Point } from './point.ts'
import { pointOn } from './point-on.ts'

/** Tells which home or trade a pointer means, and when the viewer wants to be rid of what is chosen. */
export function listenToPointer(
  root: HTMLElement,
  map: {
    /** the home at a place of the map, px of the screen; null where there is none */
    readonly homeAt: (at: Point) => number | null
    /** the trade there, by its id */
    readonly tradeAt: (at: Point) => string | null
    readonly onPoint: (home: number | null) => void
    readonly onPress: (home: number | null) => void
    readonly onTrade: (trade: string) => void
    readonly onEscape: () => void
  },
): void {
  root.addEventListener('pointermove', (event) => {
    if (event.pointerType !== 'mouse') return
    const at = event.buttons === 0 ? pointOn(root, event) : null
    const home = at === null ? null : map.homeAt(at)
    root.classList.toggle('on-trade', at !== null && home === null && map.tradeAt(at) !== null)
    map.onPoint(home)
  })
  root.addEventListener('pointerleave', () => map.onPoint(null))
  root.addEventListener('click', (event) => {
    if (isTool(event.target)) return
    const at = pointOn(root, event)
    const home = homeOf(event.target) ?? map.homeAt(at)
    const trade = home === null ? map.tradeAt(at) : null
    if (trade === null) map.onPress(home)
    else map.onTrade(trade)
  })
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') map.onEscape()
  })
}
