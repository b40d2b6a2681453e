const STORED_AS = 'commonwatt-theme'
const dark = matchMedia('(prefers-color-scheme: dark)')

/** Colours of the present theme, resolved for the canvas. Named as the tokens in `style/tokens.css`. */
export interface Palette {
  readonly ground: string
  readonly road: string
  readonly plot: string
  readonly cable: string
  readonly ink: string
  readonly faint: string
  readonly surface: string
  readonly take: string
  readonly give: string
  readonly share: string
  readonly stale: string
  readonly priceLow: string
  readonly priceHigh: string
}

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
  share: '--share',
  stale: '--stale',
  priceLow: '--price-low',
  priceHigh: '--price-high',
}

/** Which theme shows: the viewer's choice, else the system's. */
export function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme
  return chosen === undefined ? dark.matches : chosen === 'dark'
}

/** Turns to the other theme and remembers it. */
export function toggleTheme(): void {
  const theme = isDark() ? 'light' : 'dark'
  document.documentElement.dataset.theme = theme
  try {
    localStorage.setItem(STORED_AS, theme)
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
}

/** Takes the remembered choice, and calls back whenever the system's changes. */
export function startTheme(changed: () => void): void {
  try {
    const stored = localStorage.getItem(STORED_AS)
    if (stored === 'dark' || stored === 'light') document.documentElement.dataset.theme = stored
  } catch {
    // Storage may be forbidden; the system's theme it is.
  }
  dark.addEventListener('change', changed)
}

/** The canvas cannot read `var()` or `light-dark()`: the browser computes them on an element for us. */
export function readPalette(): Palette {
  const probe = document.body.appendChild(document.createElement('span'))
  const entries = Object.entries(tokens).map(([name, token]) => {
    probe.style.color = `var(${token})`
    return [name, getComputedStyle(probe).color]
  })
  probe.remove()
  return Object.fromEntries(entries) as unknown as Palette
}
