import { svg } from '../dom.ts'

const paths = {
  play: 'M5 3.5v13l11-6.5z',
  pause: 'M5 4h3.5v12h-3.5zM11.5 4h3.5v12h-3.5z',
  forward: 'M4 4v12l8-6zM13.5 4h2.5v12h-2.5z',
  back: 'M16 4v12l-8-6zM4 4h2.5v12h-2.5z',
} as const

export type IconName = keyof typeof paths

/** A sign on a button: said in words beside it or by its label. */
export function icon(name: IconName): SVGSVGElement {
  return svg(
    'svg',
    { class: 'icon', width: 20, height: 20, viewBox: '0 0 20 20', 'aria-hidden': 'true', 'data-icon': name },
    svg('path', { d: paths[name] }),
  )
}
