import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SUPPLIER_ESCROW_MICRO_EUR } from '#platform/live/live-street.ts'
import { HOME_ESCROW_MICRO_EUR } from '#platform/live/standing-of-homes.ts'
import type { SignedCancel, SignedEnrolment, SignedOrder } from '#protocol/envelope.ts'
import { ReadingQuality } from '#protocol/reading-quality.ts'
import { commonwatt } from '../command-line.ts'
import { expectedBalances, expectedCreditsWh, ofType, settledBatches, sum } from '../independent-ledger.ts'
import { type Driven, driveDay, KILLS_A_DAY } from './drive-day.ts'
import { readFolder } from './kept-folder.ts'

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1)
const twice = <A>(values: readonly A[]) => values.filter((value, index) => values.indexOf(value) !== index)

/** How many days there are: `npm run test:long` asks for more kills, and gets more of them. */
const days = Math.max(1, Math.round(Number(process.env.COMMONWATT_TEST_KILLS ?? KILLS_A_DAY) / KILLS_A_DAY))

/** The days whose seed is odd or even: two files, so that both cores have a street to start. */
export const daysOfKills = (which: 'odd' | 'even'): readonly number[] =>
  upTo(days).filter((seed) => (seed % 2 === 1) === (which === 'odd'))

/** What must hold after each of these days. */
export function describeDaysOfKills(seeds: readonly number[]): void {
  describe.each(seeds)('a day in which the process is killed fifty times and started again (seed %i)', (seed) => {
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
      // A day of one home and the outside one makes 90 to 100, fewer where a busy machine holds the street up.
      expect(ofType(kept.events, 'TradeMatched').length).toBeGreaterThan(40)
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
        used
          .filter(({ body }) => body.account === driven.outside.account)
          .map((one) => [one.body.nonce, one.signature]),
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
      expect(driven.clocks.filter(({ wentMs, mayGoMs }) => wentMs > mayGoMs)).toEqual([])
      // What the process had no time to log did not happen; what was seen did.
      expect(driven.clocks.filter(({ sinceEventMs }) => sinceEventMs < 0)).toEqual([])
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
        expect(batch).toMatchObject({ isFinal: true, header: { tradesRoot, statementsRoot, creditsRoot } })
      }
    })

    it('balances: what each account has on chain is the ledger’s, credits are what was sold and delivered', () => {
      const { counterparties, rules, homes } = kept
      const deposits = new Map([
        ...homes.map(({ account }) => [account, HOME_ESCROW_MICRO_EUR] as const),
        [counterparties.supplier, SUPPLIER_ESCROW_MICRO_EUR] as const,
        [counterparties.grid, 0] as const,
        [counterparties.fund, 0] as const,
      ])
      const batches = settledBatches(kept.events, kept.finalizedOnChain)
      const expected = expectedBalances({ deposits, batches, rules, counterparties })
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
}
