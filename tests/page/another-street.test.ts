import { join } from 'node:path'
import { Effect, type Scope } from 'effect'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveGateway } from '#matching-engine/index.ts'
import { prepare } from '../../platform/prepare.ts'
import { hasChromium, launchChromium } from '../line/chromium.ts'
import { NOW_MS, run, SLOT, streetWith } from '../matching-engine/rose-street.ts'

if (!hasChromium) console.warn('SKIPPED: a page between streets; the Chromium that npm brings runs on Linux x64 only')

const viewport = { width: 1440, height: 900 }
/** On a crowded machine a moment may be long. */
const soon = { timeout: 30_000 }
const lives = /^(live|slow)$/

/** Two homes that have been read, and their one trade, at a price; the first trade of this name in every such street. */
const tradedAt = Effect.fnUntraced(function* (priceEurPerMWh: number, terms: { readonly nowMs: number }) {
  const { neighbourhood, anna, ben } = yield* streetWith(terms)
  const said = [anna.reading(), ben.reading(), ben.order({ side: 'sell', priceEurPerMWh }), anna.order()]
  expect(yield* neighbourhood.submit(said, NOW_MS + 1)).toMatchObject(said.map(() => ({ accepted: true })))
  return { neighbourhood, anna }
})

describe.skipIf(!hasChromium)('a page that stays open while another street of the same name takes its address', () => {
  let browser: Browser
  beforeAll(async () => {
    prepare(['page'])
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())

  const open = async (url: string) => {
    const page = await browser.newPage({ viewport })
    await page.goto(url)
    const connection = page.getByTestId('connection')
    return {
      page,
      until: (state: RegExp) => expect.poll(() => connection.getAttribute('data-state'), soon).toMatch(state),
      said: () => connection.textContent(),
      prices: () => page.locator('[data-testid=tape-row]:not([hidden]) .tape-price').allTextContents(),
      sequence: async () => Number(await page.locator('#time').getAttribute('data-sequence')),
      link: async () => {
        await page.getByTestId('open-take-away').click()
        const link = await page.getByTestId('take-link').inputValue()
        await page.keyboard.press('Escape')
        return link
      },
    }
  }
  type Opened = Awaited<ReturnType<typeof open>>

  /** Serves a street at a port until what is looked at meanwhile has been seen. */
  const whileServed = (
    { neighbourhood }: Effect.Success<ReturnType<typeof tradedAt>>,
    port: number,
    look: (at: { readonly url: string; readonly port: number }) => Promise<void>,
  ): Effect.Effect<void, unknown, Scope.Scope> =>
    Effect.scoped(
      Effect.gen(function* () {
        const clock = { nowMs: () => NOW_MS + 1, speed: 1 }
        const pageDir = join(import.meta.dirname, '../../ui/dist')
        const gateway = yield* serveGateway({ neighbourhood, clock, host: '127.0.0.1', port, pageDir })
        yield* Effect.promise(() => look(gateway))
      }),
    )

  it('shows that street alone, and refuses in words what a link shows of the one before', () =>
    run(
      Effect.gen(function* () {
        const street = yield* tradedAt(100, { nowMs: NOW_MS })
        const other = yield* tradedAt(150, { nowMs: NOW_MS + 1 })
        const more = Array.from({ length: 30 }, () => other.anna.order({ slot: SLOT + 1, energyWh: 1 }))
        yield* other.neighbourhood.submit(more, NOW_MS + 1)
        const { sequence } = other.neighbourhood.street
        expect(sequence).toBeGreaterThan(street.neighbourhood.street.sequence)

        const shown: Opened[] = []
        let [port, link] = [0, '']
        yield* whileServed(street, 0, async (at) => {
          port = at.port
          for (const mode of ['live', 'paused']) {
            const opened = await open(`${at.url}/#slot=${SLOT}`)
            shown.push(opened)
            await opened.until(lives)
            if (mode === 'paused') await opened.page.keyboard.press('Space')
            await expect.poll(opened.prices, soon).toEqual(['10.0'])
            link = await opened.link()
          }
        })
        yield* whileServed(other, port, async ({ url }) => {
          for (const { page, until, sequence: at, prices } of shown) {
            await until(lives)
            await expect.poll(at, soon).toBe(sequence)
            await expect.poll(prices, soon).toEqual(['15.0'])
            await page.close()
          }

          const refused = await open(link)
          await refused.until(lives)
          await expect.poll(refused.said, soon).toContain('not in the log of this street')
          await refused.page.keyboard.press('Space')
          await refused.until(/^paused$/)
          await expect.poll(refused.said, soon).not.toContain('not in the log')
          const own = await refused.link()
          await refused.page.close()

          const again = await open(own)
          await again.until(/^paused$/)
          await expect.poll(again.sequence, soon).toBe(sequence)
          await again.page.close()
          expect(own.startsWith(url)).toBe(true)
        })
      }),
    ))
})
