import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasChromium, launchChromium } from '../line/chromium.ts'
import { accessibilityFaults } from './looks/accessibility.ts'
import { lookedAtStreet } from './looks/looked-at-street.ts'
import { type ScriptedGateway, scriptedGateway } from './looks/socket.io.ts'

if (!hasChromium) console.warn('SKIPPED: what opens over the page; the Chromium that npm brings runs on Linux x64 only')

/** On a crowded machine with less motion. */
const LIVES = '[data-testid=connection]:is([data-state=live], [data-state=slow])'
const LATER = /\/assets\/later-[^/]*\.js/

describe.skipIf(!hasChromium)('what opens over the page, where its file does not come at first', () => {
  let browser: Browser
  let gateway: ScriptedGateway
  let page: Page
  /** what becomes of the requests for the file, one after the other; those after the last reach the gateway */
  let fates: ('cut' | 'gone')[]
  let asked = 0

  beforeAll(async () => {
    gateway = await scriptedGateway({ picture: lookedAtStreet().picture, status: {} })
    browser = await launchChromium()
  })

  afterAll(async () => {
    await browser?.close()
    await gateway?.close()
  })

  beforeEach(async () => {
    await page?.context().close()
    page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
    await page.route(LATER, (route) => {
      asked++
      const fate = fates.shift()
      if (fate === undefined) return route.continue()
      return fate === 'cut' ? route.abort('connectionrefused') : route.fulfill({ status: 404, json: {} })
    })
    await page.goto(gateway.url)
    await page.waitForSelector(LIVES, { timeout: 60_000 })
  })

  const notice = () => page.getByTestId('notice')

  it('is said in words, and opens at the next click', async () => {
    fates = ['cut']
    await page.getByTestId('open-keys').click()
    await notice().waitFor({ timeout: 10_000 })
    expect(await notice().getAttribute('role')).toBe('alert')
    expect(await notice().textContent()).toContain('the gateway does not answer, or has a newer version of the page')
    expect(await accessibilityFaults(page)).toEqual([])
    await page.getByTestId('open-keys').click()
    await page.getByTestId('dialog-keys').waitFor({ timeout: 10_000 })
    await expect.poll(() => notice().count()).toBe(0)
  })

  it('comes when it is tried again from the keyboard, however often that fails before', async () => {
    fates = ['gone', 'cut', 'gone']
    await page.getByTestId('tab-flows').click()
    await notice().waitFor({ timeout: 10_000 })
    await notice().getByRole('button', { name: 'Try again' }).focus()
    for (let tries = 0; tries < 3; tries++) {
      await expect.poll(() => page.locator('.notice :focus').textContent()).toBe('Try again')
      await page.keyboard.press('Enter')
    }
    await page.locator('#flows .flows').waitFor({ timeout: 10_000 })
    // Its looks have come with it.
    const line = await page.evaluate("getComputedStyle(document.querySelector('.flows-enlarge')).textDecorationLine")
    expect(line).toBe('underline')
    await expect.poll(() => notice().count()).toBe(0)
    // It is here now, once.
    const [before, sheets] = [asked, await page.evaluate('document.adoptedStyleSheets.length')]
    await page.getByTestId('open-keys').click()
    await page.getByTestId('dialog-keys').waitFor({ timeout: 10_000 })
    expect([asked, await page.evaluate('document.adoptedStyleSheets.length')]).toEqual([before, sheets])
  })

  it('is tried again with the next home that is chosen, and a reload helps where nothing else does', async () => {
    fates = ['cut']
    await page.getByTestId('home-button').nth(2).focus()
    await page.keyboard.press('Enter')
    await notice().waitFor({ timeout: 10_000 })
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByTestId('home-panel').waitFor({ timeout: 10_000 })
    await expect.poll(() => notice().count()).toBe(0)
    await page.keyboard.press('Escape')

    fates = ['gone', 'gone']
    await page.reload()
    await page.waitForSelector(LIVES, { timeout: 60_000 })
    await page.getByTestId('open-take-away').click()
    await notice().waitFor({ timeout: 10_000 })
    fates = []
    await notice().getByRole('button', { name: 'Reload the page' }).click()
    await expect.poll(() => notice().count()).toBe(0)
    await page.getByTestId('open-take-away').click()
    await page.getByTestId('dialog-take-away').waitFor({ timeout: 10_000 })
  })
})
