import { media } from './media.ts'
import type { Palette } from './palette.ts'
import type { Theme } from './selection.ts'

const dark = media('(prefers-color-scheme: dark)')

const tokens: Readonly<Record<keyof Palette, string>> = {
  ground: '--map',
  road: '--road',
  plot: '--plot',
  cable: '--cable',
  ink: '--ink',
  faint: '--ink-faint',
  surface: '--surface',
  take: '--take',
  give: '--give',
  takeText: '--take-text',
  giveText: '--give-text',
  share: '--share',
  stale: '--stale',
  warn: '--warn',
  priceLow: '--price-low',
  priceHigh: '--price-high',
}

/** Which theme shows: the viewer's choice, else the system's. */
export function themeShown(chosen: Theme | null): Theme {
  return chosen ?? (dark.matches ? 'dark' : 'light')
}

/** Shows a theme; null: the system's. */
export function showTheme(chosen: Theme | null): void {
  if (chosen === null) delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = chosen
}

/** Calls back whenever the system's theme changes. */
export function onSystemTheme(changed: () => void): void {
  dark.onChange(changed)
}

/** The canvas cannot read `var()` or `light-dark()`: the browser computes them on an element for us. */
export function readPalette(): Palette {
  const probes = Object.entries(tokens).map(([name, token]) => {
    const probe = document.createElement('span')
    // Where the system forces its colours shapes still have to be told apart.
    probe.style.setProperty('forced-color-adjust', 'none')
    probe.style.color = `var(${token})`
    return [name, probe] as const
  })
  // All are there before the first is read: each reading after a change has the browser compute the page's styles anew.
  const asked = document.createElement('div')
  asked.append(...probes.map(([, probe]) => probe))
  document.body.append(asked)
  const colours = probes.map(([name, probe]) => [name, getComputedStyle(probe).color])
  asked.remove()
  return Object.fromEntries(colours) as unknown as Palette
}
