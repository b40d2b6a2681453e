import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Fairness, Flows, HomeDetail } from '#protocol/picture/run.ts'
import { hasChromium, launchChromium } from '../../line/chromium.ts'
import { slot, startMs } from '../../ui/street-story.ts'
import { accessibilityFaults } from './accessibility.ts'
import { inEveryLook, sizes } from './every-look.ts'
import { lookedAtStreet } from './looked-at-street.ts'
import { type ScriptedGateway, scriptedGateway } from './socket.io.ts'

if (!hasChromium) console.warn('SKIPPED: the panels of the page; the Chromium that npm brings runs on Linux x64 only')

const HOSTILE = '<img src=x onerror=document.title=1>'

const trade = {
  ...{ id: `${slot - 1}.1`, slot: slot - 1, seller: 2, buyer: 24 },
  ...{ priceEurPerMWh: 143, energyWh: 250, timeMs: startMs - 1_800_000, sequence: 900 },
  makerSide: 'sell' as const,
}
const detail: HomeDetail = {
  ...{ home: 2, sequence: 1, trades: [trade] },
  slots: [
    {
      phase: 'settling',
      statedBy: 'estimate',
      ...{ slot: slot - 1, boughtWh: 0, soldWh: 250, paidMicroEur: 0, receivedMicroEur: 35_750 },
      ...{ openBuyWh: 0, openSellWh: 0, importWh: 78, exportWh: 0 },
    },
  ],
  bill: { costMicroEur: 1_500_000, costWithoutMarketMicroEur: 2_000_000, slots: 16 },
}
const flows: Flows = {
  ...{ fromSlot: slot - 16, toSlot: slot - 1, restWh: 0 },
  ...{ seller: [0, 3, -1, 0], buyer: [1, 24, 4, -1], energyWh: [4_000, 1_500, 2_500, 2_000] },
}
const fairness: Fairness = { fromBatch: 1, toBatch: 16, giniOfSavings: 0.254, homesThatLost: 0 }

/** What the gateway says of a run: of the one it holds still. */
const answers: readonly (readonly [string, unknown])[] = [
  ['**/api/v1/runs/*/homes/*', detail],
  ['**/api/v1/runs/*/flows?*', flows],
  ['**/api/v1/runs/*/fairness?*', fairness],
]

describe.skipIf(!hasChromium)('the panels beside the map', () => {
  let browser: Browser
  let gateway: ScriptedGateway
  let page: Page
  const errors: string[] = []

  beforeAll(async () => {
    const story = lookedAtStreet()
    story.join(HOSTILE)
    gateway = await scriptedGateway({ picture: story.picture, status: {} })
    browser = await launchChromium()
    page = await browser.newPage({ viewport: sizes.desktop })
    page.on('pageerror', (error) => errors.push(String(error)))
    for (const [address, answer] of answers) await page.route(address, (route) => route.fulfill({ json: answer }))
    await page.goto(gateway.url)
    await page.waitForSelector('[data-testid=connection][data-state=live]', { timeout: 30_000 })
  })

  afterAll(async () => {
    await browser?.close()
    await gateway?.close()
  })

  /** axe, light and dark, on a desktop and a phone; the panel that is open stays open. */
  async function look(name: string, region: string): Promise<void> {
    const faults: string[] = []
    await inEveryLook(page, async (seen) => {
      for (const fault of await accessibilityFaults(page, region)) faults.push(`${name}, ${seen}: ${fault}`)
      await page.screenshot({ path: `test-results/panel-${name}-${seen}.png` })
    })
    await page.setViewportSize(sizes.desktop)
    expect(faults).toEqual([])
  }

  it('figures say what they are of, and a dash where nobody knows', async () => {
    const figure = (name: string) => page.getByTestId(`figure-${name}`)
    // Of each slot 2,524 Wh were given and 2,688 Wh taken.
    await expect.poll(() => figure('selfSufficiency').textContent()).toContain('93.9%')
    expect(await figure('selfConsumption').textContent()).toContain('100.0%')
    expect(await figure('peak').textContent()).toContain('0.66kWtaken')
    expect(await figure('saving').textContent()).toContain('€2.0520.0 % less')
    expect(await figure('losses').textContent()).toContain('–not measured')
    await expect.poll(() => figure('fairness').textContent()).toContain('0.25')
    await figure('losses').focus()
    expect(await page.locator('#meaning').textContent()).toContain('No meter of this street measures it')
    await page.getByTestId('tab-figures').evaluate((tab) => tab.click())
    await look('figures', '#figures')
  })

  it('the table of homes sorts from the keyboard, and opens a home', async () => {
    await page.getByTestId('tab-table').click()
    const names = page.locator('[data-testid=home-table] tbody button')
    await expect.poll(() => names.count()).toBe(25)
    expect(await names.first().textContent()).toBe(HOSTILE)
    const head = page.locator('[data-testid=home-table] thead button').nth(2)
    await head.focus()
    await page.keyboard.press('Enter')
    // Home 21 gives most, and one that never spoke comes last.
    await expect.poll(() => names.first().textContent()).toBe('22 Linden Street')
    expect(await names.last().textContent()).toBe(HOSTILE)
    expect(await page.locator('[aria-sort=ascending]').count()).toBe(1)
    await look('table', '#table')
    await page.getByRole('button', { name: '3 Linden Street', exact: true }).last().focus()
    await page.keyboard.press('Enter')
    await page.getByTestId('home-panel').waitFor()
  })

  it('a home shows its meter, its bill and its slots, and asks for a receipt', async () => {
    const panel = page.getByTestId('home-panel')
    await expect.poll(() => panel.locator('h2').textContent()).toBe('3 Linden Street')
    await expect.poll(() => panel.textContent()).toContain('Better off by €0.50 (25.0 %) in 16 final slots.')
    expect(await panel.locator('.detail-slots tbody').textContent()).toContain('≈0.078')
    expect(await panel.locator('.detail-trades li').textContent()).toContain(`sold 0.250 kWh to ${HOSTILE}`)
    const mine = panel.getByRole('button', { name: 'My home' })
    await mine.click()
    await expect.poll(() => mine.getAttribute('aria-pressed')).toBe('true')
    await look('home', '.detail-panel')
    await panel.getByRole('button', { name: 'Receipt' }).click()
    await page.locator('dialog[open]').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.locator('dialog[open]').count()).toBe(0)
    await mine.focus()
    await page.keyboard.press('Escape')
    await expect.poll(() => panel.isVisible()).toBe(false)
  })

  it('flows are bars and bands with a sentence each, the same as a table, and can be had large', async () => {
    await page.getByTestId('tab-flows').click()
    const body = page.locator('.flows')
    await expect.poll(() => body.textContent()).toContain('10.00 kWh, 55.0 % of it between neighbours.')
    expect(await page.locator('.flow-end').count()).toBe(7)
    await page.locator('.flow-end').first().focus()
    expect(await body.textContent()).toContain('1 Linden Street sold 6.000 kWh, of it 2.000 kWh to the supplier.')
    expect(await page.locator('.flow[data-lit=yes]').count()).toBe(2)
    await page.locator('.flows-table summary').click()
    expect(await page.locator('.flows-table tbody tr').count()).toBe(4)
    await look('flows', '#flows')
    await page.getByRole('button', { name: 'Enlarge' }).click()
    const dialog = page.locator('dialog[open] .flows')
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.locator('#flows .flows').isVisible()).toBe(true)
  })

  it('no name has become markup, and nothing went wrong', async () => {
    expect(errors).toEqual([])
    expect(await page.locator('img[src=x]').count()).toBe(0)
    expect(await page.title()).not.toBe('1')
  })
})
