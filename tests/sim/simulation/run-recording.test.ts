import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { applyPictureEvent } from '#protocol/picture/apply-picture-event.ts'
import { emptyPicture, type PictureTrade } from '#protocol/picture/picture.ts'
import {
  entriesOfSlot,
  entryOfHeader,
  type RecordedEntry,
  type RecordedSlot,
  type RecordingHeader,
} from '#protocol/picture/recording.ts'
import { slotStartMs } from '#protocol/slot.ts'
import { openResultFiles } from '#sim/results/result-files.ts'
import { openSimulation, type SimulationRequest } from '#sim/simulation/open-simulation.ts'
import { simulateStreet } from '#sim/simulation/simulate-street.ts'
import { simulationReport } from '#sim/simulation/simulation-report.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A run with its files, and what its recording comes to. */
function recorded(name: string, request: SimulationRequest) {
  const open = Effect.runSync(openSimulation(request))
  const out = join(folder, name)
  const files = openResultFiles(out, open)
  const run = simulateStreet(open)
  const trades: number[] = []
  for (;;) {
    const next = run.next()
    if (next.done === true) {
      files.finish(simulationReport(open, next.value.result, 1), next.value.homes)
      const text = readFileSync(join(out, 'run.ndjson'), 'utf8')
      return { open, text, trades, homes: next.value.homes, result: next.value.result, ...told(text) }
    }
    trades.push(next.value.trades.length)
    files.slot(next.value)
  }
}

function told(text: string) {
  const [first = '', ...lines] = text.trimEnd().split('\n')
  const header = JSON.parse(first) as RecordingHeader
  const picture = emptyPicture()
  const entries: RecordedEntry[] = []
  const made: PictureTrade[] = []
  for (const entry of [
    entryOfHeader(header, '1a'),
    ...lines.flatMap((line) => entriesOfSlot(header, JSON.parse(line) as RecordedSlot)),
  ]) {
    entries.push(entry)
    for (const event of entry.tell(picture)) {
      if (event.type === 'traded') made.push({ ...event.trade, timeMs: entry.timeMs, sequence: entry.sequence })
      applyPictureEvent(picture, entry, event)
    }
  }
  return { header, picture, entries, made }
}

const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0)

describe('the recording of a simulated street', () => {
  it('comes to what the run came to', () => {
    const { picture, entries, made, trades, homes, open, result } = recorded('village', { scenario: 'village' })
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1))
    for (const [index, { timeMs }] of entries.entries())
      expect(timeMs).toBeGreaterThanOrEqual(entries[index - 1]?.timeMs ?? 0)
    expect(picture.counts).toMatchObject({
      readings: 96 * homes.length,
      statements: 96 * homes.length,
      trades: sum(trades),
      settledTrades: sum(trades),
    })
    expect(picture.counts.settledWh).toBe(result.energyWh.traded)
    expect(picture.homes.map(({ name }) => name)).toEqual(homes.map(({ home }) => home))
    const first = open.street.homes.map((home) => home.account)
    expect(first).toHaveLength(homes.length)
    const batches = [...picture.batches.values()]
    expect(batches).toHaveLength(96)
    expect(sum(batches.map(({ totals }) => totals.costMicroEur))).toBe(sum(homes.map((home) => home.costMicroEur)))
    expect(sum(batches.map(({ totals }) => totals.importWh))).toBe(sum(homes.map(({ importWh }) => importWh)))
    expect(batches.every(({ final, finalAtMs }) => final === null && finalAtMs !== null)).toBe(true)
    // A trade is made before its slot's gate, not when its slot is told of.
    const { gateBeforeDeliveryMs, slotMinutes } = open.terms.rules
    for (const { slot, timeMs } of made) {
      expect(timeMs).toBeLessThan(slotStartMs({ slot, slotMinutes }) - gateBeforeDeliveryMs)
    }
    expect(picture.homes.some(({ stored }) => stored !== null && stored > 0 && stored <= 1)).toBe(true)
    for (const slot of picture.slots.values()) if (slot.statements > 0) expect(slot.phase).toBe('settled')
  })

  it('shows counters that go on from where the homes stood', () => {
    const { text, header, picture } = recorded('counters', { homes: 5, seed: 7 })
    const slots = text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line) as RecordedSlot)
    for (const [home, { importWh, exportWh, powerW }] of picture.homes.entries()) {
      expect(importWh).toBe((header.homes.importWh[home] ?? 0) + sum(slots.map((slot) => slot.importWh[home] ?? 0)))
      expect(exportWh).toBe((header.homes.exportWh[home] ?? 0) + sum(slots.map((slot) => slot.exportWh[home] ?? 0)))
      const last = slots.at(-1)
      expect(powerW).toBe(4 * ((last?.importWh[home] ?? 0) - (last?.exportWh[home] ?? 0)))
    }
    expect(recorded('again', { homes: 5, seed: 7 }).text).toBe(text)
    expect(recorded('other', { homes: 5, seed: 8 }).text).not.toBe(text)
  })

  it('tells of a community that shares, and of the wires of a street', () => {
    const shared = recorded('shared', { homes: 6, changes: { 'market.mechanism': 'community-pool' } })
    expect(shared.picture.counts.trades).toBe(sum(shared.trades))
    expect(shared.picture.counts.trades).toBeGreaterThan(0)
    expect(shared.header.grid).toBeNull()
    const wired = recorded('wired', { scenario: 'overloaded-transformer' })
    const { grid } = wired.header
    expect(grid?.ratedW[0]).toBe(100_000)
    expect(grid?.busOfHome).toHaveLength(50)
    expect(new Set(grid?.busOfHome).size).toBe(50)
    const lostWh = [...wired.picture.slots.values()].map(({ lossesWh }) => lossesWh)
    expect(sum(lostWh.map((energyWh) => energyWh ?? 0))).toBe(wired.result.energyWh.gridLosses)
    expect(wired.result.energyWh.gridLosses).toBeGreaterThan(0)
    expect([...shared.picture.slots.values()].every(({ lossesWh }) => lossesWh === null)).toBe(true)
  })
})
