import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, launchChromium } from '../../line/chromium.ts'
import { StreetStory, startMs } from '../../ui/street-story.ts'
import { type CutLine, cutLine } from '../cut-line.ts'
import { type ScriptedGateway, scriptedGateway } from './socket.io.ts'

if (!hasChromium)
  console.warn('SKIPPED: a large street on the page; the Chromium that npm brings runs on Linux x64 only')

const HOMES = 10_000
const FIRST_PAINT_MS = 1_000
const RESUME_MS = 1_000
/** A machine that others use as well is slow at times: the best of so many counts … */
const TRIES = 4
/** … and beyond its line, which is printed as missed, a figure fails only by so much: no machine is that slow. */
const SLOWER_AT_MOST = 4
const CUT_MS = 30_000

/** 10,000 homes that have been read, each with other figures. */
function largeStreet(): StreetStory {
  const story = new StreetStory()
  story.join(...Array.from({ length: HOMES }, () => ''))
  story.timeMs = startMs
  story.phase('continuous')
  for (let home = 0; home < HOMES; home++) {
    const powerW = (home % 3 === 0 ? -1 : 1) * ((home * 7_919) % 4_000)
    const [importWh, exportWh] = [(home * 104_729) % 9_000_000, (home * 15_485_863) % 9_000_000]
    story.tell({ type: 'read', home, timeMs: startMs - 60_000, powerW: 1, importWh: 0, exportWh: 0, quality: 0 })
    story.tell({ type: 'read', home, timeMs: startMs, powerW, importWh, exportWh, quality: 0 })
  }
  return story
}

describe.skipIf(!hasChromium)(`the page of ${HOMES.toLocaleString('en')} homes`, () => {
  let browser: Browser
  let gateway: ScriptedGateway
  let line: CutLine

  beforeAll(async () => {
    gateway = await scriptedGateway({ picture: largeStreet().picture, status: {} })
    line = await cutLine(gateway.url)
    browser = await launchChromium()
  })

  afterAll(async () => {
    await browser?.close()
    await line?.close()
    await gateway?.close()
  })

  it(`shows its street within ${FIRST_PAINT_MS} ms`, async () => {
    const took: number[] = []
    for (let turn = 0; turn < TRIES && Math.min(...took) > FIRST_PAINT_MS; turn++) {
      const page = await newPage(browser)
      await page.goto(gateway.url)
      took.push(await timeOf(page, 'live'))
      // Its first picture comes before the line that its news come by: that is no loss, and looks like none.
      expect(await page.evaluate('Object.keys(statesMs)')).not.toContain('disconnected')
      await page.close()
    }
    hold('first picture', took, FIRST_PAINT_MS)
  })

  it(`is where its street is within ${RESUME_MS} ms after a cut line is mended, without a reload`, async () => {
    const took: number[] = []
    const page = await newPage(browser)
    await page.goto(line.url)
    await page.waitForSelector('[data-testid=connection][data-state=live]', { timeout: 20_000 })
    await page.evaluate('document.body.dataset.kept = "yes"')
    for (let turn = 0; turn < TRIES && Math.min(...took) > RESUME_MS; turn++) {
      line.cut()
      await page.waitForSelector('[data-testid=connection][data-state=disconnected]', { timeout: 20_000 })
      await page.waitForTimeout(CUT_MS)
      const mendedMs = performance.now()
      line.mend()
      await page.waitForSelector('[data-testid=connection][data-state=live]', { timeout: 20_000 })
      took.push(performance.now() - mendedMs)
    }
    hold('live again', took, RESUME_MS)
    expect(await page.evaluate('document.body.dataset.kept')).toBe('yes')
  })
})

/** Says the times that something took, and whether the best of them keeps its line. */
function hold(what: string, tookMs: readonly number[], lineMs: number): void {
  const best = Math.min(...tookMs)
  const times = tookMs.map((ms) => ms.toFixed(0)).join(', ')
  console.info(
    `page, ${HOMES} homes: ${what} after ${times} ms, line ${lineMs} ms: ${best <= lineMs ? 'kept' : 'MISSED'}`,
  )
  expect(best).toBeLessThanOrEqual(SLOWER_AT_MOST * lineMs)
}

async function newPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  // When the page entered each state and two frames had been drawn since, in ms from the beginning of the navigation.
  await page.addInitScript(`
    globalThis.statesMs = {}
    new MutationObserver(() => {
      const state = document.body?.dataset.state
      if (state === undefined || state in statesMs) return
      statesMs[state] = NaN
      requestAnimationFrame(() => requestAnimationFrame(() => { statesMs[state] = performance.now() }))
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-state'] })
  `)
  return page
}

async function timeOf(page: Page, state: string): Promise<number> {
  // Asked again and again from outside: the page's policy lets no text be run inside it.
  for (const until = Date.now() + 20_000; Date.now() < until; await page.waitForTimeout(20)) {
    const ms = await page.evaluate<number | undefined>(`statesMs[${JSON.stringify(state)}]`)
    if (ms !== undefined && ms > 0) return ms
  }
  throw new Error(`the page was not ${state} within 20 s`)
}
