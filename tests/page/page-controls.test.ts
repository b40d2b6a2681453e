import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasChromium, launchChromium } from '../line/chromium.ts'
import { type StreetStory, slot } from '../ui/street-story.ts'
import { lookedAtStreet } from './looks/looked-at-street.ts'
import { type ScriptedGateway, scriptedGateway } from './looks/socket.io.ts'

if (!hasChromium) console.warn('SKIPPED: the page in hand; the Chromium that npm brings runs on Linux x64 only')

const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const
/** More trades than the tape has rows. */
const MANY = 30

describe.skipIf(!hasChromium)('the page in hand', () => {
  let browser: Browser
  let story: StreetStory
  let gateway: ScriptedGateway
  let page: Page

  beforeAll(async () => {
    browser = await launchChromium()
  })

  afterAll(async () => {
    await browser?.close()
    await gateway?.close()
  })

  beforeEach(async () => {
    await page?.context().close()
    await gateway?.close()
    story = lookedAtStreet()
    gateway = await scriptedGateway({ picture: story.picture, status: {} })
    page = await (await browser.newContext({ viewport: sizes.desktop })).newPage()
  })

  const open = async () => {
    await page.goto(gateway.url)
    // On a crowded machine with less motion.
    await page.waitForSelector('[data-testid=connection]:is([data-state=live], [data-state=slow])', { timeout: 60_000 })
  }
  const trade = (of: number, number: number) => {
    const trade = { slot: of, seller: 2, buyer: 4, makerSide: 'sell', priceEurPerMWh: 150, energyWh: 100 } as const
    story.tell({ type: 'traded', trade: { id: `${of}.${number}`, ...trade } })
  }

  it('its link can be copied where the browser has no clipboard for it', async () => {
    // As on a page that came over plain HTTP from another machine.
    await page.addInitScript("Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined })")
    await open()
    expect(await page.evaluate('navigator.clipboard')).toBeUndefined()
    await page.getByTestId('open-take-away').click()
    await page.getByTestId('take-copy').click()
    await page.getByText('the link is selected, copy it yourself').waitFor({ timeout: 10_000 })
    const link = await page.getByTestId('take-link').inputValue()
    expect(link).toContain(`${gateway.url}/#`)
    expect(await page.evaluate('getSelection().toString()')).toBe(link)
  })

  it('a trade that has the focus stays under it, however many come after it', async () => {
    await open()
    const rows = page.locator('[data-testid=tape-row]:visible')
    await rows.first().waitFor({ timeout: 10_000 })
    const of = Number((await rows.first().getAttribute('data-trade'))?.split('.')[0])
    const before = await rows.count()
    const held = await rows.nth(1).getAttribute('data-trade')
    await rows.nth(1).getByTestId('tape-why').focus()
    /** The trade that has the focus, or else what has it. */
    const focused = () =>
      page.evaluate<string>(
        "document.activeElement.closest('[data-trade]')?.dataset.trade ?? document.activeElement.className",
      )
    const order = () => rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-trade')))
    trade(of, 100)
    gateway.tell()
    await expect.poll(() => rows.first().getAttribute('data-trade')).toBe(`${of}.100`)
    expect(await rows.count()).toBe(before + 1)
    expect(await focused()).toBe(held)
    expect((await order())[2]).toBe(held)

    for (let number = 101; number <= 100 + MANY; number++) trade(of, number)
    gateway.tell()
    await expect.poll(() => rows.first().getAttribute('data-trade')).toBe(`${of}.${100 + MANY}`)
    expect(await focused()).toBe(held)
    // It has the last row; the others are the newest, in order.
    const newest = Array.from({ length: 23 }, (_, i) => `${of}.${100 + MANY - i}`)
    expect(await order()).toEqual([...newest, held])

    // Where its slot is shown no more, another trade does not get the focus for it.
    story.phase('closed', of)
    gateway.tell()
    await expect.poll(async () => (await rows.first().getAttribute('data-trade'))?.split('.')[0]).not.toBe(String(of))
    expect(await focused()).toBe('tape')
  })

  it('its tabs name the panels that they show, and arrow keys go from one to the next', async () => {
    await open()
    const tabs = page.getByRole('tab')
    const panels = page.getByRole('tabpanel')
    const names = () => tabs.allTextContents()
    const reach = () => page.locator('[role=tab][tabindex="0"]').allTextContents()
    expect(await names()).toEqual(['Market', 'Flows', 'Table'])
    for (const [key, name, id] of [
      ['ArrowRight', 'Flows', 'flows'],
      ['ArrowRight', 'Table', 'table'],
      ['ArrowRight', 'Market', 'market'],
      ['ArrowLeft', 'Table', 'table'],
      ['Home', 'Market', 'market'],
      ['End', 'Table', 'table'],
    ] as const) {
      if (key === 'ArrowRight' && name === 'Flows') await page.getByTestId('tab-market').focus()
      await page.keyboard.press(key)
      await expect.poll(() => page.locator(':focus').textContent()).toBe(name)
      expect(await reach()).toEqual([name])
      expect(await page.locator(':focus').getAttribute('aria-controls')).toBe(id)
      expect(await panels.evaluateAll((all) => all.map((panel) => panel.id))).toEqual([id])
      expect(await page.getByRole('tabpanel', { name, exact: true }).count()).toBe(1)
    }
    await page.setViewportSize(sizes.phone)
    await expect.poll(names).toEqual(['Street', 'Market', 'Figures', 'Flows', 'Table'])
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => panels.evaluateAll((all) => all.map((panel) => panel.id))).toEqual(['map'])
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => panels.evaluateAll((all) => all.map((panel) => panel.id))).toEqual(['price', 'market'])
    expect(await page.getByTestId('tab-market').getAttribute('aria-controls')).toBe('price market')
  })

  it('a slot that is chosen in the chart of prices leads on to why its last trade has its price', async () => {
    await open()
    const why = page.getByTestId('price-why')
    expect(await why.isVisible()).toBe(false)
    // A candle's column: that of a slot before the present one.
    const option = page.locator(`.slot[data-slot="${slot - 3}"]`)
    const [column, chart] = [await option.boundingBox(), await page.locator('.price-chart').boundingBox()]
    if (column === null || chart === null) throw new Error('the chart of prices is not there')
    await page.mouse.click(column.x + column.width / 2, chart.y + chart.height / 3)
    await why.waitFor({ timeout: 10_000 })
    const [last] = [...story.picture.tape].reverse().filter((of) => of.slot === slot - 3)
    expect(await why.textContent()).toBe(`Why ${((last?.priceEurPerMWh ?? 0) / 10).toFixed(1)} ct/kWh?`)
    const asked = page.waitForRequest((request) =>
      request.url().endsWith(`/api/v1/runs/${story.picture.log}/trades/${last?.id}`),
    )
    await why.click()
    await asked
    await page.getByTestId('dialog-story').waitFor({ timeout: 10_000 })
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Follow' }).click()
    await expect.poll(() => why.isVisible()).toBe(false)
  })
})
