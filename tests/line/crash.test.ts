import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect, Stream } from 'effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectChain, deploy, neighbourhoodIdOf, startLocalChain } from '#contracts/index.ts'
import { openSqliteEventLog } from '#matching-engine/index.ts'
import { loadKey } from '#meter-agent/index.ts'
import { openSqliteOutbox } from '#meter-agent/outbox/node-sqlite.ts'
import { seededRandom } from '#meter-agent/seeded-random.ts'
import { HOME_ESCROW_MICRO_EUR, SUPPLIER_ESCROW_MICRO_EUR } from '#platform/live-street.ts'
import type { SignedCancel, SignedEnrolment, SignedOrder } from '#protocol/envelope.ts'
import type { LoggedEvent } from '#protocol/market-event.ts'
import { defaultMarketRules, type MarketRules } from '#protocol/market-rules.ts'
import { ReadingQuality } from '#protocol/reading.ts'
import { addressOf } from '#protocol/viem.ts'
import { commonwatt } from './command-line.ts'
import { expectedBalances, expectedCreditsWh, ofType, settledBatches, sum } from './independent-ledger.ts'
import { OutsideHome } from './outside-home.ts'
import { startAndKill, startStreet } from './street-process.ts'

/** Kills a day; `npm run test:long` asks for more of them, and gets more days. */
const KILLS_A_DAY = 50
const days = Math.max(1, Math.round(Number(process.env.COMMONWATT_TEST_KILLS ?? KILLS_A_DAY) / KILLS_A_DAY))
/** One that speaks Modbus, and in the long run two more, of which one speaks OPC UA and takes a second longer to start. */
const HOMES = days === 1 ? 1 : 3
const SPEED = 1_800
const HOUR_MS = 60 * 60_000
/** What a start may take between its clock and its first line, and a signal to arrive. */
const SLACK_WALL_MS = 500
/** One kill in so many does not wait until the process is up. */
const OF_STARTS = 3

interface Driven {
  readonly outside: OutsideHome
  /** how far the clock went from the last look before a kill to the first one after it, and at most could, ms */
  readonly clocks: { readonly wentMs: number; readonly mayGoMs: number }[]
  readonly said: string[]
  readonly kills: { up: number; starting: number }
}

/** A day of a street whose process is killed and started again, at moments that depend on the seed alone. */
async function driveDay(folder: string, seed: number): Promise<Driven> {
  const random = seededRandom(`crash ${seed}`)
  const args = ['--homes', `${HOMES}`, '--speed', `${SPEED}`, '--data', folder]
  const driven: Driven = { outside: new OutsideHome(random), clocks: [], said: [], kills: { up: 0, starting: 0 } }
  const moments = Array.from({ length: KILLS_A_DAY }, () => random() * 24 * HOUR_MS).sort((a, b) => a - b)
  let beganMs: number | null = null
  let last: { readonly timeMs: number; readonly atMs: number; killedMs: number } | null = null
  let startingMs = 4_000

  /** Lives with the street until its clock is there, or, if it is to be killed, up to somewhere in a request. */
  const liveUntil = async (end: 'killed' | 'stopped', isOver: (timeMs: number, final: number) => boolean) => {
    const spawnedMs = performance.now()
    const street = await startStreet(args)
    const upMs = performance.now()
    startingMs = upMs - spawnedMs
    const first = await street.status()
    if (last !== null) {
      const runningMs = last.killedMs - last.atMs + (performance.now() - upMs)
      driven.clocks.push({ wentMs: first.timeMs - last.timeMs, mayGoMs: (runningMs + SLACK_WALL_MS) * SPEED })
    }
    beganMs ??= first.timeMs
    let over = false
    const speaking = (async () => {
      while (!over && (await driven.outside.step(street.url))) await pause(30)
    })()
    let now = first
    last = { timeMs: now.timeMs, atMs: upMs, killedMs: 0 }
    while (!isOver(now.timeMs - beganMs, now.batches.final)) {
      await pause(20)
      const askedMs = performance.now()
      now = await street.status()
      last = { timeMs: now.timeMs, atMs: askedMs, killedMs: 0 }
    }
    if (end === 'killed') {
      await pause(random() * 60)
      await street.stop('SIGKILL')
      last.killedMs = performance.now()
    }
    over = true
    await speaking
    if (end === 'stopped') expect(await street.stop('SIGTERM')).toBe(0)
    driven.said.push(...street.said)
  }

  for (const [index, moment] of moments.entries()) {
    if (index < OF_STARTS || random() < 1 / OF_STARTS) {
      await startAndKill(args, random() * startingMs)
      driven.kills.starting++
      last = null // it may have come up, and gone on
    } else {
      await liveUntil('killed', (passedMs) => passedMs >= moment)
      driven.kills.up++
    }
  }
  // The last slots of the day are metered and paid, too.
  await liveUntil('stopped', (passedMs, final) => passedMs >= 26 * HOUR_MS && final >= 23)
  return driven
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Everything a data folder holds, read by our own code when nobody is running on it. */
const readFolder = (folder: string) =>
  Effect.gen(function* () {
    const log = yield* openSqliteEventLog(join(folder, 'log.sqlite'))
    const [partition = ''] = yield* log.partitions
    const events: readonly LoggedEvent[] = yield* Stream.runCollect(log.read(partition, 0))
    const opened = ofType(events, 'NeighbourhoodOpened')
    const rules: MarketRules = opened[0]?.rules ?? defaultMarketRules
    const clock = { nowMs: () => events.at(-1)?.event.timeMs ?? 0, speed: 1 }
    const access = yield* startLocalChain({ clock, dataDir: folder })
    const { addresses } = yield* deploy({
      ...access,
      disputeWindowSeconds: rules.disputeWindowMs / 1000,
      directory: join(folder, 'deployment'),
    })
    const chain = yield* connectChain({ ...access, addresses })
    const accountIn = (name: string) =>
      Effect.map(loadKey(pathToFileURL(join(folder, 'keys', name)).href), (key) => addressOf(key))
    const supplier = yield* accountIn('supplier')
    const grid = yield* accountIn('grid')
    const homes = ofType(events, 'HomeEnrolled').map(({ enrolment }) => enrolment.body)
    const balances = yield* Effect.forEach([...homes.map(({ account }) => account), supplier, grid], (account) =>
      Effect.map(chain.balanceOf(account), (balance) => [account, BigInt(balance)] as const),
    )
    const final = ofType(events, 'BatchFinalized').length
    const onChain = yield* Effect.forEach(
      Array.from({ length: final }, (_, i) => i + 1),
      (number) => chain.batchOf(neighbourhoodIdOf(partition), number),
    )
    const finalizedOnChain = (yield* chain.vaultEvents).flatMap((event) =>
      event.type === 'BatchFinalized' ? [event.number] : [],
    )
    const outboxes = yield* Effect.forEach(readdirSync(join(folder, 'outboxes')), (name) =>
      name.endsWith('.sqlite')
        ? Effect.map(readOutbox(join(folder, 'outboxes', name)), (read) => [read])
        : Effect.succeed([]),
    )
    return {
      events,
      rules,
      opened: opened.length,
      homes,
      supplier,
      grid,
      balances: new Map(balances),
      onChain,
      finalizedOnChain,
      creditTotals: yield* chain.creditTotals,
      outboxes: outboxes.flat(),
    }
  }).pipe(Effect.scoped)

const readOutbox = (file: string) =>
  Effect.gen(function* () {
    const outbox = yield* openSqliteOutbox({ file })
    const { last } = yield* outbox.recorder
    const unsent = yield* outbox.pendingReadings(100_000)
    const stated = yield* outbox.statementsFrom(0)
    const unheard = new Set((yield* outbox.pendingStatements(100_000)).map(({ slot }) => slot))
    return {
      deviceId: last?.reading.deviceId ?? '',
      lastSequence: last?.reading.sequence ?? 0,
      unsent: unsent.map(({ sequence }) => sequence),
      heard: stated.map(({ slot }) => slot).filter((slot) => !unheard.has(slot)),
    }
  }).pipe(Effect.scoped)

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1)
const twice = <A>(values: readonly A[]) => values.filter((value, index) => values.indexOf(value) !== index)

describe('a street whose first start is killed, with devices of both kinds', () => {
  const folder = mkdtempSync(join(tmpdir(), 'commonwatt-crash-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('comes up all the same', async () => {
    const args = ['--homes', '2', '--speed', '60', '--data', folder]
    const random = seededRandom('first starts')
    for (let kill = 0; kill < 5; kill++) await startAndKill(args, 800 + random() * 3_000)
    const street = await startStreet(args)
    const { readings } = await street.until((status) => status.homes === 2 && status.readings > 4, 60_000)
    expect(readings).toBeGreaterThan(4)
    expect(await street.stop('SIGTERM')).toBe(0)
  })
})

describe.each(upTo(days))('a day in which the process is killed fifty times and started again (seed %i)', (seed) => {
  const folder = mkdtempSync(join(tmpdir(), 'commonwatt-crash-'))
  let driven: Driven
  let kept: Effect.Success<ReturnType<typeof readFolder>>

  beforeAll(async () => {
    driven = await driveDay(folder, seed)
    kept = await Effect.runPromise(readFolder(folder))
  }, 1_200_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is a day: the outside home was heard, trades were made, and its hours were settled', () => {
    const { outside, kills } = driven
    expect(kills.up + kills.starting).toBe(KILLS_A_DAY)
    expect(kept.opened).toBe(1)
    expect(outside.isEnrolled).toBe(true)
    expect(outside.orders.size).toBeGreaterThan(100)
    expect(outside.readings.size).toBeGreaterThan(100)
    expect(outside.statements.size).toBeGreaterThan(40)
    expect(ofType(kept.events, 'TradeMatched').length).toBeGreaterThan(100)
    expect(kept.onChain.length).toBeGreaterThanOrEqual(23)
  })

  it('refuses the outside home nothing that a loss or a repetition would explain', () => {
    expect(driven.outside.unexplained).toEqual([])
  })

  it('loses no acknowledged order and takes none twice', () => {
    const used = kept.events.flatMap(({ event }): readonly (SignedOrder | SignedCancel | SignedEnrolment)[] => {
      if (event.type === 'OrderPlaced' || event.type === 'OrderAmended') return [event.order]
      return event.type === 'OrderCancelled' ? [event.cancel] : event.type === 'HomeEnrolled' ? [event.enrolment] : []
    })
    expect(twice(used.map(({ body }) => `${body.account} ${body.nonce}`))).toEqual([])
    const logged = new Map(
      used.filter(({ body }) => body.account === driven.outside.account).map((one) => [one.body.nonce, one.signature]),
    )
    for (const [nonce, signature] of driven.outside.orders)
      expect([nonce, logged.get(nonce)]).toEqual([nonce, signature])
  })

  it('loses no reading: each device’s are in the log without gap, once, up to what its home has yet to send', () => {
    const logged = Map.groupBy(
      ofType(kept.events, 'ReadingAccepted').map(({ reading }) => reading),
      ({ body }) => body.deviceId,
    )
    const own = logged.get(driven.outside.home) ?? []
    expect(own.map(({ body }) => body.sequence)).toEqual(upTo(own.length))
    for (const { body, signature } of own) {
      const acknowledged = driven.outside.readings.get(body.sequence)
      if (acknowledged !== undefined) expect(signature).toBe(acknowledged)
    }
    expect(Math.max(...driven.outside.readings.keys())).toBeLessThanOrEqual(own.length)
    for (const { deviceId, lastSequence, unsent } of kept.outboxes) {
      const sent = (logged.get(deviceId) ?? []).map(({ body }) => body.sequence)
      expect(
        [...new Set([...sent, ...unsent])].sort((a, b) => a - b),
        deviceId,
      ).toEqual(upTo(lastSequence))
      expect(twice(sent), deviceId).toEqual([])
    }
  })

  it('never reads energy that did not flow: no counter goes back or jumps, and each gap is marked', () => {
    const readings = ofType(kept.events, 'ReadingAccepted').map(({ reading }) => reading.body)
    const doubtful = readings.filter(
      ({ quality }) => quality & (ReadingQuality.counterHeld | ReadingQuality.implausible),
    )
    expect(doubtful).toEqual([])
    for (const { deviceId } of kept.outboxes) {
      const own = readings.filter((reading) => reading.deviceId === deviceId)
      const afterStarts = own.filter(({ bootId }, i) => i > 0 && bootId !== own[i - 1]?.bootId)
      expect(afterStarts.every(({ quality }) => (quality & ReadingQuality.afterGap) !== 0)).toBe(true)
    }
  })

  it('loses no statement, and has one a device and slot', () => {
    const stated = ofType(kept.events, 'StatementAccepted').map(({ statement }) => statement.body)
    expect(twice(stated.map(({ deviceId, slot }) => `${deviceId} ${slot}`))).toEqual([])
    const settled = new Set(stated.map(({ deviceId, slot }) => `${deviceId} ${slot}`))
    const logged = new Set(
      stated.filter(({ estimated }) => !estimated).map(({ deviceId, slot }) => `${deviceId} ${slot}`),
    )
    for (const slot of driven.outside.statements) expect(logged).toContain(`${driven.outside.home} ${slot}`)
    const firstSlot = Math.min(...stated.map(({ slot }) => slot))
    for (const { deviceId, heard } of kept.outboxes) {
      // What comes after the metering deadline was estimated, and the home was told so.
      const missing = heard.filter((slot) => slot >= firstSlot && !settled.has(`${deviceId} ${slot}`))
      expect([deviceId, missing]).toEqual([deviceId, []])
    }
  })

  it('numbers the trades of each slot without gap, and sells what it buys', () => {
    const trades = ofType(kept.events, 'TradeMatched').map(({ trade }) => trade)
    for (const [slot, own] of Map.groupBy(trades, (trade) => trade.slot)) {
      expect(own.map(({ id }) => id)).toEqual(upTo(own.length).map((n) => `${slot}.${n}`))
    }
    const proposed = ofType(kept.events, 'BatchProposed').map(({ batch }) => batch)
    const batches = settledBatches(
      kept.events,
      proposed.map(({ number }) => number),
    )
    expect(batches.map(({ trades: own }) => sum(own.map(({ energyWh }) => energyWh)))).toEqual(
      proposed.map(({ totals }) => totals.tradedWh),
    )
  })

  it('opens slots without a hole and moves each through its life once', () => {
    const phases = Map.groupBy(ofType(kept.events, 'SlotPhaseChanged'), ({ slot }) => slot)
    const slots = [...phases.keys()]
    expect(slots).toEqual(slots.map((_, i) => (slots[0] ?? 0) + i))
    for (const changes of phases.values()) expect(twice(changes.map(({ phase }) => phase))).toEqual([])
  })

  it('goes on in time where it was: what nobody could trade in does not pass', () => {
    const times = kept.events.map(({ event }) => event.timeMs)
    expect(times.every((timeMs, i) => timeMs >= (times[i - 1] ?? 0))).toBe(true)
    expect(driven.clocks.length).toBeGreaterThan(10)
    expect(driven.clocks.filter(({ wentMs, mayGoMs }) => wentMs > mayGoMs || wentMs < -HOUR_MS / 2)).toEqual([])
  })

  it('posts each batch once, in order, to the log and on the chain', () => {
    const proposed = ofType(kept.events, 'BatchProposed').map(({ batch }) => batch)
    const final = ofType(kept.events, 'BatchFinalized').map(({ number }) => number)
    expect(proposed.map(({ number }) => number)).toEqual(upTo(proposed.length))
    expect(proposed.map(({ firstSlot }) => firstSlot).slice(1)).toEqual(
      proposed.map(({ lastSlot }) => lastSlot + 1).slice(0, -1),
    )
    expect(final).toEqual(upTo(final.length))
    // The stop may have come before the log was told of the last one; the next start tells it.
    expect(kept.finalizedOnChain).toEqual(upTo(kept.finalizedOnChain.length))
    expect([final.length, final.length + 1]).toContain(kept.finalizedOnChain.length)
    for (const [i, batch] of kept.onChain.entries()) {
      const { tradesRoot, statementsRoot, creditsRoot } = proposed[i] ?? {}
      expect(batch).toMatchObject({ isFinal: true, tradesRoot, statementsRoot, creditsRoot })
    }
  })

  it('balances: what each account has on chain is the ledger’s, credits are what was sold and delivered', () => {
    const { supplier, grid, rules, homes } = kept
    const deposits = new Map([
      ...homes.map(({ home, account }) => [account, home === driven.outside.home ? 0 : HOME_ESCROW_MICRO_EUR] as const),
      [supplier, SUPPLIER_ESCROW_MICRO_EUR] as const,
      [grid, 0] as const,
    ])
    const batches = settledBatches(kept.events, kept.finalizedOnChain)
    const expected = expectedBalances({ deposits, batches, tariff: rules.tariff, supplier, grid })
    expect(kept.balances).toEqual(expected)
    // The stop may have come before all of the last batch's credits were claimed; the next start goes on with them.
    const creditsWh = batches.map(expectedCreditsWh)
    expect(kept.creditTotals.mintedWh).toBeLessThanOrEqual(sum(creditsWh))
    expect(kept.creditTotals.mintedWh).toBeGreaterThanOrEqual(sum(creditsWh.slice(0, -1)))
    expect(sum(creditsWh)).toBeGreaterThan(0)
  })

  it('holds in an audit that trusts no server', async () => {
    const { code, stdout, stderr } = await commonwatt(['verify', 'audit', '--data', folder])
    expect([code, code === 0 ? '' : stdout + stderr]).toEqual([0, ''])
  })

  it('complains of nothing that is broken inside', () => {
    expect(driven.said.filter((line) => /internal error|defect|has stopped|has a gap/.test(line))).toEqual([])
  })
})
