import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { getAdjacencyMap, getShortestPaths, getSimplePaths } from 'xstate/graph'
import type { Neighbourhood } from '#matching-engine/neighbourhood.ts'
import { type SessionEvent, sessionMachine } from '#matching-engine/session-machine.ts'
import { stateHash } from '#matching-engine/state-hash.ts'
import { type BatchTotals, slotPhases } from '#protocol/market-event.ts'
import { sign } from '#protocol/signing.ts'
import {
  controlBy,
  divergenceOf,
  domain,
  endMs,
  gateMs,
  MINUTE_MS,
  NOW_MS,
  openOver,
  operatorKey,
  rules,
  run,
  SLOT,
  startMs,
  streetWith,
  submitOne,
  ZERO_HASH,
} from './rose-street.ts'

const CALL_MS = 2 * MINUTE_MS
const HALT_MS = 3 * MINUTE_MS
const termsWith = (openingCallMs: number) => ({
  rules: { ...rules, slotsAhead: 1, bandEurPerMWh: 50, haltMs: HALT_MS, openingCallMs },
})
/** The slot that is walked: it opens when the one before it begins to be delivered. */
const WALKED = SLOT + 1
const openMs = startMs(SLOT)
const times = { gateMs: gateMs(WALKED), startMs: startMs(WALKED), endMs: endMs(WALKED) }

type State = ReturnType<typeof sessionMachine.resolveState>
interface Step {
  readonly event: SessionEvent
  readonly state: State
}

/** What can happen to the slot in a state: whatever the operator says at any time, and what the state waits for. */
const eventsWith =
  (openingCallMs: number) =>
  ({ value, context }: State): readonly SessionEvent[] => {
    const callEndsMs = openingCallMs === 0 ? null : openMs + openingCallMs
    const operator: readonly SessionEvent[] = [
      { type: 'SlotHalted' },
      { type: 'SlotResumed' },
      { type: 'MarketStopped' },
      { type: 'MarketStarted' },
    ]
    const clock = (nowMs: number): SessionEvent => ({ type: 'TimePassed', nowMs })
    switch (value) {
      case 'scheduled':
        if (context.isStopped) return [...operator, clock(times.gateMs)]
        return [...operator, { type: 'TradingOpened', callEndsMs }, clock(times.gateMs)]
      case 'call':
        return [...operator, clock(callEndsMs ?? 0)]
      case 'continuous':
        return [...operator, { type: 'BandLeft', haltEndsMs: (callEndsMs ?? openMs) + HALT_MS }, clock(times.gateMs)]
      case 'halted': {
        const endsByClock = context.haltEndsMs !== null && !context.isHeld && !context.isStopped
        return [...operator, clock(endsByClock ? (context.haltEndsMs ?? 0) : times.gateMs)]
      }
      case 'closed':
        return [...operator, clock(times.startMs)]
      case 'delivering':
        return [...operator, clock(times.endMs)]
      case 'metering':
        return [...operator, { type: 'StatementsCompleted' }]
      case 'settling':
        return [...operator, { type: 'BatchDisputed' }, { type: 'BatchFinalized' }]
      case 'disputed':
        return [...operator, { type: 'BatchUpheld' }]
      default:
        return operator
    }
  }

const noTotals: BatchTotals = {
  trades: 0,
  tradedWh: 0,
  tradedMicroEur: 0,
  localChargeMicroEur: 0,
  importWh: 0,
  exportWh: 0,
  coveredWh: 0,
  costMicroEur: 0,
  costWithoutMarketMicroEur: 0,
  creditsWh: 0,
}
const place = { transaction: ZERO_HASH, block: 5 } as const

/** A real street whose slot `WALKED` goes where the machine's events say. */
const walkedStreet = Effect.fnUntraced(function* (openingCallMs: number) {
  const terms = termsWith(openingCallMs)
  const street = yield* streetWith(terms)
  const { log, anna, ben } = street
  let { neighbourhood } = street
  let nonce = 0
  let nowMs = neighbourhood.street.timeMs
  let isProposed = false
  const slot = () => neighbourhood.street.slots.get(WALKED)
  const control = (action: Parameters<typeof controlBy>[0]) => {
    const isForOne = action === 'halt' || action === 'resume'
    return submitOne(neighbourhood, controlBy(action, { nonce: ++nonce, slot: isForOne ? WALKED : 0 }), nowMs)
  }
  const record = (event: Parameters<Neighbourhood['record']>[0]) => neighbourhood.record(event)
  const happen = Effect.fnUntraced(function* (event: SessionEvent) {
    switch (event.type) {
      case 'TradingOpened':
        nowMs = Math.max(nowMs, openMs)
        return yield* neighbourhood.advance(nowMs)
      case 'BandLeft': {
        const last = slot()?.lastPriceEurPerMWh
        for (const priceEurPerMWh of last === null ? [100, 200] : [last === 100 ? 200 : 100]) {
          const wish = { slot: WALKED, priceEurPerMWh, energyWh: 10 }
          yield* neighbourhood.submit([ben.order({ ...wish, side: 'sell' }), anna.order(wish)], nowMs)
        }
        return
      }
      case 'SlotHalted':
        return yield* control('halt')
      case 'SlotResumed':
        return yield* control('resume')
      case 'MarketStopped':
        return yield* control('stop')
      case 'MarketStarted':
        return yield* control('start')
      case 'TimePassed':
        nowMs = event.nowMs
        return yield* neighbourhood.advance(nowMs)
      case 'StatementsCompleted': {
        const statements = [SLOT, WALKED].flatMap((slot) => [anna.statement({ slot }), ben.statement({ slot })])
        return yield* neighbourhood.submit(statements, nowMs)
      }
      case 'BatchDisputed':
      case 'BatchUpheld':
      case 'BatchFinalized': {
        const roots = { tradesRoot: ZERO_HASH, statementsRoot: ZERO_HASH, billsRoot: ZERO_HASH, creditsRoot: ZERO_HASH }
        const hashes = { termsHash: ZERO_HASH, logHead: ZERO_HASH, archiveHash: ZERO_HASH }
        const batch = { number: 1, firstSlot: SLOT, lastSlot: WALKED, ...roots, ...hashes, totals: noTotals }
        if (!isProposed) yield* record({ type: 'BatchProposed', timeMs: nowMs, batch, place })
        isProposed = true
        return yield* record({ type: event.type, timeMs: nowMs, number: 1, place })
      }
    }
  })
  const restart = Effect.gen(function* () {
    const before = stateHash(neighbourhood.street)
    neighbourhood = yield* openOver(log, terms)
    expect(stateHash(neighbourhood.street)).toBe(before)
  })
  /** The slot and its holds stand as the machine says; before it opens it need not be there. */
  const expectToBe = ({ value, context }: State, path: string) => {
    const { isStopped } = neighbourhood.street
    const at = slot()
    expect(at?.phase ?? 'scheduled', path).toBe(value)
    if (!['scheduled', 'call', 'continuous', 'halted'].includes(value)) return
    const { callEndsMs = null, haltEndsMs = null, isHeld = false } = at ?? {}
    const { callEndsMs: calls, haltEndsMs: halts, isHeld: held, isStopped: stopped } = context
    expect({ callEndsMs, haltEndsMs, isHeld, isStopped }, path).toEqual({
      callEndsMs: calls,
      haltEndsMs: halts,
      isHeld: held,
      isStopped: stopped,
    })
  }
  return { log, happen, restart, expectToBe }
})

const nameOf = (steps: readonly Step[]) =>
  steps
    .map(({ event }) => (event.type === 'TimePassed' ? `TimePassed ${(event.nowMs - openMs) / MINUTE_MS}` : event.type))
    .join(' → ')

const stepsOf = (path: { readonly steps: readonly unknown[] }) => path.steps.slice(1) as readonly Step[]

describe.each([
  { opening: 'continuously', openingCallMs: 0 },
  { opening: 'with a call', openingCallMs: CALL_MS },
])('a real slot that opens $opening follows its machine', ({ openingCallMs }) => {
  const traversal = { input: times, events: eventsWith(openingCallMs) } as unknown as { readonly input: typeof times }
  const states = Object.values(getAdjacencyMap(sessionMachine, traversal)) as unknown as readonly {
    readonly state: State
    readonly transitions: Readonly<Record<string, Step>>
  }[]
  const shortest = getShortestPaths(sessionMachine, traversal)
  const simple = getSimplePaths(sessionMachine, traversal).map(stepsOf)

  it('in all phases that there are', () => {
    expect(new Set(states.map(({ state }) => state.value))).toEqual(
      new Set(slotPhases.filter((phase) => phase !== 'call' || openingCallMs > 0)),
    )
    expect(shortest).toHaveLength(states.length)
  })

  // What begins like a longer path is walked with it.
  const paths = simple.filter(
    (path) => !simple.some((longer) => longer.length > path.length && nameOf(longer).startsWith(`${nameOf(path)} → `)),
  )

  it.each(paths.map((path) => ({ path, name: nameOf(path) })))('on every path: $name', ({ path, name }) =>
    run(
      Effect.gen(function* () {
        const walked = yield* walkedStreet(openingCallMs)
        for (const { event, state } of path) {
          yield* walked.happen(event)
          walked.expectToBe(state, name)
        }
        expect(yield* divergenceOf(walked.log)).toBeNull()
      }),
    ),
  )

  const transitions = states.flatMap(({ state, transitions: leaving }) => {
    const before = shortest.find((path) => JSON.stringify(path.state) === JSON.stringify(state))
    if (before === undefined) throw new Error(`no path leads to ${JSON.stringify(state)}`)
    return Object.values(leaving).map((last) => [...stepsOf(before), last])
  })

  it.each(transitions.map((path) => ({ path, name: nameOf(path) })))(
    'by every event in every state, just taken up again from its log: $name',
    ({ path, name }) =>
      run(
        Effect.gen(function* () {
          const walked = yield* walkedStreet(openingCallMs)
          for (const { event } of path.slice(0, -1)) yield* walked.happen(event)
          yield* walked.restart
          const last = path.at(-1) as Step
          yield* walked.happen(last.event)
          walked.expectToBe(last.state, name)
          expect(yield* divergenceOf(walked.log)).toBeNull()
        }),
      ),
  )
})

it('a slot goes from its opening call to its batch by the clock alone, nobody stating anything', () =>
  run(
    Effect.gen(function* () {
      const { neighbourhood, log } = yield* streetWith(termsWith(CALL_MS))
      const entered: [number, string][] = []
      const deadlineMs = times.endMs + rules.meteringDeadlineMs
      for (let nowMs = NOW_MS; nowMs <= deadlineMs; nowMs += MINUTE_MS / 2) {
        const before = neighbourhood.street.slots.get(WALKED)?.phase
        yield* neighbourhood.advance(nowMs)
        // As the operator does, by the clock, too.
        const missing = neighbourhood.missingStatements(nowMs)
        const estimates = missing.map((body) => sign({ domain, kind: 'statement', body, privateKey: operatorKey }))
        yield* neighbourhood.submit(estimates, nowMs)
        const phase = neighbourhood.street.slots.get(WALKED)?.phase
        if (phase !== before && phase !== undefined) entered.push([nowMs, phase])
      }
      expect(entered).toEqual([
        [openMs, 'call'],
        [openMs + CALL_MS, 'continuous'],
        [times.gateMs, 'closed'],
        [times.startMs, 'delivering'],
        [times.endMs, 'metering'],
        [deadlineMs, 'settling'],
      ])
      expect(yield* divergenceOf(log)).toBeNull()
    }),
  ))
