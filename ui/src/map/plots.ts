import type { Pen } from './glyphs.ts'
import type { StreetLayout } from './layout.ts'
import type { Look } from './level.ts'

/** Plots smaller than this, px on the screen, are left out. */
const PLOT_MIN = 24

/** What a label beside a home takes, px. */
const LABEL_WIDE = 96

/** Half of what the label of a power takes, px. */
const LABEL_HALF = 42

/** The plots of homes, where there is room for them; a plot has room for the label that stands on its outer side. */
export function tracePlots(
  pen: Pen,
  of: {
    readonly layout: StreetLayout
    readonly look: Look
    readonly homes: readonly number[]
    readonly magnified: number
  },
): void {
  const { layout, look, magnified } = of
  if (look.pitch < PLOT_MIN) return
  const half = Math.min(look.pitch * 0.43, look.bubble * 1.3, 66) / magnified
  const across = layout.direction === 'across'
  const beside = look.labelSide === 'beside'
  const wide = (look.labels !== 'none' && beside ? Math.min(look.labelRoom * 0.9, LABEL_WIDE) : 0) / magnified
  const tall = (beside ? 0 : look.labelHeight) / magnified
  // A label above or below is wider than a small home.
  const aside = beside ? half : Math.max(half, Math.min(look.labelRoom / 2, LABEL_HALF) / magnified)
  for (const home of of.homes) {
    const outer = layout.outward[home] as number
    const x = layout.homeX[home] as number
    const y = layout.homeY[home] as number
    const left = x - aside - (outer < 0 && !across ? wide : 0)
    const top = y - half - (outer < 0 && across ? tall : 0)
    roundRect(pen, { left, top, right: left + 2 * aside + wide, bottom: top + 2 * half + tall, r: half * 0.3 })
  }
}

function roundRect(
  pen: Pen,
  of: {
    readonly left: number
    readonly top: number
    readonly right: number
    readonly bottom: number
    readonly r: number
  },
): void {
  const { left, top, right, bottom, r } = of
  pen.moveTo(left + r, top)
  pen.lineTo(right - r, top)
  pen.quadraticCurveTo(right, top, right, top + r)
  pen.lineTo(right, bottom - r)
  pen.quadraticCurveTo(right, bottom, right - r, bottom)
  pen.lineTo(left + r, bottom)
  pen.quadraticCurveTo(left, bottom, left, bottom - r)
  pen.lineTo(left, top + r)
  pen.quadraticCurveTo(left, top, left + r, top)
}
