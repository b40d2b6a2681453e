import { element, part, setAttributes } from './dom.ts'
import { media } from './media.ts'
import { type Panel, panels } from './selection.ts'
import { words } from './words/words.ts'

/** Narrower than this the page is one column, and the map and the figures are panels like the others. */
const narrow = media('(max-width: 760px)')

/** The parts of the page that each tab shows. */
const partsShown: Readonly<Record<'narrow' | 'wide', Readonly<Record<Panel, readonly string[]>>>> = {
  narrow: { street: ['map'], market: ['price', 'market'], figures: ['figures'], flows: ['flows'], table: ['table'] },
  // Where there is room the map, the prices and the figures are always there.
  wide: { street: [], market: ['market'], figures: [], flows: ['flows'], table: ['table'] },
}

/** The row of tabs: what stands beside the map, or in its place on a phone. */
export class Tabs {
  readonly #tabs: ReadonlyMap<Panel, HTMLButtonElement>
  #chosen: Panel = 'street'

  constructor(root: HTMLElement, onPanel: (panel: Panel) => void) {
    const tabs = panels.map((panel) => {
      const tab = element(
        'button',
        { type: 'button', role: 'tab', id: `tab-${panel}`, class: `tab tab-${panel}`, 'data-testid': `tab-${panel}` },
        words.panel[panel],
      )
      tab.addEventListener('click', () => onPanel(panel))
      return [panel, tab] as const
    })
    this.#tabs = new Map(tabs)
    root.setAttribute('role', 'tablist')
    root.setAttribute('aria-label', words.panel.heading)
    root.append(...this.#tabs.values())
    root.addEventListener('keydown', (event) => {
      const shown = tabs.map(([, tab]) => tab).filter((tab) => tab.offsetParent !== null || tab.offsetWidth > 0)
      const at = shown.indexOf(document.activeElement as HTMLButtonElement)
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: shown.length - 1 }[event.key]
      const tab = to === undefined || at === -1 ? undefined : shown[(to + shown.length) % shown.length]
      if (tab === undefined) return
      event.preventDefault()
      tab.focus()
      tab.click()
    })
    narrow.onChange(() => this.show(this.#chosen))
  }

  show(chosen: Panel): void {
    this.#chosen = chosen
    const parts = partsShown[narrow.matches ? 'narrow' : 'wide']
    // The market stands for what needs no tab.
    const shown = parts[chosen].length === 0 ? 'market' : chosen
    document.body.dataset.panel = shown
    for (const [panel, tab] of this.#tabs) {
      setAttributes(tab, { 'aria-selected': String(panel === shown), 'aria-controls': parts[panel].join(' ') })
      tab.tabIndex = panel === shown ? 0 : -1
      for (const id of partsShown.narrow[panel]) {
        if (parts[panel].includes(id)) setAttributes(part(id), { role: 'tabpanel', 'aria-labelledby': tab.id })
        else for (const name of ['role', 'aria-labelledby']) part(id).removeAttribute(name)
      }
    }
  }
}
