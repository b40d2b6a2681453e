import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Status } from '#protocol/messages.ts'
import { emptyPicture, type Picture } from '#protocol/picture/picture.ts'
import { hasChromium, launchChromium } from '../../line/chromium.ts'
import { StreetStory, startMs } from '../../ui/street-story.ts'
import { accessibilityFaults } from './accessibility.ts'
import { inEveryLook, type Look, sizes } from './every-look.ts'
import { differenceFromGolden, goldenType, typeOf } from './golden.ts'
import { lookedAtStreet } from './looked-at-street.ts'
import { type Manner, scriptedGateway } from './socket.io.ts'

if (!hasChromium) console.warn('SKIPPED: the looks of the page; the Chromium that npm brings runs on Linux x64 only')

/** A state that the page has a name for, and the gateway that brings it about. */
interface Named {
  readonly picture: Picture
  readonly status?: Partial<Status>
  readonly manner?: Manner
  /** whose pictures are kept to be compared with: those that no age of anything is in */
  readonly goldens?: readonly Look[]
  /** what the viewer does to get there */
  readonly afterwards?: (page: Page, gateway: { readonly close: () => Promise<void> }) => Promise<unknown>
}

/** A page may need two windows of four seconds to find that it is too slow, and twelve to find that it is not any more. */
const SETTLES_WITHIN_MS = 40_000

const halted = () => {
  const story = lookedAtStreet()
  story.tell({ type: 'market', is: 'stopped' })
  return story.picture
}

const starting = () => {
  const story = new StreetStory()
  story.join('1 Linden Street', '2 Linden Street')
  return story.picture
}

async function hangUp(page: Page, gateway: { readonly close: () => Promise<void> }): Promise<void> {
  await page.waitForSelector('[data-testid=connection][data-state=live]', { timeout: 20_000 })
  await gateway.close()
}

async function pause(page: Page): Promise<void> {
  await page.waitForSelector('[data-testid=connection][data-state=live]', { timeout: 20_000 })
  await page.keyboard.press('Space')
}

/** Gives the browser other work, most of the time, until the page says that it is too slow; and again when it says no more. */
async function keepBusy(page: Page): Promise<void> {
  await page.waitForSelector('[data-testid=connection][data-state=live]', { timeout: 20_000 })
  await page.evaluate(`setInterval(() => {
    if (document.body.dataset.state === 'slow') return
    for (const until = performance.now() + 450; performance.now() < until; );
  }, 500)`)
}

/** The wall's time as golden pictures are taken. */
const TAKEN_AT_MS = startMs

const states: Readonly<Record<string, () => Named>> = {
  connecting: () => ({ picture: lookedAtStreet().picture, manner: 'says-nothing' }),
  nothing: () => ({ picture: emptyPicture(), goldens: ['desktop-light', 'phone-dark'] }),
  starting: () => ({ picture: starting(), goldens: ['desktop-dark', 'phone-light'] }),
  live: () => ({
    picture: lookedAtStreet().picture,
    goldens: ['desktop-light', 'desktop-dark', 'phone-light', 'phone-dark'],
  }),
  stale: () => ({ picture: lookedAtStreet().picture, manner: 'falls-silent' }),
  disconnected: () => ({ picture: lookedAtStreet().picture, afterwards: hangUp }),
  'catching-up': () => ({ picture: lookedAtStreet().picture, manner: 'owes-the-rest', status: { sequence: 99_999 } }),
  'chain-behind': () => ({ picture: lookedAtStreet().picture, status: { settlementFailingMs: 30_000 } }),
  paused: () => ({ picture: lookedAtStreet().picture, afterwards: pause }),
  slow: () => ({ picture: lookedAtStreet().picture, afterwards: keepBusy }),
  unreadable: () => ({ picture: lookedAtStreet().picture, manner: 'speaks-of-strangers' }),
  halted: () => ({ picture: halted(), goldens: ['desktop-light', 'phone-dark'] }),
}

describe.skipIf(!hasChromium)('each named state of the page', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())

  it.each(Object.keys(states))(
    '%s: has no fault that axe knows, light or dark, on a desktop or a phone, and looks as it did',
    async (name) => {
      const { picture, status = {}, manner = 'speaks', goldens = [], afterwards } = (states[name] as () => Named)()
      const gateway = await scriptedGateway({ picture, status, manner })
      const page = await browser.newPage({ viewport: sizes.desktop, locale: 'en-GB', timezoneId: 'Europe/Berlin' })
      try {
        if (goldens.length > 0) await page.clock.install({ time: TAKEN_AT_MS })
        await page.goto(gateway.url)
        await afterwards?.(page, gateway)
        // A machine with other work may make the page say meanwhile that the browser is slow: that is another state.
        const settled = () =>
          page.waitForSelector(`[data-testid=connection][data-state=${name}]`, { timeout: SETTLES_WITHIN_MS })
        await settled()
        const isComparable = (await typeOf(page)) === goldenType
        if (!isComparable) console.warn(`SKIPPED: golden pictures of the page, ${name}: this machine has other type`)
        const faults: string[] = []
        await inEveryLook(page, async (look) => {
          await settled()
          for (const fault of await accessibilityFaults(page)) faults.push(`${look}: ${fault}`)
          if (!isComparable || !goldens.includes(look)) return
          await settled()
          const difference = await differenceFromGolden(page, `${name}-${look}`)
          if (difference !== null) faults.push(`${look}: ${difference}`)
        })
        expect(faults).toEqual([])
      } finally {
        await page.close()
        await gateway.close()
      }
    },
  )
})
