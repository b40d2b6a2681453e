import type { View } from './page-link.ts'

/** The part of an address behind its `#` that brings a view back. */
export function linkOf(view: View): string {
  const fields = new URLSearchParams()
  const put = (name: string, value: string | number | null) => value !== null && fields.set(name, String(value))
  if (view.mode !== 'live') {
    put('run', view.run)
    put('at', view.sequence)
    put('speed', view.speed)
    if (view.mode === 'playing') put('play', 1)
  }
  put('slot', view.slot)
  put('home', view.home)
  put('mine', view.mine)
  put('zoom', view.zoom)
  put('panel', view.panel)
  put('theme', view.theme)
  return `#${fields}`
}
