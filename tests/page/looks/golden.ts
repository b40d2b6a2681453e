import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pixelmatch from 'pixelmatch'
import type { Page } from 'playwright-core'
import { PNG } from 'pngjs'

const goldens = join(import.meta.dirname, 'goldens')
const results = join(import.meta.dirname, '../../../test-results')

/** Differences are told by place, in so many rows and columns. */
const PARTS = 6

/** How far a pixel's colour may be off (0 … 1), and which share of all pixels may be. */
const COLOUR_TOLERANCE = 0.15
const GOLDEN_TOLERANCE = 0.005

/** Of the machine that took the golden pictures (`typeOf`). */
export const goldenType = '231.41 401.07 195.06'

/** A picture that is not there is made, and so are all where this is set to `write`. */
const isWriting = process.env.COMMONWATT_GOLDEN === 'write'

/** How long a page may take until it has come to rest. Wall ms. */
const RESTS_WITHIN_MS = 6_000

/**
 * In what a page, come to rest, differs from its golden picture of that name, or null; both pictures and their difference
 * are left in test-results. Throws where there is no golden picture.
 */
export async function differenceFromGolden(page: Page, name: string): Promise<string | null> {
  mkdirSync(results, { recursive: true })
  const file = join(goldens, `${name}.png`)
  if (isWriting) {
    await page.waitForTimeout(RESTS_WITHIN_MS)
    mkdirSync(goldens, { recursive: true })
    writeFileSync(file, await shotOf(page))
    return null
  }
  if (!existsSync(file)) throw new Error(`no golden picture ${name}: make it with COMMONWATT_GOLDEN=write`)
  const golden = PNG.sync.read(readFileSync(file))
  for (const until = Date.now() + RESTS_WITHIN_MS; ; await page.waitForTimeout(500)) {
    const shot = await shotOf(page)
    const { share, difference } = compared(PNG.sync.read(shot), golden)
    if (share > GOLDEN_TOLERANCE && Date.now() < until) continue
    writeFileSync(join(results, `${name}.png`), shot)
    writeFileSync(join(results, `${name}-difference.png`), PNG.sync.write(difference))
    if (share <= GOLDEN_TOLERANCE) return null
    return `${(share * 100).toFixed(2)} % look otherwise, ${whereOf(difference)}; ${await circumstancesOf(page)}`
  }
}

/** Where a picture of differences has them (red), in % of each part, row by row. */
function whereOf({ width, height, data }: PNG): string {
  const counts = new Float64Array(PARTS ** 2)
  for (let at = 0; at < width * height; at++) {
    if (data[4 * at] !== 255 || data[4 * at + 1] !== 0) continue
    const row = Math.floor((Math.floor(at / width) * PARTS) / height)
    const part = row * PARTS + Math.floor(((at % width) * PARTS) / width)
    counts[part] = (counts[part] as number) + (100 * PARTS ** 2) / (width * height)
  }
  const rows = Array.from({ length: PARTS }, (_, row) => counts.slice(row * PARTS, (row + 1) * PARTS))
  return `% by place: ${rows.map((row) => [...row].map(Math.round).join(' ')).join(' / ')}`
}

/** What of a page explains that it looks otherwise. */
const circumstancesOf = (page: Page) =>
  page.evaluate<string>(`JSON.stringify({
    ...{ body: { ...document.body.dataset }, size: [innerWidth, innerHeight], scrolled: scrollY },
    ...{ map: [...document.querySelectorAll('#map canvas')].map(({ width, height }) => [width, height]) },
    ...{ direction: document.getElementById('map').dataset.direction, clock: new Date() },
  })`)

const shotOf = (page: Page) => page.screenshot({ animations: 'disabled', caret: 'hide' })

function compared(seen: PNG, golden: PNG): { readonly share: number; readonly difference: PNG } {
  const { width, height } = golden
  const difference = new PNG({ width, height })
  if (seen.width !== width || seen.height !== height) return { share: 1, difference }
  const pixels = pixelmatch(seen.data, golden.data, difference.data, width, height, { threshold: COLOUR_TOLERANCE })
  return { share: pixels / (width * height), difference }
}

/**
 * What the machine's type looks like, as the widths of some words, px: pictures of a page made with other type cannot be
 * compared.
 */
export async function typeOf(page: Page): Promise<string> {
  return page.evaluate<string>(`
    const pen = document.createElement('canvas').getContext('2d')
    const widths = ['400 14px sans-serif', '600 22px sans-serif', '400 12px monospace'].map((font) => {
      pen.font = font
      return pen.measureText('Commonwatt 0123456789 äöü €').width.toFixed(2)
    })
    widths.join(' ')
  `)
}
