import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTestModel } from 'xstate/graph'
import { Session, type SessionEvent, sessionMachine } from '#matching-engine/session-machine.ts'
import { type SlotPhase, slotPhases } from '#protocol/market-event.ts'

const times = { gateMs: 100, startMs: 200, endMs: 300 }

const everyEvent: readonly SessionEvent[] = [
  { type: 'TradingOpened', opening: 'call' },
  { type: 'TradingOpened', opening: 'continuous' },
  { type: 'AuctionUncrossed' },
  { type: 'TradingHalted' },
  { type: 'TradingResumed' },
  ...[99, 100, 199, 200, 299, 300].map((nowMs) => ({ type: 'TimePassed', nowMs }) as const),
  { type: 'StatementsCompleted' },
  { type: 'BatchFinalized' },
]

const trading: readonly SlotPhase[] = ['scheduled', 'call', 'continuous', 'halted']

describe('a session goes every path that the machine declares', () => {
  const model = createTestModel(sessionMachine, { input: times, events: [...everyEvent] })
  const paths = model.getShortestPaths({ allowDuplicatePaths: true })

  it('reaches every phase of DOMAIN', () => {
    expect(new Set(paths.map((path) => path.state.value))).toEqual(new Set(slotPhases))
  })

  it.each(paths.map((path) => ({ path, phase: path.state.value })))('to $phase', async ({ path }) => {
    const session = new Session({ ...times, phase: 'scheduled' })
    const events = Object.fromEntries(
      everyEvent.map(({ type }) => [type, ({ event }: { event: SessionEvent }) => void session.send(event)]),
    )
    await path.test({ states: { '*': (state) => expect(session.phase).toBe(state.value) }, events })
  })
})

describe('in every phase only its own events move a session', () => {
  const moves: Readonly<Record<SlotPhase, Readonly<Record<string, SlotPhase>>>> = {
    scheduled: { 'TradingOpened call': 'call', 'TradingOpened continuous': 'continuous', 'TimePassed gate': 'closed' },
    call: { AuctionUncrossed: 'continuous', 'TimePassed gate': 'closed' },
    continuous: { TradingHalted: 'halted', 'TimePassed gate': 'closed' },
    halted: { TradingResumed: 'continuous', 'TimePassed gate': 'closed' },
    closed: { 'TimePassed start': 'delivering' },
    delivering: { 'TimePassed end': 'metering' },
    metering: { StatementsCompleted: 'settling' },
    settling: { BatchFinalized: 'settled' },
    settled: {},
  }
  const reached = (nowMs: number) =>
    nowMs >= times.endMs
      ? 'gate start end'
      : nowMs >= times.startMs
        ? 'gate start'
        : nowMs >= times.gateMs
          ? 'gate'
          : ''
  const namesOf = (event: SessionEvent): readonly string[] => {
    if (event.type === 'TradingOpened') return [`TradingOpened ${event.opening}`]
    if (event.type !== 'TimePassed') return [event.type]
    return reached(event.nowMs)
      .split(' ')
      .map((boundary) => `TimePassed ${boundary}`)
  }

  it.each(slotPhases.map((phase) => ({ phase })))('$phase', ({ phase }) => {
    for (const event of everyEvent) {
      const name = namesOf(event).find((candidate) => candidate in moves[phase])
      const expected = name === undefined ? null : moves[phase][name]
      expect(new Session({ ...times, phase }).send(event), `${phase} and ${JSON.stringify(event)}`).toBe(expected)
    }
  })
})

const anyEvents = fc.array(fc.constantFrom(...everyEvent), { maxLength: 40 })

describe('a session', () => {
  it('never trades at or after its gate, whatever came before', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const session = new Session({ ...times, phase: 'scheduled' })
        for (const event of events) session.send(event)
        session.send({ type: 'TimePassed', nowMs: times.gateMs })
        expect(trading).not.toContain(session.phase)
      }),
    )
  })

  it('never goes back to an earlier part of its life', () => {
    const part = (phase: SlotPhase) =>
      phase === 'scheduled' ? 0 : trading.includes(phase) ? 1 : slotPhases.indexOf(phase)
    fc.assert(
      fc.property(anyEvents, (events) => {
        const session = new Session({ ...times, phase: 'scheduled' })
        for (const event of events) {
          const before = part(session.phase)
          session.send(event)
          expect(part(session.phase)).toBeGreaterThanOrEqual(before)
        }
      }),
    )
  })

  it('taken up again in its phase goes on as if it had never stopped', () => {
    fc.assert(
      fc.property(anyEvents, anyEvents, (before, after) => {
        const session = new Session({ ...times, phase: 'scheduled' })
        for (const event of before) session.send(event)
        const resumed = new Session({ ...times, phase: session.phase })
        expect(resumed.dueMs).toBe(session.dueMs)
        for (const event of after) expect(resumed.send(event)).toBe(session.send(event))
      }),
    )
  })

  it('says when time moves it next, and time moves it exactly then', () => {
    const session = new Session({ ...times, phase: 'continuous' })
    const entered: [number, SlotPhase][] = []
    while (Number.isFinite(session.dueMs)) {
      const { dueMs } = session
      expect(session.send({ type: 'TimePassed', nowMs: dueMs - 1 })).toBeNull()
      const phase = session.send({ type: 'TimePassed', nowMs: dueMs })
      if (phase !== null) entered.push([dueMs, phase])
    }
    expect(entered).toEqual([
      [100, 'closed'],
      [200, 'delivering'],
      [300, 'metering'],
    ])
  })
})
