import { readFile } from 'node:fs/promises'
import type { Browser, Locator, Page } from 'playwright-core'
import { PNG } from 'pngjs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { PriceStory } from '#protocol/picture/run.ts'
import type { StreetBatch } from '#protocol/street.ts'
import type { Trade } from '#protocol/trade.ts'
import type { TradeReceipt } from '#protocol/trade-receipt.ts'
import { hasChromium, launchChromium } from '../line/chromium.ts'
import { type StreetProcess, startStreet } from '../line/street-process.ts'

if (!hasChromium) console.warn('SKIPPED: trades explained in a browser; the Chromium of npm runs on Linux x64 only')

describe.skipIf(!hasChromium)('a trade on the page of a street', () => {
  let street: StreetProcess
  let browser: Browser
  let page: Page
  const read = async <A>(path: string) => (await (await fetch(`${street.url}/${path}`)).json()) as A

  beforeAll(async () => {
    street = await startStreet(['--homes', '12', '--speed', '600'])
    browser = await launchChromium()
    const context = await browser.newContext({
      viewport: { width: 1440, height: 1000 },
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    page = await context.newPage()
    await page.goto(street.url)
    await page.waitForSelector('[data-testid=connection][data-state=live]', { timeout: 60_000 })
    // A page that comes later is told the newest trades only, and money may be long in coming.
    await street.until(({ batches, settledTrades }) => batches.final > 0 && settledTrades > 0, 240_000)
  }, 400_000)

  afterAll(async () => {
    await browser?.close()
    await street?.stop()
  })

  // What one test could not close hides the page from no other.
  afterEach(() => page.evaluate("for (const open of document.querySelectorAll('dialog[open]')) open.close()"))

  /** Goes back in time by the market's own button until a trade's row is there. */
  const rowOf = async (trade: string): Promise<Locator> => {
    const row = page.locator(`[data-testid=tape-row][data-trade="${trade}"]`)
    if (!(await row.isVisible())) await page.getByRole('button', { name: 'Follow' }).click()
    for (let steps = 0; steps < 200 && !(await row.isVisible()); steps++) await page.getByLabel('Earlier slot').click()
    return row
  }

  it('says from the keyboard why it has its price: who set it, by which rule, and what it changed in the book', async () => {
    const { id, priceEurPerMWh, energyWh } = await settledTrade()
    const row = await rowOf(id)
    const why = row.getByTestId('tape-why')
    await why.focus()
    await page.keyboard.press('Enter')
    await page.getByTestId('story-told').waitFor({ timeout: 60_000 })
    const story = await read<PriceStory>(`api/v1/runs/0/trades/${id}`)
    const price = `${(priceEurPerMWh / 10).toFixed(1)} ct/kWh`
    const dialog = page.getByTestId('dialog-story')
    expect(await dialog.getByRole('heading', { level: 2 }).textContent()).toBe(`Why ${price}?`)
    expect(story.rule).toBe('maker')
    const rule = await dialog.locator('[data-role=rule]').textContent()
    const [seller, buyer] = (await row.locator('.tape-open').textContent())?.split(' → ') ?? []
    expect(rule).toContain(`${story.trade.makerSide === 'sell' ? seller : buyer} set it, at ${price}`)
    // The level whose price it is has lost what was traded.
    const level = dialog.locator('[data-testid=story-book] tr[data-price]')
    const [, before = '', after = ''] = await level.locator('td').allTextContents()
    const wh = (kilowattHours: string) => (kilowattHours === '–' ? 0 : Math.round(Number(kilowattHours) * 1_000))
    expect(wh(before) - wh(after)).toBe(energyWh)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await row.locator(':focus').getAttribute('data-testid')).toBe('tape-why')
  }, 240_000)

  it('has a receipt of which every link can be followed, from the transaction to both readings', async () => {
    const trade = await settledTrade()
    // A chain that does not answer at first is asked again.
    let asked = 0
    await page.route('**/api/v1/transactions/*', (route) => {
      asked++
      if (asked > 1) return route.fallback()
      return route.fulfill({ status: 503, headers: { 'retry-after': '1' }, json: { code: 'CHAIN_SILENT' } })
    })
    await (await rowOf(trade.id)).locator('.tape-open').click()
    const steps = page.getByTestId('receipt-step')
    await expect.poll(() => steps.count(), { timeout: 30_000 }).toBe(9)
    const focused = () => page.locator('[data-step]:focus').getAttribute('data-step', { timeout: 5_000 })

    const reached = new Set<string>(['transaction'])
    const ahead = ['transaction']
    for (let at = ahead.pop(); at !== undefined; at = ahead.pop()) {
      const links = page.locator(`[data-step=${at}] .rests-on button`)
      for (let i = 0; i < (await links.count()); i++) {
        await links.nth(i).focus()
        await page.keyboard.press('Enter')
        const on = await focused()
        expect(on).not.toBeNull()
        if (on !== null && !reached.has(on)) ahead.push(on)
        if (on !== null) reached.add(on)
      }
    }
    const all = await steps.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-step')))
    expect([...reached].sort()).toEqual(all.toSorted())

    const receipt = await read<TradeReceipt>(`api/v1/receipts/${trade.id}`)
    const raw = await page.getByTestId('receipt-raw').getAttribute('href')
    expect(await read<TradeReceipt>(raw ?? '')).toEqual(receipt)
    const batches = await read<readonly StreetBatch[]>('api/v1/batches')
    const batch = batches.find(({ batch }) => batch.firstSlot <= trade.slot && trade.slot <= batch.lastSlot)
    const transaction = page.locator('[data-step=transaction]')
    expect(batch?.final).toBeTruthy()
    expect(await transaction.locator('code').first().textContent()).toBe(batch?.final?.transaction)

    const said = transaction.getByTestId('receipt-chain')
    await expect
      .poll(() => said.textContent())
      .toMatch(/^By Vault\.applyBatch, [\d,]+ gas, in a block of .*\d\d:\d\d\.$/)

    expect(asked).toBeGreaterThan(1)

    await transaction.locator('.copy').first().click()
    await expect.poll(() => transaction.locator('.copy-said').first().textContent()).toBe('copied')
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(batch?.final?.transaction)

    const match = page.locator('[data-step=match]')
    await match.locator('summary').click()
    await expect
      .poll(async () => JSON.parse((await match.locator('pre').textContent()) || 'null'))
      .toEqual(receipt.trade)
    expect(await page.getByTestId('receipt-command').textContent()).toBe(`commonwatt verify receipt ${trade.id}`)
    await page.keyboard.press('Escape')
  }, 240_000)

  it('is one of a slot that arrow keys choose, with exact values of its prices and of its book', async () => {
    const shown = async () => Number(await page.locator('.slot[aria-selected=true]').getAttribute('data-slot'))
    // A slot whose book is closed stands still.
    await rowOf((await settledTrade()).id)
    await page.getByTestId('slots').focus()
    const from = await shown()
    await page.keyboard.press('ArrowRight')
    await expect.poll(shown).toBe(from + 1)
    await page.keyboard.press('ArrowLeft')
    await expect.poll(shown).toBe(from)
    const slots = await read<readonly { readonly slot: number; readonly tradedWh: number }[]>('api/v1/slots')
    const { tradedWh = 0 } = slots.find(({ slot }) => slot === from) ?? {}
    expect(tradedWh).toBeGreaterThan(0)
    const told = page.locator('.readout-energy')
    await expect.poll(() => told.textContent()).toContain(`${(tradedWh / 1_000).toFixed(2)} kWh`)

    const depth = page.getByTestId('depth')
    await depth.focus()
    await page.keyboard.press('End')
    const text = await depth.getAttribute('aria-valuetext')
    expect(text).toMatch(/^at \d+\.\d ct\/kWh: wanted 0\.000 kWh +· +offered \d+\.\d{3} kWh$/)
    expect(await page.getByTestId('depth-readout').textContent()).toBe(text)
  }, 120_000)

  it('is in a chart that can be taken away as a drawing of its own, without a style sheet', async () => {
    await page.getByTestId('open-take-away').click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('take-svg-price').click()])
    const drawing = await readFile(await download.path(), 'utf8')
    expect(drawing).toMatch(/^<svg[^>]* xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    expect(drawing).not.toMatch(/ class=| style=|var\(|rgba\(/)
    expect(drawing).toContain('supplier sells')
    expect(drawing.match(/<path[^>]* d="M[^"]+"/g)?.length).toBeGreaterThan(2)
    await page.keyboard.press('Escape')
    // Alone on a page that has no style of ours, it is as it was.
    const alone = await browser.newPage()
    await alone.setContent(drawing)
    expect(await alone.evaluate("getComputedStyle(document.querySelector('line')).stroke")).toMatch(/^rgb\(/)
    await alone.close()
  }, 120_000)

  it('is in that chart as a PNG, too', async () => {
    await page.getByTestId('open-take-away').click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('take-png-price').click()])
    const { width, height, data } = PNG.sync.read(await readFile(await download.path()))
    expect(width / height).toBeCloseTo(1_200 / 480)
    const colours = new Set<number>()
    for (let i = 0; i < data.length; i += 4) colours.add(data.readUInt32BE(i))
    expect(colours.size).toBeGreaterThan(20)
    await page.keyboard.press('Escape')
  }, 120_000)

  it('that the log does not hold has neither, and the page says so', async () => {
    const unknown = '1980000.1'
    expect((await fetch(`${street.url}/api/v1/receipts/${unknown}`)).status).toBe(404)
    await page.route('**/api/v1/receipts/*', (route) => route.fulfill({ status: 404, json: {} }))
    await page.route('**/api/v1/runs/*/trades/*', (route) => route.fulfill({ status: 404, json: {} }))
    const row = await rowOf((await settledTrade()).id)
    await row.locator('.tape-open').click()
    await page.getByText('The server keeps the signed records of its latest slots only.').waitFor({ timeout: 30_000 })
    await page.keyboard.press('Escape')
    await row.getByTestId('tape-why').click()
    await page.getByText('The log is no longer kept as far back as this trade.').waitFor({ timeout: 30_000 })
    await page.keyboard.press('Escape')
  }, 120_000)

  /** The newest trade whose money has moved. */
  async function settledTrade(): Promise<Trade> {
    const batches = await read<readonly StreetBatch[]>('api/v1/batches')
    const trades = await read<readonly Trade[]>('api/v1/trades?limit=500')
    const last = Math.max(...batches.filter(({ final }) => final !== null).map(({ batch }) => batch.lastSlot))
    const found = trades.find(({ slot }) => slot <= last)
    if (found === undefined) throw new Error(`no trade up to slot ${last} is kept`)
    return found
  }
})
