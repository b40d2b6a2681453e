import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, launchChromium } from './chromium.ts'
import { type StreetProcess, startStreet } from './street-process.ts'

if (!hasChromium) console.warn('SKIPPED: the page in a browser; the Chromium that npm brings runs on Linux x64 only')

describe.skipIf(!hasChromium)('the page of a street that trades', () => {
  let street: StreetProcess
  let browser: Browser

  beforeAll(async () => {
    street = await startStreet(['--homes', '12', '--speed', '900'])
    browser = await launchChromium()
  })

  afterAll(async () => {
    await browser?.close()
    await street?.stop()
  })

  for (const [name, viewport] of [
    ['desktop', { width: 1440, height: 900 }],
    ['phone', { width: 390, height: 844 }],
  ] as const) {
    it(`shows trades live on a ${name}, without an error on the console`, async () => {
      const page = await browser.newPage({ viewport })
      const errors: string[] = []
      page.on('pageerror', (error) => errors.push(String(error)))
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text())
      })
      await page.goto(street.url)
      await page.waitForSelector('[data-testid=connection][data-state=live]', { timeout: 30_000 })
      const trades = page.getByTestId('trades-count')
      const count = async () => Number((await trades.textContent())?.replaceAll(/\D/g, ''))
      await expect.poll(count, { timeout: 60_000 }).toBeGreaterThan(0)
      const before = await count()
      await expect.poll(count, { timeout: 60_000 }).toBeGreaterThan(before)
      await page.locator('[data-testid=tape-row]:visible').first().waitFor({ timeout: 30_000 })
      expect(await page.getByTestId('home-button').count()).toBe(12)
      const folder = join(import.meta.dirname, '../../test-results')
      mkdirSync(folder, { recursive: true })
      await page.screenshot({ path: join(folder, `page-${name}.png`) })
      expect(errors).toEqual([])
      await page.close()
    })
  }

  it('says that it lost its street when the process ends, and keeps the last picture', async () => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(street.url)
    await page.waitForSelector('[data-testid=connection][data-state=live]', { timeout: 30_000 })
    expect(await street.stop()).toBe(0)
    await page.waitForSelector('[data-testid=connection][data-state=disconnected]', { timeout: 30_000 })
    expect(await page.getByTestId('home-button').count()).toBe(12)
    await page.close()
  })
})
