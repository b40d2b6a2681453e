import { describe, expect, it } from 'vitest'
import { RunTimeline } from '#matching-engine/runs/run-timeline.ts'
import { MINUTE_MS, NOW_MS, rules, SLOT_MS } from './rose-street.ts'

describe('a time line', () => {
  it('begins when all homes were read, or one of them again', () => {
    const read = (home: number) => {
      return { type: 'read', home, timeMs: 0, powerW: 1, importWh: 1, exportWh: 1, quality: 0 } as const
    }
    const opened = { type: 'opened', log: '1a', neighbourhood: 'rose', rules, grid: null } as const
    for (const last of [0, 2]) {
      const timeline = new RunTimeline()
      const joined = { type: 'joined', name: '' } as const
      timeline.take({ sequence: 1, timeMs: NOW_MS }, [opened, joined, joined, joined])
      timeline.take({ sequence: 2, timeMs: NOW_MS + 1 }, [read(0)])
      timeline.take({ sequence: 3, timeMs: NOW_MS + 2 }, [read(1)])
      expect(timeline.firstMs).toBe(NOW_MS)
      timeline.take({ sequence: 4, timeMs: NOW_MS + 3 }, [read(last)])
      timeline.take({ sequence: 5, timeMs: NOW_MS + 4 }, [read(1)])
      expect(timeline.firstMs).toBe(NOW_MS + 3)
    }
  })

  it('marks where wires begin to carry more than they may: not each reading, nor the turns of one at its limit', () => {
    // Two homes behind a line that may carry 10 kW, at a transformer that may carry 100 kW.
    const grid = { parents: [-1, 0], ratedW: [100_000, 10_000], busOfHome: [1, 1] }
    const timeline = new RunTimeline()
    const opened = { type: 'opened', log: '1a', neighbourhood: 'rose', rules, grid } as const
    const joined = { type: 'joined', name: '' } as const
    timeline.take({ sequence: 1, timeMs: NOW_MS }, [opened, joined, joined])
    let sequence = 1
    const read = (minutes: number, ...powersW: readonly number[]) => {
      const timeMs = NOW_MS + minutes * MINUTE_MS
      const told = powersW.map((powerW, home) => {
        return { type: 'read', home, timeMs, powerW, importWh: 1, exportWh: 1, quality: 0 } as const
      })
      timeline.take({ sequence: ++sequence, timeMs }, told)
    }
    const begins = () =>
      timeline.timeline.incidents
        .filter(({ kind }) => kind === 'overloaded')
        .map(({ timeMs }) => (timeMs - NOW_MS) / MINUTE_MS)
    // One home alone says nothing of the line, and neither does a sum before all of a round were read.
    read(0, 20_000)
    read(1, 20_000, -15_000)
    read(2, 11_000, -11_000)
    expect(begins()).toEqual([])
    read(3, 8_000, 4_000)
    read(4, 9_000, 4_000)
    expect(begins()).toEqual([3])
    read(5, 5_000, 4_000)
    read(6, 7_000, 4_000)
    read(7, 5_000, 4_000)
    expect(begins()).toEqual([3])
    // A slot later it is another one; the other way counts as well.
    read(22, -8_000, -4_000)
    expect(begins()).toEqual([3, 22])
  })

  it('marks the first of the slots in a row in which homes were held back', () => {
    const timeline = new RunTimeline()
    const opened = { type: 'opened', log: '1a', neighbourhood: 'rose', rules, grid: null } as const
    timeline.take({ sequence: 1, timeMs: NOW_MS }, [opened])
    const slotMs = rules.slotMinutes * MINUTE_MS
    for (const [i, slot] of [3, 4, 5, 7].entries()) {
      const told = [{ type: 'dimmed', slot }, ...(slot === 5 ? [{ type: 'curtailed', slot } as const] : [])] as const
      // Slots settle after they have ended.
      timeline.take({ sequence: i + 2, timeMs: (slot + 1) * slotMs }, told)
    }
    expect(timeline.timeline.incidents.map(({ kind, timeMs }) => [kind, timeMs / slotMs])).toEqual([
      ['dimmed', 3],
      ['curtailed', 5],
      ['dimmed', 7],
    ])
  })

  it('has incidents in the order of time, and lets no kind of which there are many drive out another', () => {
    const timeline = new RunTimeline()
    const opened = { type: 'opened', log: '1a', neighbourhood: 'rose', rules, grid: null } as const
    timeline.take({ sequence: 1, timeMs: 0 }, [opened])
    const slotMs = rules.slotMinutes * MINUTE_MS
    timeline.take({ sequence: 2, timeMs: 100 * slotMs }, [{ type: 'disputed', number: 1, place: null }])
    timeline.take({ sequence: 3, timeMs: 101 * slotMs }, [{ type: 'market', is: 'stopped' }])
    for (let slot = 99; slot < 2_300; slot += 2) {
      timeline.take({ sequence: slot, timeMs: (slot + 3) * slotMs }, [{ type: 'dimmed', slot }])
    }
    const { incidents } = timeline.timeline
    expect(incidents.map(({ timeMs }) => timeMs)).toEqual(
      incidents.map(({ timeMs }) => timeMs).toSorted((a, b) => a - b),
    )
    expect(incidents.slice(0, 2).map(({ kind }) => kind)).toEqual(['disputed', 'stopped'])
    expect([incidents.length, incidents.at(-1)?.slot]).toEqual([1_000, 2_299])
  })

  it('has a row a slot, in a long run for several, and says what may be gone to', () => {
    const timeline = new RunTimeline()
    const opened = { type: 'opened', log: '1a', neighbourhood: 'rose', rules, grid: null } as const
    timeline.take({ sequence: 1, timeMs: NOW_MS }, [opened, { type: 'joined', name: '' }])
    const trade = {
      id: '7.1',
      slot: 7,
      seller: 0,
      buyer: 1,
      makerSide: 'buy',
      priceEurPerMWh: 100,
      energyWh: 5,
    } as const
    const slots = 10_000
    for (let n = 0; n < slots; n++) {
      timeline.take({ sequence: n + 2, timeMs: NOW_MS + n * SLOT_MS }, [{ type: 'traded', trade }])
    }
    const estimated = { type: 'stated', home: 0, slot: 9, importWh: 1, exportWh: 0, by: 'estimate' } as const
    const endMs = NOW_MS + (slots + 9) * SLOT_MS
    timeline.take({ sequence: slots + 2, timeMs: endMs }, [estimated, estimated])
    const { startMs, sequence, trades, tradedWh, incidents, ...bounds } = timeline.timeline
    expect(bounds).toEqual({ firstMs: NOW_MS, lastMs: endMs, lastSequence: slots + 2 })
    expect(startMs.length).toBeLessThanOrEqual(4_096)
    expect(trades.reduce((sum, count) => sum + count, 0)).toBe(slots)
    expect(tradedWh.reduce((sum, energy) => sum + energy, 0)).toBe(5 * slots)
    const step = (startMs[1] ?? 0) - (startMs[0] ?? 0)
    expect(step).toBe(4 * SLOT_MS)
    for (const [row, start] of startMs.entries()) {
      expect(start).toBe((startMs[0] ?? 0) + row * step)
      // Entry n + 2 happened in slot n after the first.
      if (row > 0 && (sequence[row] ?? 0) < slots) expect(sequence[row]).toBe(1 + 4 * row)
    }
    expect(incidents.map(({ kind, slot }) => [kind, slot])).toEqual([
      ['silence', null],
      ['estimated', 9],
    ])
  })
})
