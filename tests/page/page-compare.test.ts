import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, launchChromium } from '../line/chromium.ts'
import { commonwatt } from '../line/command-line.ts'
import { type StreetProcess, startStreet } from '../line/street-process.ts'
import { accessibilityFaults } from './looks/accessibility.ts'

if (!hasChromium) console.warn('SKIPPED: recordings on the page; the Chromium that npm brings runs on Linux x64 only')

const results = join(import.meta.dirname, '../../test-results')

/** What of the simulator's own result is asked here. */
interface Result {
  readonly energyWh: { readonly traded: number }
}

describe.skipIf(!hasChromium)('two simulated streets on the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'commonwatt-test-'))
  const [one, other] = [join(folder, 'one'), join(folder, 'other')]
  let street: StreetProcess
  let browser: Browser

  beforeAll(async () => {
    mkdirSync(results, { recursive: true })
    for (const [seed, out] of [
      ['1', one],
      ['2', other],
    ] as const) {
      const { code, stderr } = await commonwatt([
        'simulate',
        '--homes',
        '8',
        '--days',
        '1',
        '--seed',
        seed,
        '--out',
        out,
      ])
      expect(code, stderr).toBe(0)
    }
    street = await startStreet(['--replay', '--data', one, '--with', other])
    browser = await launchChromium()
  })

  afterAll(async () => {
    await browser?.close()
    await street?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const open = async (): Promise<{ readonly page: Page; readonly errors: readonly string[] }> => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(street.url)
    await page.waitForSelector('[data-testid=connection][data-state=paused]', { timeout: 30_000 })
    return { page, errors }
  }

  it('are compared on one clock: by figures, and by how much these differ', async () => {
    const { page, errors } = await open()
    await page.getByTestId('open-compare').click()
    await page.getByTestId('dialog-compare').waitFor()
    const bar = page.getByTestId('compare-bar')
    await bar.focus()
    await page.keyboard.press('End')
    const cells = (name: string) => page.getByTestId(`compare-${name}`).locator('td').allTextContents()
    const number = (text = '') => Number(text.replace('−', '-').replaceAll(/[^\d.-]/g, ''))
    const tradedWh = (of: string) => {
      const result = JSON.parse(readFileSync(join(of, 'result.json'), 'utf8')) as Result
      return result.energyWh.traded
    }
    // All of both runs: what the simulator itself counted.
    const counted = [one, other].map((of) => Math.round(tradedWh(of) / 10) / 100)
    const shown = async () => (await cells('traded')).map(number)
    await expect.poll(async () => (await shown()).slice(0, 2), { timeout: 15_000 }).toEqual(counted)
    const [a, b, difference] = (await shown()) as [number, number, number]
    expect(difference).toBeCloseTo(b - a, 1)
    expect(await page.getByTestId('compare-clock-0').textContent()).not.toBe('')
    expect(await accessibilityFaults(page, '[data-testid=dialog-compare]')).toEqual([])
    await page.screenshot({ path: join(results, 'page-compare.png') })
    await page.keyboard.press('Home')
    await expect.poll(async () => number((await cells('traded'))[0]), { timeout: 15_000 }).toBe(0)
    await page.keyboard.press('Escape')
    await page.getByTestId('dialog-compare').waitFor({ state: 'detached' })
    expect(errors).toEqual([])
    await page.close()
  })

  it('can be taken away: a picture, drawings, and tables of what the run traded', async () => {
    const { page } = await open()
    await page.getByTestId('time-bar').waitFor()
    await page.getByTestId('time-bar').focus()
    await page.keyboard.press('End')
    await expect
      .poll(async () => Number(await page.locator('#time').getAttribute('data-sequence')), { timeout: 15_000 })
      .toBeGreaterThan(100)
    await page.getByTestId('open-take-away').click()
    await page.getByTestId('dialog-take-away').waitFor()
    expect(await accessibilityFaults(page, '[data-testid=dialog-take-away]')).toEqual([])
    const take = async (name: string) => {
      const coming = page.waitForEvent('download')
      await page.getByTestId(`take-${name}`).click()
      const path = await (await coming).path()
      return readFileSync(path)
    }
    expect((await take('png-map')).subarray(1, 4).toString()).toBe('PNG')
    expect((await take('png-price')).subarray(1, 4).toString()).toBe('PNG')
    expect((await take('svg-map')).toString()).toMatch(/^<svg[\s\S]*<\/svg>\s*$/)
    expect((await take('svg-price')).toString()).toMatch(/^<svg[\s\S]*<\/svg>\s*$/)
    await page.getByTestId('take-range').selectOption('all')
    const rows = (await take('trades')).toString().trim().split('\n')
    const own = readFileSync(join(one, 'trades.csv'), 'utf8').trim().split('\n')
    expect(rows.length).toBe(own.length)
    await page.close()
  })
})
