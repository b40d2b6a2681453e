import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { getSimplePaths } from 'xstate/graph'
import { Session, type SessionEvent, sessionMachine } from '#matching-engine/session-machine.ts'
import { type SlotPhase, slotPhases } from '#protocol/market-event.ts'

const times = { gateMs: 100, startMs: 200, endMs: 300 }

const everyEvent: readonly SessionEvent[] = [
  { type: 'TradingOpened', callEndsMs: null },
  { type: 'TradingOpened', callEndsMs: 50 },
  { type: 'TradingOpened', callEndsMs: 150 },
  { type: 'BandLeft', haltEndsMs: 70 },
  { type: 'SlotHalted' },
  { type: 'SlotResumed' },
  { type: 'MarketStopped' },
  { type: 'MarketStarted' },
  ...[49, 50, 69, 70, 99, 100, 199, 200, 299, 300].map((nowMs) => ({ type: 'TimePassed', nowMs }) as const),
  { type: 'StatementsCompleted' },
  { type: 'BatchDisputed' },
  { type: 'BatchUpheld' },
  { type: 'BatchFinalized' },
]

const trading: readonly SlotPhase[] = ['scheduled', 'call', 'continuous', 'halted']

describe('a session goes every path that the machine declares', () => {
  // Every simple path, so every state under every combination of halts by each way there is to it.
  const paths = getSimplePaths(sessionMachine, {
    input: times,
    events: everyEvent
      .filter(({ type }) => type !== 'TimePassed')
      .concat([50, 70, 100, 200, 300].map((nowMs) => ({ type: 'TimePassed', nowMs }))),
  })

  it('reaches every phase of DOMAIN', () => {
    expect(new Set(paths.map((path) => path.state.value))).toEqual(new Set(slotPhases))
  })

  it('in step with the machine', () => {
    for (const { steps } of paths) {
      const session = new Session({ ...times, phase: 'scheduled' })
      for (const { event, state } of steps.slice(1)) {
        session.send(event)
        if (session.phase !== state.value)
          expect(session.phase, JSON.stringify(steps.map((s) => s.event))).toBe(state.value)
      }
    }
  })
})

describe('in every phase only its own events move a session', () => {
  const moves: Readonly<Record<SlotPhase, Readonly<Record<string, SlotPhase>>>> = {
    scheduled: { 'TradingOpened call': 'call', 'TradingOpened continuous': 'continuous', 'TimePassed gate': 'closed' },
    call: {
      SlotHalted: 'halted',
      MarketStopped: 'halted',
      'TimePassed gate': 'closed',
      'TimePassed call': 'continuous',
    },
    continuous: { BandLeft: 'halted', SlotHalted: 'halted', MarketStopped: 'halted', 'TimePassed gate': 'closed' },
    halted: { SlotResumed: 'continuous', 'TimePassed gate': 'closed', 'TimePassed band': 'continuous' },
    closed: { 'TimePassed start': 'delivering' },
    delivering: { 'TimePassed end': 'metering' },
    metering: { StatementsCompleted: 'settling' },
    settling: { BatchFinalized: 'settled', BatchDisputed: 'disputed' },
    disputed: { BatchUpheld: 'settling' },
    settled: {},
  }
  const moments = { call: 50, band: 70, gate: times.gateMs, start: times.startMs, end: times.endMs }
  const namesOf = (event: SessionEvent): readonly string[] => {
    if (event.type === 'TradingOpened') return [`TradingOpened ${event.callEndsMs === null ? 'continuous' : 'call'}`]
    if (event.type !== 'TimePassed') return [event.type]
    return Object.entries(moments).flatMap(([name, timeMs]) => (event.nowMs >= timeMs ? [`TimePassed ${name}`] : []))
  }

  it.each(slotPhases.map((phase) => ({ phase })))('$phase', ({ phase }) => {
    const holds = { callEndsMs: phase === 'call' ? 50 : null, haltEndsMs: phase === 'halted' ? 70 : null }
    for (const event of everyEvent) {
      const names = namesOf(event)
      const name = Object.keys(moves[phase]).find((candidate) => names.includes(candidate))
      const expected = name === undefined ? null : moves[phase][name]
      expect(new Session({ ...times, ...holds, phase }).send(event), `${phase} and ${JSON.stringify(event)}`).toBe(
        expected,
      )
    }
  })
})

describe('a halted session', () => {
  const halted = (...events: readonly SessionEvent[]) => {
    const session = new Session({ ...times, phase: 'scheduled' })
    for (const event of events) session.send(event)
    expect(session.phase).toBe('halted')
    return session
  }
  const open = { type: 'TradingOpened', callEndsMs: null } as const
  const openCall = { type: 'TradingOpened', callEndsMs: 50 } as const
  const [halt, resume, stop, start] = (['SlotHalted', 'SlotResumed', 'MarketStopped', 'MarketStarted'] as const).map(
    (type) => ({ type }),
  ) as [SessionEvent, SessionEvent, SessionEvent, SessionEvent]
  const leave = { type: 'BandLeft', haltEndsMs: 70 } as const
  const at = (nowMs: number) => ({ type: 'TimePassed', nowMs }) as const

  it('of the operator waits for the operator, whatever the clock says, and closes at its gate', () => {
    const session = halted(open, halt)
    expect(session.dueMs).toBe(times.gateMs)
    expect(session.send(at(99))).toBeNull()
    expect(session.send(at(100))).toBe('closed')
  })

  it('of the band ends by the clock', () => {
    const session = halted(open, leave)
    expect([session.untilMs, session.dueMs]).toEqual([70, 70])
    expect(session.send(at(69))).toBeNull()
    expect(session.send(at(70))).toBe('continuous')
    expect(session.untilMs).toBeNull()
  })

  it('of the band that would end after the gate closes at the gate', () => {
    const session = halted(open, { type: 'BandLeft', haltEndsMs: 150 })
    expect(session.dueMs).toBe(100)
    expect(session.send(at(100))).toBe('closed')
  })

  it('trades again when the last of its halts is over, in any order', () => {
    expect(halted(open, halt, stop, start).send(resume)).toBe('continuous')
    expect(halted(open, halt, stop, resume).send(start)).toBe('continuous')
    expect(halted(open, leave, halt, at(70)).send(resume)).toBe('continuous')
    const banded = halted(open, leave, stop, at(70), start)
    expect(banded.dueMs).toBe(70)
    expect(banded.send(at(71))).toBe('continuous')
  })

  it('that the operator resumes does not wait for the band', () => {
    expect(halted(open, leave).send(resume)).toBe('continuous')
  })

  it('goes on with its call, which ends when it would have', () => {
    const session = halted(openCall, halt)
    expect(session.dueMs).toBe(times.gateMs)
    expect(session.send(at(60))).toBeNull()
    expect(session.send(resume)).toBe('call')
    expect(session.dueMs).toBe(50)
    expect(session.send(at(60))).toBe('continuous')
  })
})

describe('a call', () => {
  it('that would last beyond the gate ends with it', () => {
    const session = new Session({ ...times, phase: 'scheduled' })
    expect(session.send({ type: 'TradingOpened', callEndsMs: 150 })).toBe('call')
    expect(session.dueMs).toBe(100)
    expect(session.send({ type: 'TimePassed', nowMs: 99 })).toBeNull()
    expect(session.send({ type: 'TimePassed', nowMs: 160 })).toBe('closed')
  })
})

describe('a stopped market', () => {
  it('opens no slot before it is started, and closes its gate all the same', () => {
    const session = new Session({ ...times, phase: 'scheduled', isStopped: true })
    expect(session.send({ type: 'TradingOpened', callEndsMs: null })).toBeNull()
    expect(session.send({ type: 'TimePassed', nowMs: 100 })).toBe('closed')
    const other = new Session({ ...times, phase: 'scheduled' })
    other.send({ type: 'MarketStopped' })
    expect(other.send({ type: 'TradingOpened', callEndsMs: null })).toBeNull()
    expect(other.send({ type: 'MarketStarted' })).toBeNull()
    expect(other.send({ type: 'TradingOpened', callEndsMs: null })).toBe('continuous')
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
    const part = (phase: SlotPhase) => {
      if (phase === 'scheduled') return 0
      return trading.includes(phase) ? 1 : slotPhases.indexOf(phase === 'disputed' ? 'settling' : phase)
    }
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
        const resumed = new Session({ ...times, ...session.holds, phase: session.phase })
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
