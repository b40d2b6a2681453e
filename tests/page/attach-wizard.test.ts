import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, Exit, Scope } from 'effect'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AttachStatus } from '#protocol/attach.ts'
import { emulateRecording } from '#sim/index.ts'
import { hasChromium, launchChromium } from '../line/chromium.ts'
import { type StreetProcess, startStreet } from '../line/street-process.ts'
import { common, sunspecImage } from '../meter-agent/sunspec-image.ts'
import { meterOnPort } from '../platform/meter-on-port.ts'
import { accessibilityFaults } from './looks/accessibility.ts'

if (!hasChromium) console.warn('SKIPPED: attaching in a browser; the Chromium that npm brings runs on Linux x64 only')

/** The machine may have other work. */
const PATIENT = { timeout: 20_000 }
const HOSTILE = '<img src=x onerror=hi()>'
/** A SunSpec meter that exports 2,500 W and calls itself what a page must not take for markup. */
const hostileMeter = Effect.suspend(() => {
  const points = { W: -2_500, TotWhImp: 4_000, TotWhExp: 9_000, PhVphA: 231 }
  const holding = sunspecImage([
    { ...common(), points: { Mn: HOSTILE, Md: '"&lt;b>', SN: '\u202eevil' } },
    { id: 201, length: 105, points },
  ])
  const units = new Map([[1, { holding, input: new Map<number, number>() }]])
  const recording = { type: 'modbus', name: 'hostile', units, base: 40_000 } as const
  return emulateRecording({ recording, host: '127.0.0.1', port: 27_660 })
})

/** What the wizard has on show for a finger or a key, and how high it is. */
const lowTargets = (page: Page) =>
  page
    .getByTestId('attach-dialog')
    .locator('button:visible, input:not([type=radio]):visible, select:visible, .attach-sign:visible')
    .evaluateAll((all) =>
      all
        .map((one) => ({
          what: one.textContent || one.getAttribute('name'),
          height: one.getBoundingClientRect().height,
        }))
        .filter(({ height }) => height < 44),
    )

/** For every hand and every eye, in the light and in the dark. */
async function expectUsable(page: Page): Promise<void> {
  expect(await lowTargets(page)).toEqual([])
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await accessibilityFaults(page, '[data-testid=attach-dialog]')).toEqual([])
  }
}

/** Which of the page's parts has the focus, null for none that is tested. */
const focused = async (page: Page) => {
  const part = page.locator('[data-testid]:focus')
  return (await part.count()) === 0 ? null : part.first().getAttribute('data-testid')
}

/** Presses Tab until something has the focus, as who has no mouse does. */
async function tabTo(page: Page, testId: string): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    if ((await focused(page)) === testId) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`no Tab leads to ${testId}`)
}

describe.skipIf(!hasChromium)('the wizard that attaches a meter', () => {
  const data = mkdtempSync(join(tmpdir(), 'commonwatt-attach-'))
  const pictures = join(import.meta.dirname, '../../test-results')
  const [eastrons, hostiles] = [Effect.runSync(Scope.make()), Effect.runSync(Scope.make())]
  let eastron: number
  let hostile: number
  let street: StreetProcess
  let browser: Browser

  const start = () => startStreet(['--homes', '3', '--speed', '60', '--names', 'names', '--data', data])
  const attached = async () => (await (await fetch(`${street.url}/api/v1/attach`)).json()) as AttachStatus
  const stateOf = async (home: string) => (await attached()).meters.find((meter) => meter.home === home)?.state
  const opened = async () => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(street.url)
    await page.waitForSelector('[data-testid=connection][data-state=live]', { timeout: 30_000 })
    return { page, errors, next: page.getByTestId('attach-next'), problem: page.getByTestId('attach-problem') }
  }

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true })
    eastron = await Effect.runPromise(Scope.provide(meterOnPort({ powerW: -1_200 }), eastrons))
    hostile = await Effect.runPromise(Scope.provide(hostileMeter, hostiles))
    street = await start()
    browser = await launchChromium()
  })

  afterAll(async () => {
    await browser?.close()
    await street?.stop()
    await Effect.runPromise(Scope.close(eastrons, Exit.void))
    await Effect.runPromise(Scope.close(hostiles, Exit.void))
    rmSync(data, { recursive: true, force: true })
  })

  it('takes a meter by its profile, names what is wrong, turns its sign and lets its home join', async () => {
    const { page, errors, next, problem } = await opened()
    await page.getByTestId('attach-open').click()
    const dialog = page.getByTestId('attach-dialog')
    const frames = [await dialog.boundingBox()]
    await expectUsable(page)

    await next.click()
    expect(await problem.textContent()).toContain('Choose first')
    await page.getByTestId('attach-profile').selectOption('eastron-sdm120')
    await next.click()
    await page.getByTestId('attach-address').fill('127.0.0.1:1')
    await expectUsable(page)
    await next.click()
    await expect.poll(() => problem.textContent(), PATIENT).toMatch(/Nobody answers there\..*127\.0\.0\.1:1/)
    await expectUsable(page)
    expect(await focused(page)).toBe('attach-address')
    frames.push(await dialog.boundingBox())
    await page.getByTestId('attach-address').fill(`127.0.0.1:${eastron}`)
    await next.click()

    const flow = page.getByTestId('attach-flow')
    await expect.poll(() => flow.textContent(), PATIENT).toBe('You are exporting 1.20\u00a0kW')
    expect(await page.getByTestId('attach-device').textContent()).toBe('Eastron · SDM120')
    expect(await page.getByTestId('attach-import').textContent()).toContain('1,235')
    await expectUsable(page)
    await next.click()
    expect(await problem.textContent()).toContain('Say first')
    await page.waitForTimeout(1_500) // what is read meanwhile takes no word from who has not answered
    expect(await problem.textContent()).toContain('Say first')
    const turned = page.getByTestId('attach-sign-turned')
    let read = () => {}
    const isRead = new Promise<void>((resolve) => {
      read = resolve
    })
    await page.route('**/api/v1/attach/probe', (route) => isRead.then(() => route.continue()))
    await turned.click()
    await turned.click() // nobody can say yet whether that is right
    await next.click()
    expect(await problem.textContent()).toContain('One moment')
    read()
    await expect.poll(() => flow.textContent(), PATIENT).toBe('You are importing 1.20\u00a0kW')
    expect(await page.getByTestId('attach-export').textContent()).toContain('1,235')
    expect(await turned.isChecked()).toBe(false)
    await next.click()
    expect(await problem.textContent()).toContain('Say first')
    await turned.check()
    frames.push(await dialog.boundingBox())
    await page.screenshot({ path: join(pictures, 'attach-preview.png') })
    await next.click()

    await expectUsable(page)
    await page.getByTestId('attach-home').fill('home-01')
    await next.click()
    await expect.poll(() => problem.textContent(), PATIENT).toContain('take another name')
    frames.push(await dialog.boundingBox())
    await page.getByTestId('attach-home').fill('anna')
    await next.click()
    const row = page.getByTestId('attached-meter')
    await expect.poll(() => row.getAttribute('data-state'), PATIENT).toBe('online')
    expect(await row.textContent()).toMatch(/anna.*home 4.*turned/)
    expect(await page.getByTestId('attach-done').textContent()).toContain('anna is attached')
    expect(new Set(frames.map((frame) => JSON.stringify(frame))).size).toBe(1)
    expect((await street.status()).homes).toBe(4)
    await expectUsable(page)
    await page.screenshot({ path: join(pictures, 'attach-attached.png') })
    await row.getByTestId('attach-mine').click()
    expect(await row.getByTestId('attach-mine').getAttribute('aria-pressed')).toBe('true')
    await row.getByTestId('attach-show').click()
    await page.getByTestId('attach-dialog').waitFor({ state: 'detached' })
    const panel = page.getByTestId('home-panel')
    await expect.poll(() => panel.textContent(), PATIENT).toContain('anna')
    expect(await panel.locator('.detail-mine').getAttribute('aria-pressed')).toBe('true')
    expect(await page.getByTestId('my-home').textContent()).toBe('My home')
    await page.screenshot({ path: join(pictures, 'attach-shown.png') })
    expect(errors).toEqual([])
    await page.close()
  })

  it('is done by the keyboard alone, and takes what a device says for text', async () => {
    const { page, errors, problem } = await opened()
    await tabTo(page, 'attach-open')
    await page.keyboard.press('Enter')
    await page.getByTestId('attach-dialog').waitFor()
    await tabTo(page, 'attach-hosts')
    await page.keyboard.type('127.0.0.1')
    await tabTo(page, 'attach-port')
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type(String(hostile))
    await page.keyboard.press('Enter')
    const found = page.getByTestId('attach-found-meter')
    await found.waitFor()
    expect(await found.textContent()).toContain(`${HOSTILE} "&lt;b>`)
    await tabTo(page, 'attach-found-meter')
    await page.keyboard.press('Enter')
    await page.getByTestId('attach-address').waitFor()
    await tabTo(page, 'attach-next')
    await page.keyboard.press('Enter')

    await expect
      .poll(() => page.getByTestId('attach-flow').textContent(), PATIENT)
      .toBe('You are exporting 2.50\u00a0kW')
    expect(await page.getByTestId('attach-device').textContent()).toContain(HOSTILE)
    expect(await page.getByTestId('attach-dialog').locator('img').count()).toBe(0)
    expect(await page.getByTestId('attach-sign-turned').isEnabled()).toBe(true)
    await tabTo(page, 'attach-sign-as-is')
    await page.keyboard.press('Space')
    await tabTo(page, 'attach-next')
    await page.keyboard.press('Enter')
    await tabTo(page, 'attach-home')
    await page.keyboard.type('bert')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.getByTestId('attach-done').textContent(), PATIENT).toContain('bert')
    expect(await problem.textContent()).toBe('')
    await page.keyboard.press('Escape')
    await page.getByTestId('attach-dialog').waitFor({ state: 'detached' })
    expect(await focused(page)).toBe('attach-open')
    expect(errors).toEqual([])
    await page.close()
  })

  it('says what has failed beside what goes on, and removes a meter when asked twice', async () => {
    await expect.poll(() => stateOf('bert'), PATIENT).toBe('online')
    await Effect.runPromise(Scope.close(eastrons, Exit.void))
    await expect.poll(() => stateOf('anna'), PATIENT).toBe('failing')
    expect(await stateOf('bert')).toBe('online')
    const { readings } = await street.status()
    await street.until((status) => status.readings > readings + 3, 30_000)

    const { page } = await opened()
    await page.getByTestId('attach-open').click()
    const anna = page.getByTestId('attached-meter').filter({ hasText: 'anna' })
    await expect.poll(() => anna.getAttribute('data-state'), PATIENT).toBe('failing')
    expect(await anna.textContent()).toContain('Nobody answers there')
    await expectUsable(page)
    await page.screenshot({ path: join(pictures, 'attach-list.png') })
    await anna.getByTestId('attach-remove').click()
    expect((await attached()).meters.map(({ home }) => home)).toEqual(['anna', 'bert'])
    expect(await anna.textContent()).toContain('Its open orders are cancelled')
    await expectUsable(page)
    await anna.getByTestId('attach-remove').click()
    await expect.poll(() => anna.count(), PATIENT).toBe(0)
    expect(await page.getByTestId('attach-done').textContent()).toMatch(
      /anna is no longer read. Orders cancelled: \d+\./,
    )
    expect((await attached()).meters.map(({ home }) => home)).toEqual(['bert'])
    await page.close()
  })

  it('goes on with its meters after the next start', async () => {
    expect(await street.stop()).toBe(0)
    street = await start()
    await expect.poll(() => stateOf('bert'), PATIENT).toBe('online')
    expect(await stateOf('anna')).toBeUndefined()
  })

  it('shows no button where the street does not let it', async () => {
    const page = await browser.newPage()
    await page.route('**/api/v1/attach', (route) => route.fulfill({ status: 403, json: { code: 'NOT_THE_OWNER' } }))
    const asked = page.waitForResponse('**/api/v1/attach')
    await page.goto(street.url)
    await asked
    await page.waitForSelector('[data-testid=connection][data-state=live]', { timeout: 30_000 })
    expect(await page.getByTestId('attach-open').isVisible()).toBe(false)
    await page.close()
  })
})
