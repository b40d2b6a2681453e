import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { openMemoryEventLog } from '#matching-engine/event-log/memory.ts'
import type { Neighbourhood } from '#matching-engine/neighbourhood.ts'
import { stateHash } from '#matching-engine/state-hash.ts'
import type { MarketEventOf, SlotPhase } from '#protocol/market-event.ts'
import {
  controlBy,
  divergenceOf,
  eventsOf,
  gateMs,
  type Home,
  MINUTE_MS,
  NOW_MS,
  openOver,
  orderIdOf,
  PARTITION,
  roseStreet,
  rules,
  run,
  SLOT,
  startMs,
  streetWith,
  submitOne,
} from './rose-street.ts'

const phaseOf = ({ street }: Neighbourhood, slot = SLOT) => street.slots.get(slot)?.phase
const phasesOf = ({ street }: Neighbourhood) => [...street.slots.values()].map(({ phase }) => phase)

/** The phase changes of a slot in the log, with what caused them. */
const changesOf = (log: Parameters<typeof eventsOf>[0], slot = SLOT) =>
  Effect.map(eventsOf(log), (events) =>
    events.flatMap((event) =>
      event.type === 'SlotPhaseChanged' && event.slot === slot
        ? [[event.phase, event.cause, event.untilMs, event.timeMs] as const]
        : [],
    ),
  )

/** Both homes' orders that trade `energyWh` at a price. */
const tradeAt = (anna: Home, ben: Home, priceEurPerMWh: number, energyWh = 10) => [
  ben.order({ side: 'sell', priceEurPerMWh, energyWh }),
  anna.order({ side: 'buy', priceEurPerMWh, energyWh }),
]

describe('the price band', () => {
  const banded = streetWith({ rules: { ...rules, bandEurPerMWh: 50, haltMs: 3 * MINUTE_MS } })

  it('halts the slot after the command whose trade leaves it, and the clock ends the halt', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* banded
        yield* neighbourhood.submit([...tradeAt(anna, ben, 200), ...tradeAt(anna, ben, 250)], NOW_MS)
        expect(phaseOf(neighbourhood)).toBe('continuous')
        yield* neighbourhood.submit(tradeAt(anna, ben, 199), NOW_MS)
        expect(phaseOf(neighbourhood)).toBe('halted')
        expect(neighbourhood.street.slots.get(SLOT)).toMatchObject({ trades: 3, lastPriceEurPerMWh: 199 })
        expect(phasesOf(neighbourhood)).toEqual(['halted', 'continuous', 'continuous', 'continuous'])

        expect(yield* submitOne(neighbourhood, anna.order())).toMatchObject({ accepted: false, code: 'NOT_TRADING' })
        yield* neighbourhood.advance(NOW_MS + 3 * MINUTE_MS - 1)
        expect(phaseOf(neighbourhood)).toBe('halted')
        yield* neighbourhood.advance(NOW_MS + 3 * MINUTE_MS)
        expect((yield* submitOne(neighbourhood, anna.order(), NOW_MS + 3 * MINUTE_MS)).accepted).toBe(true)
        expect(yield* changesOf(log)).toEqual([
          ['continuous', 'clock', undefined, NOW_MS],
          ['halted', 'band', NOW_MS + 3 * MINUTE_MS, NOW_MS],
          ['continuous', 'clock', undefined, NOW_MS + 3 * MINUTE_MS],
        ])
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('lets the whole sweep trade that leaves it, and no command after that', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* banded
        yield* neighbourhood.submit(tradeAt(anna, ben, 100), NOW_MS)
        const asks = [120, 160, 200].map((priceEurPerMWh) => ben.order({ side: 'sell', priceEurPerMWh, energyWh: 10 }))
        const sweep = anna.order({ priceEurPerMWh: 300, energyWh: 30 })
        const after = anna.order({ priceEurPerMWh: 300, energyWh: 30 })
        const outcomes = yield* neighbourhood.submit([...asks, sweep, after], NOW_MS)
        expect(outcomes.map(({ accepted }) => accepted)).toEqual([true, true, true, true, false])
        expect((yield* eventsOf(log)).slice(-4).map(({ type }) => type)).toEqual([
          'TradeMatched',
          'TradeMatched',
          'TradeMatched',
          'SlotPhaseChanged',
        ])
      }),
    ))

  it('holds for an amend, too, and is no band before the first trade', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna, ben } = yield* banded
        yield* neighbourhood.submit(tradeAt(anna, ben, 1_000), NOW_MS)
        expect(phaseOf(neighbourhood)).toBe('continuous')
        yield* neighbourhood.submit(
          [
            ben.order({ side: 'sell', priceEurPerMWh: 100, energyWh: 10 }),
            anna.order({ nonce: 90, priceEurPerMWh: 50, energyWh: 10 }),
            anna.order({ nonce: 91, replaces: 90, priceEurPerMWh: 100, energyWh: 10 }),
          ],
          NOW_MS,
        )
        expect(phaseOf(neighbourhood)).toBe('halted')
      }),
    ))

  it('is off unless the rules name one', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna, ben } = yield* roseStreet
        yield* neighbourhood.submit([...tradeAt(anna, ben, -500), ...tradeAt(anna, ben, 4_000)], NOW_MS)
        expect(phaseOf(neighbourhood)).toBe('continuous')
      }),
    ))

  it('halts until the gate if that comes first: halted past its gate a slot is closed', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* banded
        const lateMs = gateMs(SLOT) - MINUTE_MS
        yield* neighbourhood.submit([...tradeAt(anna, ben, 100), ...tradeAt(anna, ben, 200)], lateMs)
        const resting = anna.order()
        yield* submitOne(neighbourhood, resting, lateMs)
        yield* neighbourhood.advance(gateMs(SLOT) - 1)
        expect(phaseOf(neighbourhood)).toBe('halted')
        yield* neighbourhood.advance(gateMs(SLOT) + 5 * MINUTE_MS)
        expect((yield* changesOf(log)).slice(-2).map(([phase, cause]) => [phase, cause])).toEqual([
          ['closed', 'clock'],
          ['delivering', 'clock'],
        ])
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('of a log goes on after a restart: the deadline is what was logged, not what is left of it', () =>
    run(
      Effect.gen(function* () {
        const terms = { rules: { ...rules, bandEurPerMWh: 50, haltMs: 3 * MINUTE_MS } }
        const { neighbourhood, log, anna, ben } = yield* streetWith(terms)
        yield* neighbourhood.submit([...tradeAt(anna, ben, 100), ...tradeAt(anna, ben, 200)], NOW_MS)
        const reopened = yield* openOver(log, terms)
        expect(stateHash(reopened.street)).toBe(stateHash(neighbourhood.street))
        yield* reopened.advance(NOW_MS + 3 * MINUTE_MS - 1)
        expect(phaseOf(reopened)).toBe('halted')
        const again = yield* openOver(log, terms)
        yield* again.advance(NOW_MS + 3 * MINUTE_MS)
        expect(phaseOf(again)).toBe('continuous')
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))
})

describe("the operator's halt of a slot", () => {
  it('takes cancels only, until the operator resumes it', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* roseStreet
        const resting = [anna.order({ nonce: 71 }), anna.order({ nonce: 72 })]
        yield* neighbourhood.submit(resting, NOW_MS)
        const halt = controlBy('halt', { slot: SLOT })
        expect(yield* submitOne(neighbourhood, halt)).toMatchObject({ accepted: true })
        const outcomes = yield* neighbourhood.submit(
          [
            ben.order({ side: 'sell' }),
            anna.order({ replaces: 71, energyWh: 1 }),
            anna.cancel(orderIdOf(resting[0] as never)),
            ben.order({ slot: SLOT + 1 }),
          ],
          NOW_MS,
        )
        expect(outcomes).toMatchObject([
          { accepted: false, code: 'NOT_TRADING' },
          { accepted: false, code: 'NOT_TRADING' },
          { accepted: true },
          { accepted: true },
        ])
        yield* neighbourhood.advance(NOW_MS + 2 * MINUTE_MS)
        expect(phaseOf(neighbourhood)).toBe('halted')
        const resume = controlBy('resume', { slot: SLOT, nonce: 2 })
        yield* submitOne(neighbourhood, resume, NOW_MS + 2 * MINUTE_MS)
        expect((yield* changesOf(log)).map(([phase, cause]) => [phase, cause])).toEqual([
          ['continuous', 'clock'],
          ['halted', 'operator'],
          ['continuous', 'operator'],
        ])
        const controls = (yield* eventsOf(log)).filter(({ type }) => type === 'MarketControlled')
        expect(controls).toEqual([
          { type: 'MarketControlled', timeMs: NOW_MS, control: halt },
          { type: 'MarketControlled', timeMs: NOW_MS + 2 * MINUTE_MS, control: resume },
        ])
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('is not ended by the clock, nor by a restart, but by the gate', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna } = yield* roseStreet
        yield* neighbourhood.submit([anna.order(), controlBy('halt', { slot: SLOT })], NOW_MS)
        const reopened = yield* openOver(log)
        yield* reopened.advance(gateMs(SLOT) - 1)
        expect(phaseOf(reopened)).toBe('halted')
        yield* reopened.advance(gateMs(SLOT))
        expect(phaseOf(reopened)).toBe('closed')
        expect(reopened.street.slots.get(SLOT)?.openOrders.size).toBe(0)
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('that ends early ends a halt of the band, and one that the band joins lasts', () =>
    run(
      Effect.gen(function* () {
        const terms = { rules: { ...rules, bandEurPerMWh: 50, haltMs: MINUTE_MS } }
        const { neighbourhood, log, anna, ben } = yield* streetWith(terms)
        yield* neighbourhood.submit([...tradeAt(anna, ben, 100), ...tradeAt(anna, ben, 200)], NOW_MS)
        yield* submitOne(neighbourhood, controlBy('resume', { slot: SLOT }))
        expect(phaseOf(neighbourhood)).toBe('continuous')
        yield* neighbourhood.submit([...tradeAt(anna, ben, 100), controlBy('halt', { slot: SLOT, nonce: 2 })], NOW_MS)
        yield* neighbourhood.advance(NOW_MS + 2 * MINUTE_MS)
        expect(phaseOf(neighbourhood)).toBe('halted')
        const reopened = yield* openOver(log, terms)
        yield* submitOne(reopened, controlBy('resume', { slot: SLOT, nonce: 3 }), NOW_MS + 2 * MINUTE_MS)
        expect(phaseOf(reopened)).toBe('continuous')
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))
})

describe("the operator's stop of the market", () => {
  it('halts every slot, opens none, and closes gates all the same; what was halted by itself stays so', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna } = yield* roseStreet
        yield* neighbourhood.submit([controlBy('halt', { slot: SLOT + 1 }), controlBy('stop', { nonce: 2 })], NOW_MS)
        expect(neighbourhood.street.isStopped).toBe(true)
        expect(phasesOf(neighbourhood)).toEqual(['halted', 'halted', 'halted', 'halted'])
        const laterMs = startMs(SLOT)
        yield* neighbourhood.advance(laterMs)
        expect(phasesOf(neighbourhood)).toEqual(['delivering', 'halted', 'halted', 'halted', 'scheduled'])
        const fresh = anna.order({ slot: SLOT + 4 })
        expect(yield* submitOne(neighbourhood, fresh, laterMs)).toMatchObject({ accepted: false, code: 'NOT_TRADING' })

        const reopened = yield* openOver(log)
        expect(stateHash(reopened.street)).toBe(stateHash(neighbourhood.street))
        expect(yield* submitOne(reopened, fresh, laterMs)).toMatchObject({ accepted: false, code: 'NOT_TRADING' })
        yield* submitOne(reopened, controlBy('start', { nonce: 3 }), laterMs)
        expect(phasesOf(reopened)).toEqual(['delivering', 'halted', 'continuous', 'continuous', 'continuous'])
        expect((yield* submitOne(reopened, fresh, laterMs)).accepted).toBe(true)
        expect((yield* changesOf(log, SLOT + 4)).map(([phase, cause]) => [phase, cause])).toEqual([
          ['scheduled', 'clock'],
          ['continuous', 'operator'],
        ])
        yield* submitOne(reopened, controlBy('resume', { slot: SLOT + 1, nonce: 4 }), laterMs)
        expect(phaseOf(reopened, SLOT + 1)).toBe('continuous')
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('closes a slot that it never let open', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log } = yield* roseStreet
        yield* submitOne(neighbourhood, controlBy('stop'))
        yield* neighbourhood.advance(startMs(SLOT))
        yield* neighbourhood.advance(gateMs(SLOT + 4))
        const phases: readonly (readonly [SlotPhase, ...unknown[]])[] = yield* changesOf(log, SLOT + 4)
        expect(phases.map(([phase]) => phase)).toEqual(['scheduled', 'closed'])
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('ends what the band has halted in its own time', () =>
    run(
      Effect.gen(function* () {
        const terms = { rules: { ...rules, bandEurPerMWh: 50, haltMs: 2 * MINUTE_MS } }
        const { neighbourhood, log, anna, ben } = yield* streetWith(terms)
        yield* neighbourhood.submit([...tradeAt(anna, ben, 100), ...tradeAt(anna, ben, 200), controlBy('stop')], NOW_MS)
        yield* submitOne(neighbourhood, controlBy('start', { nonce: 2 }), NOW_MS + MINUTE_MS)
        expect(phaseOf(neighbourhood)).toBe('halted')
        yield* submitOne(neighbourhood, controlBy('stop', { nonce: 3 }), NOW_MS + MINUTE_MS)
        yield* neighbourhood.advance(NOW_MS + 3 * MINUTE_MS)
        expect(phaseOf(neighbourhood)).toBe('halted')
        yield* submitOne(neighbourhood, controlBy('start', { nonce: 4 }), NOW_MS + 3 * MINUTE_MS)
        expect(phaseOf(neighbourhood)).toBe('continuous')
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))
})

describe('a control', () => {
  it("of anybody but the operator is NOT_AUTHORISED, and none can be the operator's a second time", () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* roseStreet
        const refused = (message: unknown) => submitOne(neighbourhood, message)
        const before = stateHash(neighbourhood.street)
        expect(yield* refused(controlBy('stop', { privateKey: anna.accountKey }))).toMatchObject({
          code: 'NOT_AUTHORISED',
          field: 'signer',
        })
        const stop = controlBy('stop', { nonce: 5 })
        const forged = { ...controlBy('start', { nonce: 5 }), signature: stop.signature }
        expect(yield* refused(forged)).toMatchObject({ code: 'BAD_SIGNATURE' })
        const posing = { ...controlBy('stop', { privateKey: anna.accountKey }), signer: stop.signer }
        expect(yield* refused(posing)).toMatchObject({ code: 'BAD_SIGNATURE' })
        expect(stateHash(neighbourhood.street)).toBe(before)

        yield* neighbourhood.submit([stop, controlBy('start', { nonce: 6 })], NOW_MS)
        const started = stateHash(neighbourhood.street)
        for (const again of [stop, controlBy('stop', { nonce: 4 })]) {
          expect(yield* refused(again)).toMatchObject({ code: 'NONCE_USED', field: 'body.nonce' })
        }
        expect(stateHash(neighbourhood.street)).toBe(started)
      }),
    ))

  it.each([
    [controlBy('halt', { slot: SLOT, neighbourhood: 'elm-street' }), 'WRONG_NEIGHBOURHOOD'],
    [controlBy('halt', { slot: SLOT - 1 }), 'NOT_TRADING'],
    [controlBy('resume', { slot: SLOT + 9 }), 'SLOT_NOT_OPEN'],
    [controlBy('halt'), 'NOT_TRADING'],
    [controlBy('stop', { slot: SLOT }), 'MALFORMED'],
    [{ ...controlBy('stop'), body: { ...controlBy('stop').body, action: 'explode' } }, 'MALFORMED'],
    [{ ...controlBy('stop'), body: { ...controlBy('stop').body, nonce: 0 } }, 'MALFORMED'],
  ] as const)('that cannot be is refused: %#', (control, code) =>
    run(
      Effect.gen(function* () {
        const { neighbourhood } = yield* roseStreet
        const before = stateHash(neighbourhood.street)
        expect(yield* submitOne(neighbourhood, control)).toMatchObject({ accepted: false, code })
        expect(stateHash(neighbourhood.street)).toBe(before)
      }),
    ),
  )
})

describe('a log from before halts were kept', () => {
  const older = { ...rules } as { -readonly [K in keyof typeof rules]?: (typeof rules)[K] }
  for (const rule of ['bandEurPerMWh', 'haltMs', 'maxOrdersPerAccountAndSlot'] as const) delete older[rule]

  /** The log of a street as an older version wrote it: rules without the later ones, phases without a cause. */
  const olderLog = Effect.gen(function* () {
    const { neighbourhood, log, anna, ben } = yield* roseStreet
    yield* neighbourhood.submit(tradeAt(anna, ben, 100), NOW_MS)
    const events = (yield* eventsOf(log)).map((event) => {
      if (event.type === 'NeighbourhoodOpened') return { ...event, rules: older as typeof rules }
      if (event.type !== 'SlotPhaseChanged') return event
      const { cause: _, ...rest } = event
      return rest
    })
    const written = yield* openMemoryEventLog()
    yield* written.append(PARTITION, 0, events)
    return { log: written, anna }
  })

  it('is folded, run again, and carried on with causes', () =>
    run(
      Effect.gen(function* () {
        const { log, anna } = yield* olderLog
        expect(yield* divergenceOf(log)).toBeNull()
        const neighbourhood = yield* openOver(log)
        expect(neighbourhood.street.rules).toEqual(rules)
        yield* neighbourhood.submit([anna.order(), controlBy('halt', { slot: SLOT })], NOW_MS)
        expect((yield* changesOf(log)).map(([phase, cause]) => [phase, cause])).toEqual([
          ['continuous', undefined],
          ['halted', 'operator'],
        ])
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('does not excuse a cause that is missing later', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log } = yield* roseStreet
        yield* submitOne(neighbourhood, controlBy('halt', { slot: SLOT }))
        const events = yield* eventsOf(log)
        const last = events.at(-1) as MarketEventOf<'SlotPhaseChanged'>
        const { cause: _, ...without } = last
        const changed = yield* openMemoryEventLog()
        yield* changed.append(PARTITION, 0, [...events.slice(0, -1), without])
        expect(yield* divergenceOf(changed)).toMatchObject({ logged: without, expected: last })
      }),
    ))
})
