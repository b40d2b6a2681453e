import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, launchChromium } from '../line/chromium.ts'
import { buildMapBench, type MapBench } from './map-bench.ts'

const DRAW_P95_MS = 4
const HEAP_GROWTH_MAX_MB = 10
const TRIES = 8
const isLong = process.env.COMMONWATT_TEST_LONG !== undefined
const viewport = { width: 1440, height: 900 }
const wires = { lines: 12, ratedW: 600_000, transformerW: 9_000_000, forkEvery: 7 }

/** What the page says of a while of drawing, ms. */
interface Drawn {
  readonly frames: number
  readonly drawP50: number
  readonly drawP95: number
  readonly drawMax: number
  readonly gapP50: number
  readonly gapP95: number
  /** that came more than 50 ms after the one before */
  readonly longFrames: number
  readonly wordsP95: number
}

if (!hasChromium) console.warn('SKIPPED: the map in a browser; the Chromium that npm brings runs on Linux x64 only')

describe.skipIf(!hasChromium)('the map of 10,000 homes in a browser without a GPU', () => {
  let bench: MapBench
  let browser: Browser

  beforeAll(async () => {
    bench = await buildMapBench()
    browser = await launchChromium()
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
  })

  const opened = async (homes: number, lines = wires.lines): Promise<Page> => {
    const page = await bench.open(browser, { viewport })
    await ask(page, `open(${JSON.stringify({ homes, wires: { ...wires, lines } })})`)
    return page
  }

  it(`draws a frame with 2,000 trades in the air in ${DRAW_P95_MS} ms or less, nineteen times of twenty`, async () => {
    const page = await opened(10_000)
    let best: Drawn | null = null
    // The machine is shared: the quietest of a few tries is what the code takes.
    for (let i = 0; i < TRIES && (best === null || best.drawP95 > DRAW_P95_MS); i++) {
      const drawn = await live(page, { lengthMs: isLong ? 15_000 : 4_000, flying: 2_000, changes: 100 })
      console.info(`map, 10,000 homes, 2,000 trades: ${told(drawn)}`)
      if (best === null || drawn.drawP95 < best.drawP95) best = drawn
    }
    expect(best?.frames).toBeGreaterThan(20)
    expect(best?.drawP95).toBeLessThanOrEqual(DRAW_P95_MS)
    await page.close()
  }, 120_000)

  it('looks the same drawn change by change as drawn anew', async () => {
    const page = await opened(10_000)
    const drawn = await ask<{ readonly moved: number; readonly astray: number }>(page, 'astray(20_000)')
    expect(drawn.moved).toBeGreaterThan(0.001)
    expect(drawn.astray).toBeLessThan(drawn.moved / 20)
    await page.close()
  }, 60_000)

  it('says what many homes do soon after it has drawn them', async () => {
    const page = await opened(10_000)
    const balance = page.getByTestId('balance')
    const before = await balance.textContent()
    await ask(page, 'astray(2_000)')
    await expect.poll(() => balance.textContent(), slowly).not.toBe(before)
    await page.close()
  }, 60_000)

  it('draws nothing where nothing happens, where it is paused, and where nobody looks', async () => {
    const page = await opened(300)
    const framesIn = async (ms: number) => {
      const before = await ask<number>(page, 'map.frames.count')
      await page.waitForTimeout(ms)
      return (await ask<number>(page, 'map.frames.count')) - before
    }
    const expectFrames = async () => {
      const before = await ask<number>(page, 'map.frames.count')
      await expect.poll(() => ask<number>(page, 'map.frames.count'), { timeout: 3_000 }).toBeGreaterThan(before + 2)
    }
    await page.waitForTimeout(500)
    expect(await framesIn(600)).toBe(0)
    await ask(page, 'trade(20)')
    await expectFrames()
    await ask(page, "time('paused')")
    await page.waitForTimeout(200)
    expect(await framesIn(600)).toBe(0)
    await ask(page, "time('live')")
    await expectFrames()
    await page.evaluate(`
      Object.defineProperty(document, 'hidden', { value: true, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
      bench.trade(20)`)
    await page.waitForTimeout(200)
    expect(await framesIn(600)).toBe(0)
    await page.close()
  }, 60_000)

  it('draws nothing behind another tab of a phone', async () => {
    const page = await opened(60)
    await page.evaluate("document.getElementById('map').style.display = 'none'")
    await page.waitForTimeout(300)
    const before = await ask<number>(page, 'map.frames.count')
    await ask(page, 'trade(20)')
    await page.waitForTimeout(300)
    expect((await ask<number>(page, 'map.frames.count')) - before).toBe(0)
    await page.evaluate("document.getElementById('map').style.display = ''")
    await expect.poll(() => ask<number>(page, 'map.frames.count'), slowly).toBeGreaterThan(before)
    await page.close()
  }, 60_000)

  it('lets no trade fly where the browser is too slow', async () => {
    const page = await opened(60)
    await ask(page, "map.trading = 'dropped'")
    await page.waitForTimeout(400)
    const before = await ask<number>(page, 'map.frames.count')
    await ask(page, 'trade(20)')
    await page.waitForTimeout(500)
    expect((await ask<number>(page, 'map.frames.count')) - before).toBeLessThanOrEqual(2)
    await page.close()
  }, 60_000)

  it(`keeps no more than ${HEAP_GROWTH_MAX_MB} MB of ${isLong ? 'ten minutes' : 'a minute'} of trades`, async () => {
    const page = await opened(10_000)
    const session = await page.context().newCDPSession(page)
    const heapMb = async () => {
      await session.send('HeapProfiler.collectGarbage')
      const { usedSize } = await session.send('Runtime.getHeapUsage')
      return usedSize / 1e6
    }
    const run = (lengthMs: number) => live(page, { lengthMs, flying: 2_000, changes: 2_000 })
    await run(2_000)
    const before = await heapMb()
    await run(isLong ? 600_000 : 60_000)
    const growth = (await heapMb()) - before
    console.info(`map: heap grew by ${growth.toFixed(1)} MB from ${before.toFixed(1)} MB`)
    expect(growth).toBeLessThanOrEqual(HEAP_GROWTH_MAX_MB)
    await page.close()
  }, 900_000)

  it('finds a home by its name, goes to it and chooses it, by keyboard alone', async () => {
    const page = await opened(10_000)
    await ask(page, 'map.focusSearch()')
    await page.keyboard.type('4321')
    await page.keyboard.press('Enter')
    await expect.poll(() => ask(page, 'chosen'), slowly).toBe(4_320)
    await expect.poll(() => ask(page, 'map.visibleHomes().includes(4320)'), slowly).toBe(true)
    await expect.poll(() => ask(page, 'map.visibleHomes().length'), slowly).toBeLessThan(300)
    await page.close()
  }, 60_000)

  it('has one stop for the keyboard among 10,000 homes, and arrows go on from there', async () => {
    const page = await opened(10_000)
    const buttons = page.getByTestId('home-button')
    expect(await buttons.count()).toBe(1)
    await buttons.first().focus()
    const focused = () => page.evaluate<number>('Number(document.activeElement.dataset.home)')
    const first = await focused()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    const then = await focused()
    expect(then).not.toBe(first)
    await page.keyboard.press('Enter')
    expect(await ask(page, 'chosen')).toBe(then)
    await page.close()
  }, 60_000)

  it('is chosen under the pointer, where there is no button for it', async () => {
    const page = await opened(10_000)
    const { x, y } = await ask<{ readonly x: number; readonly y: number }>(page, 'placeOf(7000)')
    await page.mouse.click(x, y)
    expect(await ask(page, 'chosen')).toBe(7_000)
    await page.mouse.click(x, y)
    expect(await ask(page, 'chosen')).toBeNull()
    await page.close()
  }, 60_000)

  it('is magnified by the wheel where it points, dragged, and by keys shown as a whole again', async () => {
    const page = await opened(10_000)
    const at = await ask<{ readonly x: number; readonly y: number }>(page, 'placeOf(7000)')
    await page.mouse.move(at.x, at.y)
    await page.mouse.wheel(0, -900)
    await expect.poll(() => ask(page, 'map.place.k'), slowly).toBeGreaterThan(3)
    const then = await ask<typeof at>(page, 'placeOf(7000)')
    // A pointer stands on whole px, which are magnified as well.
    expect(Math.hypot(then.x - at.x, then.y - at.y)).toBeLessThan(4)
    await page.mouse.down()
    await page.mouse.move(at.x - 60, at.y - 30, { steps: 4 })
    await page.mouse.up()
    const dragged = await ask<typeof at>(page, 'placeOf(7000)')
    expect([dragged.x - then.x, dragged.y - then.y].map(Math.round)).toEqual([-60, -30])
    expect(await ask(page, 'chosen')).toBeNull()
    await page.getByTestId('home-button').first().focus()
    await page.keyboard.press('0')
    await expect.poll(() => ask(page, 'map.place.k'), slowly).toBe(1)
    await page.keyboard.press('+')
    await expect.poll(() => ask(page, 'map.place.k'), slowly).toBeCloseTo(1.6)
    await page.close()
  }, 60_000)

  it('is magnified by two fingers', async () => {
    const page = await bench.open(browser, { viewport: { width: 374, height: 680 }, hasTouch: true })
    await ask(page, 'open({ homes: 300 })')
    const session = await page.context().newCDPSession(page)
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart: number) =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: type === 'touchEnd' ? [] : [-1, 1].map((side, id) => ({ x: 187 + side * apart, y: 340, id })),
      })
    await touch('touchStart', 30)
    for (const apart of [40, 60, 80, 90]) await touch('touchMove', apart)
    await touch('touchEnd', 0)
    expect(await ask(page, 'map.place.k')).toBeCloseTo(3, 0)
    await page.close()
  }, 60_000)

  it('asks which home is the viewer’s, then takes them there', async () => {
    const page = await opened(60)
    await page.getByTestId('my-home').click()
    await page.keyboard.type('home-07')
    await page.keyboard.press('Enter')
    expect(await ask(page, 'mine')).toBe(6)
    expect(await page.getByTestId('my-home').textContent()).toBe('My home')
    await page.close()
  }, 60_000)

  it('stands still where motion is not wanted: arcs instead of flights, and no frame after', async () => {
    const page = await bench.open(browser, { viewport, reducedMotion: 'reduce' })
    await ask(page, 'open({ homes: 60 })')
    await page.waitForTimeout(400)
    const before = await ask<number>(page, 'map.frames.count')
    const pixels = () => page.evaluate<string>("document.querySelectorAll('.map canvas')[2].toDataURL()")
    const empty = await pixels()
    await ask(page, 'trade(20)')
    await page.waitForTimeout(400)
    expect(await pixels()).not.toBe(empty)
    expect((await ask<number>(page, 'map.frames.count')) - before).toBeLessThanOrEqual(2)
    await page.close()
  }, 60_000)

  it('tells of a trade that is pressed, where no home is meant', async () => {
    const page = await bench.open(browser, { viewport, reducedMotion: 'reduce' })
    await ask(page, 'open({ homes: 60 })')
    await ask(page, 'trade(12)')
    await page.waitForTimeout(400)
    const { id, x, y } = await ask<{ readonly id: string; readonly x: number; readonly y: number }>(
      page,
      'clearTrade()',
    )
    await page.mouse.click(x, y)
    expect(await ask(page, 'pressed')).toBe(id)
    expect(await ask(page, 'chosen')).toBeNull()
    const home = await ask<{ readonly x: number; readonly y: number }>(page, 'placeOf(0)')
    await page.mouse.click(home.x, home.y)
    expect(await ask(page, 'chosen')).toBe(0)
    await page.close()
  }, 60_000)

  it('is written as SVG that is well formed and holds every home, as text whatever they are called', async () => {
    const page = await opened(12, 2)
    await ask(page, "rename(3, '<img src=x onerror=alert(1)>')")
    const text = await ask<string>(page, 'svg()')
    const read = await page.evaluate<{
      readonly errors: number
      readonly texts: string[]
      readonly images: number
    }>(`(() => {
      const document = new DOMParser().parseFromString(${JSON.stringify(text)}, 'image/svg+xml')
      return {
        errors: document.querySelectorAll('parsererror').length,
        texts: [...document.querySelectorAll('text')].map((one) => one.textContent),
        images: document.querySelectorAll('img, image, script').length,
      }
    })()`)
    expect(read).toMatchObject({ errors: 0, images: 0 })
    expect(read.texts.filter((line) => line.startsWith('home-'))).toHaveLength(11)
    expect(read.texts).toContain('<img src=x onerror=alert(1)>')
    await page.close()
  }, 60_000)
})

/** A busy machine may take its time. */
const slowly = { timeout: 15_000 }

/** What the page in the browser says: an expression of its `bench`. */
const ask = <A>(page: Page, expression: string): Promise<A> => page.evaluate<A>(`bench.${expression}`)

const live = (
  page: Page,
  how: { readonly lengthMs: number; readonly flying: number; readonly changes: number },
): Promise<Drawn> => ask(page, `live(${JSON.stringify(how)})`)

const told = (drawn: Drawn): string =>
  `draw p50 ${drawn.drawP50.toFixed(2)} ms, p95 ${drawn.drawP95.toFixed(2)} ms, at most ${drawn.drawMax.toFixed(1)} ms; ` +
  `frame p50 ${drawn.gapP50.toFixed(1)} ms, p95 ${drawn.gapP95.toFixed(1)} ms, ` +
  `${drawn.longFrames} of ${drawn.frames} after more than 50 ms; words p95 ${drawn.wordsP95.toFixed(1)} ms`
