import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StreetBatch } from '#protocol/street.ts'
import type { Trade } from '#protocol/trade.ts'
import { hasChromium, launchChromium } from '../line/chromium.ts'
import { type StreetProcess, startStreet } from '../line/street-process.ts'

if (!hasChromium) console.warn('SKIPPED: the page in a browser; the Chromium that npm brings runs on Linux x64 only')

describe.skipIf(!hasChromium)('the page of a street that trades', () => {
  let street: StreetProcess
  let browser: Browser

  beforeAll(async () => {
    street = await startStreet(['--homes', '12', '--speed', '600', '--names', 'names'])
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
      expect(await page.getByTestId('home-button').count()).toBe(12)
      await page.getByRole('tab', { name: 'Market' }).click()
      await page.locator('[data-testid=tape-row]:visible').first().waitFor({ timeout: 30_000 })
      const folder = join(import.meta.dirname, '../../test-results')
      mkdirSync(folder, { recursive: true })
      await page.screenshot({ path: join(folder, `page-${name}.png`) })
      expect(errors).toEqual([])
      await page.close()
    })
  }

  it('opens the receipt of a trade from the keyboard and follows it to the transaction', async () => {
    // The first home speaks Modbus, the second one OPC UA, and so on in turn.
    const kinds = [/^home-(?:01|03|05|07|09|11)$/, /^home-(?:02|04|06|08|10|12)$/]
    const kindsThatSold = async () => {
      const sellers = (await settledTrades(street.url)).map(({ seller }) => seller)
      return kinds.filter((kind) => sellers.some((seller) => kind.test(seller))).length
    }
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(street.url)
    await page.waitForSelector('[data-testid=connection][data-state=live]', { timeout: 30_000 })
    // A page that comes later is told the newest trades only, and money may be long in coming.
    await expect.poll(kindsThatSold, { timeout: 240_000, interval: 250 }).toBe(kinds.length)
    const settled = await settledTrades(street.url)
    for (const homes of kinds) {
      const trade = settled.find(({ seller }) => homes.test(seller))
      if (trade === undefined) throw new Error(`no settled trade of ${homes}`)
      const row = page.locator(`[data-testid=tape-row][data-trade="${trade.id}"] .tape-open`)
      // The market stands where the last trade was, which may be before this one.
      const follow = page.getByRole('button', { name: 'Follow' })
      if (await follow.isVisible()) await follow.click()
      for (let steps = 0; steps < 200 && !(await row.isVisible()); steps++) {
        await page.getByLabel('Earlier slot').click()
      }
      await row.focus()
      await page.keyboard.press('Enter')
      const receipt = page.getByTestId('receipt')
      await receipt.waitFor({ timeout: 10_000 })
      await expect.poll(() => receipt.getByTestId('receipt-step').count()).toBe(9)
      const states = await receipt
        .getByTestId('receipt-step')
        .evaluateAll((steps) => steps.map((step) => step.getAttribute('data-state')))
      expect(states).toEqual(Array.from({ length: 9 }, () => 'recorded'))
      expect(await receipt.getByTestId('receipt-command').textContent()).toBe(`commonwatt verify receipt ${trade.id}`)
      if (homes.test('home-01')) {
        const folder = join(import.meta.dirname, '../../test-results')
        await page.screenshot({ path: join(folder, 'page-receipt.png') })
      }
      await page.keyboard.press('Escape')
      await receipt.waitFor({ state: 'hidden' })
    }
    await page.close()
  })

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

/** Trades whose batch is final, newest first, with the name of their seller's home. */
async function settledTrades(url: string): Promise<readonly { readonly id: string; readonly seller: string }[]> {
  const read = async <A>(path: string) => (await (await fetch(`${url}/api/v1/${path}`)).json()) as A
  const homes = await read<readonly { readonly home: string; readonly account: string }[]>('homes')
  const batches = await read<readonly StreetBatch[]>('batches')
  const trades = await read<readonly Trade[]>('trades?limit=500')
  const last = Math.max(...batches.filter(({ final }) => final !== null).map(({ batch }) => batch.lastSlot))
  return trades
    .filter(({ slot }) => slot <= last)
    .map(({ id, seller }) => ({ id, seller: homes.find(({ account }) => account === seller)?.home ?? '' }))
}
