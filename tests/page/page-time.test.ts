import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Run } from '#protocol/picture/run.ts'
import { hasChromium, launchChromium } from '../line/chromium.ts'
import { type StreetProcess, startStreet } from '../line/street-process.ts'
import { type CutLine, cutLine } from './cut-line.ts'
import { accessibilityFaults } from './looks/accessibility.ts'
import { inEveryLook } from './looks/every-look.ts'

if (!hasChromium) console.warn('SKIPPED: time on the page; the Chromium that npm brings runs on Linux x64 only')

const viewports = [
  ['desktop', { width: 1440, height: 900 }],
  ['phone', { width: 390, height: 844 }],
] as const
/** What the page says while it lives: on a crowded machine perhaps with less motion, and its chain may be late. */
const lives = /^(live|slow|chain-behind)$/
/** On a crowded machine a moment may be long. */
const soon = { timeout: 15_000, interval: 10 }

describe.skipIf(!hasChromium)('time on the page of a street that trades', () => {
  let street: StreetProcess
  let line: CutLine
  let browser: Browser

  beforeAll(async () => {
    street = await startStreet(['--homes', '12', '--speed', '600'])
    line = await cutLine(street.url)
    browser = await launchChromium()
    await street.until(({ trades }) => trades > 20, 120_000)
  })

  afterAll(async () => {
    await browser?.close()
    await line?.close()
    await street?.stop()
  })

  afterEach(() => line.mend())

  const open = async (viewport: { width: number; height: number }, hash = ''): Promise<Page> => {
    const page = await browser.newPage({ viewport })
    await page.goto(`${line.url}/${hash}`)
    return page
  }
  const state = (page: Page) => page.getByTestId('connection').getAttribute('data-state')
  const sequence = async (page: Page) => Number(await page.locator('#time').getAttribute('data-sequence'))
  const clock = async (page: Page) => Date.parse((await page.getByTestId('clock').getAttribute('datetime')) ?? '')
  const untilLive = (page: Page) => expect.poll(() => state(page), { timeout: 30_000 }).toMatch(lives)
  /** All that the map is painted of, as it is now. */
  const pixels = (page: Page) =>
    page.evaluate<readonly string[]>("[...document.querySelectorAll('#map canvas')].map((of) => of.toDataURL())")
  /** Simulated ms a real one over three seconds of the page, each moment taken as its clock changes: a question from here would add its own delay. */
  const replaySpeed = (page: Page) =>
    page.evaluate<number | string>(`new Promise((resolve) => {
      const clock = document.querySelector('[data-testid=clock]')
      let from
      setTimeout(() => resolve('the clock of the page stands'), 20_000)
      new MutationObserver((_, observer) => {
        const now = { realMs: performance.now(), clockMs: Date.parse(clock.dateTime) }
        from ??= now
        if (now.realMs - from.realMs < 3000) return
        observer.disconnect()
        resolve((now.clockMs - from.clockMs) / (now.realMs - from.realMs))
      }).observe(clock, { attributeFilter: ['datetime'] })
    })`)
  /** At the end of what has happened there is no step on. */
  const untilPast = (stood: number) =>
    expect
      .poll(async () => {
        const [lives] = (await (await fetch(`${street.url}/api/v1/runs`)).json()) as readonly Run[]
        return lives?.lastSequence ?? 0
      }, soon)
      .toBeGreaterThan(stood)
  const press = async (page: Page, ...keys: readonly string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }

  for (const [name, viewport] of viewports) {
    it(`stands, steps, is dragged, plays and comes back by keys alone on a ${name}`, async () => {
      const page = await open(viewport)
      await untilLive(page)

      await press(page, 'Space')
      await expect.poll(() => state(page), soon).toBe('paused')
      const [stood, at] = [await sequence(page), await clock(page)]
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      expect([await sequence(page), await clock(page)]).toEqual([stood, at])

      await untilPast(stood)
      await press(page, '.')
      await expect.poll(() => sequence(page), soon).toBe(stood + 1)
      await press(page, ',', ',')
      await expect.poll(() => sequence(page), soon).toBe(stood - 1)

      const bar = page.getByTestId('time-bar')
      await bar.waitFor()
      await bar.focus()
      const startedMs = performance.now()
      await press(page, 'Home')
      await expect.poll(() => sequence(page), soon).toBeLessThan(stood / 2)
      console.info(`${name}: a seek took ${(performance.now() - startedMs).toFixed(0)} ms until it was seen`)
      const first = await clock(page)
      await press(page, 'ArrowRight', 'ArrowRight')
      await expect.poll(() => clock(page), soon).toBe(first + 2 * 15 * 60_000)
      expect(await bar.getAttribute('aria-valuetext')).not.toBe('')

      await page.getByTestId('time-speed').selectOption('100')
      await bar.focus()
      await press(page, 'Space')
      await expect.poll(() => state(page), soon).toBe('replaying')
      expect(await accessibilityFaults(page, '#time')).toEqual([])
      const speed = await replaySpeed(page)
      console.info(`${name}: plays ${speed} times as fast as it happened`)
      expect(speed).toBeGreaterThan(50)
      expect(speed).toBeLessThan(125)

      await press(page, 'l')
      await untilLive(page)
      expect(await sequence(page)).toBeGreaterThan(stood)
      await page.close()
    })

    it(`opens the very picture of a link on a ${name}`, async () => {
      const page = await open(viewport)
      await untilLive(page)
      await press(page, 'Space')
      await expect.poll(() => state(page), soon).toBe('paused')
      await page.getByTestId('open-take-away').click()
      const link = await page.getByTestId('take-link').inputValue()
      await page.keyboard.press('Escape')
      const again = await open(viewport, new URL(link).hash)
      await expect.poll(() => state(again), soon).toBe('paused')
      await expect.poll(() => sequence(again), soon).toBe(await sequence(page))
      // Powers glide to where they belong.
      await expect
        .poll(async () => JSON.stringify(await pixels(again)) === JSON.stringify(await pixels(page)), {
          timeout: 15_000,
        })
        .toBe(true)
      expect((await pixels(page)).length).toBeGreaterThan(1)
      expect(await again.getByTestId('market-slot').textContent()).toBe(
        await page.getByTestId('market-slot').textContent(),
      )
      await again.close()
      await page.close()
    })
  }

  it('has no fault that axe knows while it replays, light or dark, on a desktop or a phone', async () => {
    const page = await open(viewports[0][1])
    await untilLive(page)
    await page.getByTestId('time-bar').waitFor()
    await page.getByTestId('time-bar').focus()
    // It never catches up with a street that goes six times as fast.
    await page.getByTestId('time-speed').selectOption('100')
    await page.getByTestId('time-bar').focus()
    await press(page, 'Home', 'Space')
    const faults: string[] = []
    await inEveryLook(page, async (look) => {
      await expect.poll(() => state(page), soon).toBe('replaying')
      for (const fault of await accessibilityFaults(page)) faults.push(`${look}: ${fault}`)
    })
    expect(faults).toEqual([])
    await page.close()
  })

  it('keeps the last picture while the line is cut, and goes on without a reload when it is mended', async () => {
    const page = await open(viewports[0][1])
    await untilLive(page)
    await page.evaluate(() => Object.assign(globalThis, { isTheSame: true }))
    line.cut()
    await expect.poll(() => state(page), { timeout: 10_000 }).toBe('disconnected')
    const stood = await sequence(page)
    expect(await page.getByTestId('home-button').count()).toBe(12)
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    expect(await sequence(page)).toBe(stood)
    line.mend()
    await untilLive(page)
    await expect.poll(() => sequence(page), soon).toBeGreaterThan(stood)
    expect(await page.evaluate(() => 'isTheSame' in globalThis)).toBe(true)
    await page.close()
  })

  it('says why the past does not come, and goes on when it does', async () => {
    const page = await open(viewports[0][1])
    await untilLive(page)
    await press(page, 'Space')
    await expect.poll(() => state(page), soon).toBe('paused')
    const stood = await sequence(page)
    const said = () => page.getByTestId('connection').textContent()
    await page.route('**/api/v1/runs/*/frames?*', (route) =>
      route.fulfill({ status: 500, json: { code: 'RUN_UNREADABLE' } }),
    )
    const isAsked = page.waitForRequest('**/api/v1/runs/*/frames?*')
    await press(page, '.')
    await isAsked
    await expect.poll(said, soon).toContain('the record of this run cannot be read')
    expect(await sequence(page)).toBe(stood)
    await page.unroute('**/api/v1/runs/*/frames?*')
    await untilPast(stood)
    await press(page, '.')
    await expect.poll(() => sequence(page), soon).toBe(stood + 1)
    await expect.poll(said, soon).not.toContain('cannot be read')
    await page.close()
  })

  it('says what keys do, and leaves them to whoever writes', async () => {
    const page = await open(viewports[0][1])
    await untilLive(page)
    await press(page, '?')
    await page.getByTestId('dialog-keys').waitFor()
    expect(await accessibilityFaults(page, '[data-testid=dialog-keys]')).toEqual([])
    await press(page, 'Space')
    expect(await state(page)).toMatch(lives)
    await press(page, 'Escape')
    await press(page, '/')
    await page.keyboard.type('l ?,.')
    expect(await state(page)).toMatch(lives)
    const folder = join(import.meta.dirname, '../../test-results')
    mkdirSync(folder, { recursive: true })
    await page.screenshot({ path: join(folder, 'page-search.png') })
    await page.close()
  })

  it('shows no controls on a wall', async () => {
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
    await page.goto(`${line.url}/?kiosk`)
    await untilLive(page)
    for (const control of ['time-play', 'time-bar', 'open-take-away', 'open-keys', 'tab-market']) {
      expect(await page.getByTestId(control).isVisible(), control).toBe(false)
    }
    expect(await page.locator('input:visible, select:visible').count()).toBe(0)
    await page.screenshot({ path: join(import.meta.dirname, '../../test-results/page-kiosk.png') })
    await page.close()
  })
})
