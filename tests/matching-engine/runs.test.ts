import { Effect } from 'effect'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventLog } from '#matching-engine/event-log/event-log.ts'
import { openMemoryEventLog } from '#matching-engine/event-log/memory.ts'
import { PictureEvents } from '#matching-engine/picture/picture-events.ts'
import { logSource } from '#matching-engine/runs/log-source.ts'
import { RunHistory } from '#matching-engine/runs/run-history.ts'
import type { LoggedEvent } from '#protocol/market-event.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import type { DepthRow } from '#protocol/messages.ts'
import { applyFrame } from '#protocol/picture/apply-frame.ts'
import { applyPictureEvent } from '#protocol/picture/apply-picture-event.ts'
import { frameSince } from '#protocol/picture/frame-since.ts'
import { emptyPicture, type Picture } from '#protocol/picture/picture.ts'
import type { PictureFrame } from '#protocol/picture/picture-frame.ts'
import type { PriceStory } from '#protocol/picture/run.ts'
import { move, scriptOf } from './random-script.ts'
import { eventsOf, MINUTE_MS, NOW_MS, openOver, PARTITION, roseStreet, rules, run, SLOT } from './rose-street.ts'

const source = (log: EventLog) =>
  logSource({ read: (after) => log.read(PARTITION, after), name: 'rose', kind: 'recorded', names: 'names', grid: null })

/** What a log comes to at each of its sequences, folded plainly: whole frames, and what is open of each slot's orders. */
function plainly(logged: readonly LoggedEvent[]) {
  const picture = emptyPicture()
  const events = new PictureEvents({ names: 'names', grid: null })
  const frames: PictureFrame[] = [frameSince(picture, 0)]
  const levels: ReturnType<typeof levelsOf>[] = [levelsOf(events, SLOT)]
  for (const each of logged) {
    const { sequence } = each
    const { timeMs } = each.event
    for (const event of events.of(each)) applyPictureEvent(picture, { sequence, timeMs }, event)
    picture.sequence = sequence
    picture.timeMs = Math.max(picture.timeMs, timeMs)
    frames.push(structuredClone(frameSince(picture, 0)))
    levels.push(levelsOf(events, SLOT))
  }
  return { frames, levels }
}

function levelsOf(events: PictureEvents, slot: number) {
  const side = (of: 'buy' | 'sell'): readonly DepthRow[] => {
    const rows = new Map<number, DepthRow>()
    for (const order of events.orders.values()) {
      if (order.slot !== slot || order.side !== of) continue
      const [, openWh, orders] = rows.get(order.priceEurPerMWh) ?? [0, 0, 0]
      rows.set(order.priceEurPerMWh, [order.priceEurPerMWh, openWh + order.openWh, orders + 1])
    }
    return [...rows.values()].sort(([a], [b]) => (of === 'buy' ? b - a : a - b))
  }
  return { bids: side('buy'), asks: side('sell') }
}

const scripted = (moves: Parameters<typeof scriptOf>[0], openingCallMs: number) =>
  Effect.gen(function* () {
    const log = yield* openMemoryEventLog()
    const neighbourhood = yield* openOver(log, { rules: { ...rules, openingCallMs } })
    for (const { messages, nowMs } of scriptOf(moves)) yield* neighbourhood.submit(messages, nowMs)
    const events = yield* eventsOf(log)
    const logged = events.map((event, index): LoggedEvent => ({ sequence: index + 1, event }))
    const history = new RunHistory({ source: source(log), checkpointEvery: 7 })
    yield* history.readAll
    return { history, logged, ...plainly(logged) }
  })

const anyMoves = fc.array(move, { minLength: 20, maxLength: 60 })

describe('the past of a run', () => {
  it('is by checkpoints what a plain fold of the log is, at any sequence and in any order', () =>
    fc.assert(
      fc.asyncProperty(anyMoves, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 12 }), (moves, at) =>
        run(
          Effect.gen(function* () {
            const { history, logged, frames, levels } = yield* scripted(moves, 0)
            expect(history.describe(3)).toMatchObject({ run: 3, homes: 3, lastSequence: logged.length, books: 'kept' })
            for (const share of at) {
              const sequence = Math.round(share * logged.length)
              const { frame, depth } = yield* history.pictureAt({ sequence }, SLOT)
              expect(frame).toEqual(frames[sequence])
              const { bids, asks } = levels[sequence] as (typeof levels)[number]
              const isForgotten = depth?.phase === 'delivering' || depth?.phase === 'metering' || depth?.phase === null
              if (!isForgotten) expect({ bids: depth?.bids, asks: depth?.asks }).toEqual({ bids, asks })
            }
          }),
        ),
      ),
      { numRuns: 12, seed: 5, endOnFailure: true },
    ))

  it('goes on in steps of time that add up to the picture at their end', () =>
    fc.assert(
      fc.asyncProperty(
        anyMoves,
        fc.record({
          from: fc.double({ min: 0, max: 1, noNaN: true }),
          stepMs: fc.constantFrom(1_000, 45_000, 5 * MINUTE_MS, 20 * MINUTE_MS),
          count: fc.integer({ min: 1, max: 40 }),
        }),
        (moves, { from: share, stepMs, count }) =>
          run(
            Effect.gen(function* () {
              const { history, logged, frames } = yield* scripted(moves, 0)
              const from = Math.max(1, Math.round(share * logged.length))
              const picture = emptyPicture()
              applyFrame(picture, frames[from] as PictureFrame)
              const beginMs = picture.timeMs
              const endMs = logged.at(-1)?.event.timeMs ?? 0
              let steps = 0
              let fromMs = beginMs
              // As a page goes on: by where the last answer has ended, until there is no more.
              for (;;) {
                const answer = yield* history.steps({ from: picture.sequence, fromMs, stepMs, count })
                for (const { frame } of answer) {
                  steps++
                  expect(frame.fromSequence).toBe(picture.sequence)
                  expect(frame.timeMs).toBe(Math.min(beginMs + steps * stepMs, endMs))
                  applyFrame(picture, frame)
                  const untilMs = beginMs + steps * stepMs
                  const sequence = logged.findLastIndex(({ event }) => event.timeMs <= untilMs) + 1
                  expect(picture.sequence).toBe(Math.max(from, sequence))
                  expect(shown(picture)).toEqual(shown(pictureOf(frames[picture.sequence] as PictureFrame)))
                }
                if (answer.length === 0) break
                expect(answer.length).toBeLessThanOrEqual(count)
                fromMs = answer.at(-1)?.frame.timeMs ?? fromMs
                if (picture.sequence === logged.length) break
              }
              expect(picture.sequence).toBe(logged.length)
              expect(yield* history.steps({ from: logged.length, stepMs, count })).toEqual([])
            }),
          ),
      ),
      { numRuns: 12, seed: 6, endOnFailure: true },
    ))

  it('goes an event on and back, and not beyond its ends', () =>
    run(
      Effect.gen(function* () {
        const { history, logged, frames } = yield* scripted(fc.sample(anyMoves, { seed: 1, numRuns: 1 })[0] ?? [], 0)
        const on = yield* history.step({ from: 10, events: 1 })
        expect(on.frame).toMatchObject({ fromSequence: 10, toSequence: 11 })
        expect((yield* history.step({ from: 10, events: -1 })).frame).toEqual(frames[9])
        expect((yield* history.step({ from: 10, events: -50 })).frame).toEqual(frames[0])
        expect((yield* history.step({ from: 10, events: 900 })).frame.toSequence).toBe(logged.length)
        const refused = yield* Effect.flip(history.pictureAt({ sequence: logged.length + 1 }))
        expect(refused).toMatchObject({ field: 'sequence', detail: expect.stringContaining(`${logged.length}`) })
        const early = yield* history.pictureAt({ timeMs: 5 })
        expect(early.frame.toSequence).toBe(0)
        expect((yield* history.pictureAt({ timeMs: 9e15 })).frame.toSequence).toBe(logged.length)
      }),
    ))

  it.each([0, 10 * MINUTE_MS])('tells of every trade why it has its price (opening call of %i ms)', (openingCallMs) =>
    fc.assert(
      fc.asyncProperty(anyMoves, (moves) =>
        run(
          Effect.gen(function* () {
            const { history, logged } = yield* scripted(moves, openingCallMs)
            for (const each of logged) {
              if (each.event.type !== 'TradeMatched') continue
              const { trade } = each.event
              const story = yield* history.story(trade.id)
              expect(story.trade).toMatchObject({ id: trade.id, sequence: each.sequence, energyWh: trade.energyWh })
              checkStory(story, { logged, at: each.sequence - 1, openingCallMs })
            }
          }),
        ),
      ),
      { numRuns: 8, seed: 7, endOnFailure: true },
    ),
  )

  it('knows of no trade that was not', () =>
    run(
      Effect.gen(function* () {
        const { history } = yield* scripted([], 0)
        expect(yield* Effect.flip(history.story('1001.7'))).toMatchObject({ field: 'trade' })
      }),
    ))

  it('says what a home has, then as now', () =>
    run(
      Effect.gen(function* () {
        const { log, neighbourhood, anna, ben } = yield* roseStreet
        yield* neighbourhood.submit([ben.order({ side: 'sell', priceEurPerMWh: 150, energyWh: 300 })], NOW_MS)
        yield* neighbourhood.submit([anna.order({ side: 'buy', priceEurPerMWh: 160, energyWh: 200 })], NOW_MS)
        const traded = neighbourhood.street.sequence
        yield* neighbourhood.submit([anna.order({ side: 'buy', priceEurPerMWh: 90, energyWh: 70 })], NOW_MS)
        const history = new RunHistory({ source: source(log), checkpointEvery: 3 })
        yield* history.readAll
        const now = yield* history.homeDetail(0)
        expect(now.trades).toMatchObject([{ slot: SLOT, seller: 1, buyer: 0, priceEurPerMWh: 150, energyWh: 200 }])
        const slot = { slot: SLOT, boughtWh: 200, soldWh: 0, paidMicroEur: 30_000, importWh: null, statedBy: null }
        expect(now.slots).toMatchObject([{ ...slot, openBuyWh: 70, openSellWh: 0 }])
        expect((yield* history.homeDetail(0, traded)).slots).toMatchObject([{ ...slot, openBuyWh: 0 }])
        expect((yield* history.homeDetail(1, traded - 1)).slots).toMatchObject([{ soldWh: 0, openSellWh: 300 }])
        expect(now.bill).toBeNull()
        expect(yield* Effect.flip(history.homeDetail(2))).toMatchObject({ field: 'home' })
      }),
    ))
})

/** All of a picture but its time, which goes on where nothing happens. */
function shown(picture: Picture) {
  const { timeMs: _, ...frame } = frameSince(picture, 0)
  return frame
}

function pictureOf(frame: PictureFrame): Picture {
  const picture = emptyPicture()
  applyFrame(picture, frame)
  return picture
}

function checkStory(
  story: PriceStory,
  of: { readonly logged: readonly LoggedEvent[]; readonly at: number; readonly openingCallMs: number },
): void {
  const { logged, at } = of
  const event = logged[at]?.event
  if (event?.type !== 'TradeMatched') throw new Error('a trade')
  const { trade } = event
  const { maker, taker, before, after, rule } = story
  const [makerId, takerId] =
    trade.makerSide === 'buy' ? [trade.buyOrderId, trade.sellOrderId] : [trade.sellOrderId, trade.buyOrderId]
  expect(maker.openBeforeWh - maker.openAfterWh).toBe(trade.energyWh)
  expect(taker.openBeforeWh - taker.openAfterWh).toBe(trade.energyWh)
  expect([maker.side, taker.side]).toEqual(trade.makerSide === 'buy' ? ['buy', 'sell'] : ['sell', 'buy'])
  expect(placed(logged[maker.sequence - 1]?.event)).toBe(makerId)
  expect(placed(logged[taker.sequence - 1]?.event)).toBe(takerId)
  const ofMaker = story.trade.makerSide === 'buy' ? 'bids' : 'asks'
  const ofTaker = ofMaker === 'bids' ? 'asks' : 'bids'
  expect(takenFrom(before[ofMaker], maker.priceEurPerMWh ?? 0, trade.energyWh)).toEqual(openOf(after[ofMaker]))
  if (rule === 'maker') {
    expect(trade.priceEurPerMWh).toBe(maker.priceEurPerMWh)
    expect(after[ofTaker]).toEqual(before[ofTaker])
    expect(story.commandSequence).toBe(taker.sequence)
    expect(before[ofMaker][0]?.[0]).toBe(maker.priceEurPerMWh)
    const same = logged.slice(story.commandSequence).findIndex(({ event: next }) => placed(next) !== null)
    const command = logged.slice(story.commandSequence, same < 0 ? undefined : story.commandSequence + same)
    expect(story.tradesOfCommand).toBe(command.filter(({ event: next }) => isOf(next, takerId)).length)
  } else {
    expect(of.openingCallMs).toBeGreaterThan(0)
    expect(rule).toBe(defaultMarketRules.priceRule)
    expect(takenFrom(before[ofTaker], taker.priceEurPerMWh ?? 0, trade.energyWh)).toEqual(openOf(after[ofTaker]))
    // All of a call trades at one price.
    const call = logged.slice(story.commandSequence - 1, story.commandSequence - 1 + story.tradesOfCommand)
    for (const { event: next } of call) {
      expect(next.type === 'TradeMatched' && next.trade.priceEurPerMWh).toBe(trade.priceEurPerMWh)
    }
    expect(logged[story.commandSequence - 2]?.event.type).not.toBe('TradeMatched')
  }
}

const isOf = (event: LoggedEvent['event'], orderId: string) =>
  event.type === 'TradeMatched' && (event.trade.buyOrderId === orderId || event.trade.sellOrderId === orderId)

const placed = (event: LoggedEvent['event'] | undefined) =>
  event?.type === 'OrderPlaced' || event?.type === 'OrderAmended' ? event.orderId : null

const openOf = (rows: readonly DepthRow[]) => rows.map(([price, openWh]) => [price, openWh])

function takenFrom(rows: readonly DepthRow[], price: number, energyWh: number) {
  return rows
    .map(([at, openWh]) => [at, at === price ? openWh - energyWh : openWh] as const)
    .filter(([, openWh]) => openWh > 0)
}
