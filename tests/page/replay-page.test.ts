import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyFrame } from '#protocol/picture/apply-frame.ts'
import { frameSince } from '#protocol/picture/frame-since.ts'
import { emptyPicture } from '#protocol/picture/picture.ts'
import type { PictureFrame } from '#protocol/picture/picture-frame.ts'
import type { Flows, HomeDetail, PictureStep, PriceStory, Run, Timeline } from '#protocol/picture/run.ts'
import { hasChromium, launchChromium } from '../line/chromium.ts'
import { commonwatt } from '../line/command-line.ts'
import { type StreetProcess, startStreet } from '../line/street-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-test-'))
const [street, simulated, empty] = ['street', 'simulated', 'empty'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
]
const HOMES = 5

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const asked = async <A>(of: { readonly url: string }, path: string): Promise<A> => {
  const answer = await fetch(`${of.url}/api/v1/${path}`)
  expect(answer.status, path).toBe(200)
  return (await answer.json()) as A
}

const refused = async (of: { readonly url: string }, path: string) => {
  const answer = await fetch(`${of.url}/api/v1/${path}`)
  const { code, field } = (await answer.json()) as { readonly code: string; readonly field?: string }
  return { status: answer.status, code, field }
}

/** What a folder's files hold, but for what SQLite puts beside a file that somebody reads: an index, and an empty log. */
const digests = (of: string) =>
  readdirSync(of, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('-shm'))
    .map(({ name }) => ({ name, bytes: readFileSync(join(of, name)) }))
    .filter(({ name, bytes }) => !name.endsWith('-wal') || bytes.length > 0)
    .map(({ name, bytes }) => [name, createHash('sha256').update(bytes).digest('hex')])

/** Goes through a run in steps of time, as a page does, and gives where that ends. */
async function played(of: StreetProcess, { run, firstMs, lastSequence }: Run) {
  const picture = emptyPicture()
  const first = await asked<PictureStep>(of, `runs/${run}/picture?timeMs=${firstMs}`)
  applyFrame(picture, first.frame)
  expect(picture.homes).toHaveLength(HOMES)
  let fromMs = firstMs
  for (let answers = 0; picture.sequence < lastSequence && answers < 500; answers++) {
    const path = `runs/${run}/frames?from=${picture.sequence}&fromMs=${fromMs}&stepMs=300000&count=60`
    const steps = await asked<readonly PictureStep[]>(of, path)
    expect(steps.length).toBeGreaterThan(0)
    for (const { frame } of steps) applyFrame(picture, frame)
    fromMs = picture.timeMs
  }
  expect(picture.sequence).toBe(lastSequence)
  const { frame } = await asked<PictureStep>(of, `runs/${run}/picture?sequence=${lastSequence}`)
  const last = emptyPicture()
  applyFrame(last, frame)
  expect(frameSince(picture, 0)).toEqual(frameSince(last, 0))
  return picture
}

describe('the past of a street that lives', () => {
  let live: StreetProcess
  beforeAll(async () => {
    mkdirSync(empty)
    live = await startStreet(['--homes', `${HOMES}`, '--speed', '900', '--data', street])
    await live.until(({ settledTrades, trades }) => settledTrades > 0 && trades > 3, 200_000)
  }, 240_000)
  afterAll(() => live.stop())

  it('can be gone through while it goes on', async () => {
    const [run] = await asked<readonly Run[]>(live, 'runs')
    expect(run).toMatchObject({ run: 0, kind: 'live', homes: HOMES, books: 'kept' })
    const timeline = await asked<Timeline>(live, 'runs/0/timeline')
    const trades = timeline.trades.reduce((sum, count) => sum + count, 0)
    const { frame } = await asked<PictureStep>(live, `runs/0/picture?sequence=${timeline.lastSequence}`)
    expect(frame.counts.trades).toBe(trades)
    expect(frame.opened?.grid?.busOfHome).toHaveLength(HOMES)
    // What a page begins with is the same picture, where nothing has happened in between.
    const now = await asked<PictureFrame>(live, 'picture')
    const same = await asked<PictureStep>(live, `runs/0/picture?sequence=${now.toSequence}`)
    expect(same.frame).toEqual(now)
    const back = await asked<readonly PictureStep[]>(live, `runs/0/frames?from=${now.toSequence}&events=-1`)
    expect(back[0]?.frame).toMatchObject({ fromSequence: 0, toSequence: now.toSequence - 1 })
  })

  it('tells why a trade has its price, who bought from whom, and what homes paid', async () => {
    const { frame } = await asked<PictureStep>(live, 'runs/0/picture?timeMs=9000000000000')
    const trade = frame.trades.id?.[0] ?? ''
    const slot = Number(trade.split('.')[0])
    const story = await asked<PriceStory>(live, `runs/0/trades/${trade}`)
    expect(story.trade.id).toBe(trade)
    expect(story.maker.openBeforeWh - story.maker.openAfterWh).toBe(story.trade.energyWh)
    const flows = await asked<Flows>(live, `runs/0/flows?fromSlot=${slot}&toSlot=${slot}`)
    const row = flows.seller.findIndex((seller, at) => {
      return seller === story.trade.seller && flows.buyer[at] === story.trade.buyer
    })
    expect(flows.energyWh[row]).toBeGreaterThanOrEqual(story.trade.energyWh)
    const home = await asked<HomeDetail>(live, `runs/0/homes/${story.trade.seller}`)
    expect(home.slots.find((of) => of.slot === slot)?.soldWh).toBeGreaterThan(0)
    expect(home.bill).toMatchObject({ slots: expect.any(Number), costMicroEur: expect.any(Number) })
    const csv = await (await fetch(`${live.url}/api/v1/runs/0/trades.csv?fromSlot=${slot}&toSlot=${slot}`)).text()
    expect(csv).toContain(`,${trade},`)
  })

  it('refuses by name what it cannot answer', async () => {
    expect(await refused(live, 'runs/7/timeline')).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    expect(await refused(live, 'runs/0/picture')).toEqual({ status: 400, code: 'BAD_QUERY', field: 'sequence' })
    expect(await refused(live, 'runs/0/picture?sequence=1e3')).toMatchObject({ code: 'BAD_QUERY', field: 'sequence' })
    expect(await refused(live, 'runs/0/picture?sequence=999999999')).toMatchObject({ status: 400, field: 'sequence' })
    expect(await refused(live, 'runs/0/frames?from=1&stepMs=1000&count=121')).toMatchObject({ field: 'count' })
    expect(await refused(live, 'runs/0/frames?from=1&events=1001')).toMatchObject({ field: 'events' })
    expect(await refused(live, 'runs/0/frames?from=999999999&stepMs=9&count=1')).toMatchObject({ field: 'from' })
    expect(await refused(live, 'runs/0/flows?fromSlot=10&toSlot=9')).toMatchObject({ field: 'toSlot' })
    expect(await refused(live, 'runs/0/homes/99')).toMatchObject({ status: 404 })
    expect(await refused(live, 'runs/0/trades/1.1')).toMatchObject({ status: 404 })
  })

  it('is shown from its folder by another process meanwhile, which changes nothing', async () => {
    const replay = await startStreet(['--replay', '--data', street])
    try {
      const [run] = await asked<readonly Run[]>(replay, 'runs')
      expect(run).toMatchObject({ kind: 'recorded', name: 'street', homes: HOMES, books: 'kept' })
      const before = await live.status()
      expect(run?.lastSequence).toBeLessThanOrEqual(before.sequence)
      await live.until(({ sequence }) => sequence > before.sequence, 60_000)
    } finally {
      expect(await replay.stop('SIGINT')).toBe(0)
    }
  })
})

describe('commonwatt start --replay', () => {
  it('opens the page on a recorded street beside a simulated one, and writes nothing', async () => {
    const done = await commonwatt(['simulate', '--homes', `${HOMES}`, '--out', simulated])
    expect(done.code).toBe(0)
    const before = [digests(street), digests(simulated)]
    const replay = await startStreet(['--replay', '--data', street, '--with', simulated])
    try {
      const runs = await asked<readonly Run[]>(replay, 'runs')
      expect(runs.map(({ kind, books }) => [kind, books])).toEqual([
        ['recorded', 'kept'],
        ['simulated', 'not-kept'],
      ])
      const [recorded, other] = runs as [Run, Run]
      const lived = await played(replay, recorded)
      expect(lived.counts.settledTrades).toBeGreaterThan(0)
      expect(lived.grid?.busOfHome).toHaveLength(HOMES)
      const picture = await played(replay, other)
      expect(picture.counts.readings).toBe(96 * HOMES)
      const { market } = JSON.parse(readFileSync(join(simulated, 'result.json'), 'utf8')) as {
        readonly market: { readonly trades: number }
      }
      expect(picture.counts.trades).toBe(market.trades)
      expect(picture.counts.settledTrades).toBe(market.trades)
      const homes = readFileSync(join(simulated, 'homes.ndjson'), 'utf8').trimEnd().split('\n').slice(1)
      for (const [home, line] of homes.entries()) {
        const { costMicroEur, costWithoutMarketMicroEur } = JSON.parse(line) as NonNullable<HomeDetail['bill']>
        const { bill } = await asked<HomeDetail>(replay, `runs/1/homes/${home}`)
        expect(bill).toEqual({ costMicroEur, costWithoutMarketMicroEur, slots: 96 })
      }
      expect(await refused(replay, 'runs/1/trades/1.1')).toMatchObject({ status: 404 })
      expect(await asked<PictureFrame>(replay, 'picture')).toMatchObject({ homeCount: HOMES })
      expect((await fetch(`${replay.url}/api/v1/orders`, { method: 'POST', body: '[]' })).status).toBe(404)
      expect((await fetch(replay.url)).headers.get('content-type')).toContain('text/html')
    } finally {
      expect(await replay.stop()).toBe(0)
    }
    expect([digests(street), digests(simulated)]).toEqual(before)
  }, 240_000)

  it.skipIf(!hasChromium)(
    'says of a recorded trade why it has its price, with no signed records there',
    async () => {
      const replay = await startStreet(['--replay', '--data', street])
      const browser = await launchChromium()
      try {
        const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
        const [run] = await asked<readonly Run[]>(replay, 'runs')
        await page.goto(`${replay.url}/#run=0&at=${run?.lastSequence}`)
        const rows = page.locator('[data-testid=tape-row]:visible')
        for (let steps = 0; steps < 200 && (await rows.count()) === 0; steps++) {
          await page.getByLabel('Earlier slot').click()
        }
        const trade = await rows.first().getAttribute('data-trade')
        await rows.first().locator('.tape-open').click()
        await page.getByText('This is a recording, shown without its signed records.').waitFor({ timeout: 30_000 })
        expect(await page.getByTestId('receipt-raw').isVisible()).toBe(false)
        await page.getByTestId('receipt-why').click()
        await page.getByTestId('story-told').waitFor({ timeout: 60_000 })
        const { trade: told } = await asked<PriceStory>(replay, `runs/0/trades/${trade}`)
        expect(await page.getByTestId('dialog-story').getByRole('heading', { level: 2 }).textContent()).toBe(
          `Why ${(told.priceEurPerMWh / 10).toFixed(1)} ct/kWh?`,
        )
      } finally {
        await browser.close()
        await replay.stop()
      }
    },
    240_000,
  )

  it.each([
    [['--replay'], /--replay needs --data/],
    [['--replay', '--data', empty], /--data .*empty holds no recorded run; name one that/],
    [['--replay', '--data', join(folder, 'none')], /--data .*none is no folder/],
    [['--replay', '--data', street, '--with', empty], /--with .*empty holds no recorded run/],
    [['--replay', '--data', street, '--homes', '3'], /--replay shows what was recorded; leave homes out/],
    [['--replay', '--data', street, '--with', street], /--with .*street: it holds the same run as --data/],
    [['--with', street], /--with is for --replay/],
  ])('refuses %j', async (args, why) => {
    const { code, stderr } = await commonwatt(['start', ...args])
    expect(stderr).toMatch(why)
    expect(code).toBe(2)
  })
})
