import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { openRecording } from '#matching-engine/runs/recording-source.ts'
import { RunHistory } from '#matching-engine/runs/run-history.ts'
import { netSlotPort } from '#platform/net-slot-port.ts'
import { RECORDING_FILE } from '#protocol/picture/recording.ts'
import { openResultFiles } from '#sim/results/result-files.ts'
import { openSimulation, type SimulationRequest } from '#sim/simulation/open-simulation.ts'
import { simulateStreet } from '#sim/simulation/simulate-street.ts'
import { simulationReport } from '#sim/simulation/simulation-report.ts'
import type { SlotRecord } from '#sim/simulation/slot-record.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Simulates, writes, and reads again: what the run came to, and what the page is told of its homes' bills and its time. */
async function recorded(name: string, request: SimulationRequest) {
  const open = Effect.runSync(openSimulation(request))
  const out = join(folder, name)
  const files = openResultFiles(out, open)
  const run = simulateStreet(open)
  const records: SlotRecord[] = []
  for (let next = run.next(); ; next = run.next()) {
    if (next.done !== true) {
      records.push(next.value.record)
      files.slot(next.value)
      continue
    }
    const { result, homes } = next.value
    files.finish(simulationReport(open, result, 1), homes)
    const told = Effect.gen(function* () {
      const source = yield* openRecording({ file: join(out, RECORDING_FILE), names: 'names' })
      const history = new RunHistory({ source, netSlot: netSlotPort })
      yield* history.readAll
      const details = yield* Effect.forEach(homes, (_, home) => history.homeDetail(home))
      const fairness = yield* history.fairness({ fromBatch: 1, toBatch: open.slots })
      return { bills: details.map(({ bill }) => bill), timeline: history.timeline, fairness }
    })
    return { homes, result, records, ...(await Effect.runPromise(Effect.scoped(told))) }
  }
}

describe('the bills of a recorded street’s homes', () => {
  it.each<[string, SimulationRequest, 'gridFees' | 'losses' | 'compensation']>([
    ['trades pay for the wires', { changes: { 'grid.fees': { upEurPerMWhPerOhm: 100, ofPrice: 0.05 } } }, 'gridFees'],
    ['homes pay for what the wires lose', { changes: { 'grid.lossesPaidBy': 'homes' } }, 'losses'],
    ['roofs are held back and paid for it', { changes: { 'grid.ratedKva': 20 } }, 'compensation'],
  ])('are what they were in the run where %s', async (name, { changes }, money) => {
    const grid = { 'grid.feeder': 'village', 'grid.homesPerFeeder': 12 }
    const { homes, result, bills, fairness } = await recorded(name.replaceAll(' ', '-'), {
      homes: 12,
      changes: { ...grid, ...changes },
    })
    expect(result.moneyMicroEur[money]).not.toBe(0)
    expect(bills).toEqual(
      homes.map(({ costMicroEur, costWithoutMarketMicroEur }) => ({
        costMicroEur,
        costWithoutMarketMicroEur,
        slots: 96,
      })),
    )
    expect(fairness.homesThatLost).toBe(result.kpis.losingHomes)
  })
})

describe('the time of a recorded street', () => {
  it('marks where its wires begin to carry too much, and where homes begin to be held back', async () => {
    const { records, timeline } = await recorded('overloaded', { scenario: 'overloaded-transformer' })
    const kinds = timeline.incidents.map(({ kind }) => kind)
    const begins = (isSo: (record: SlotRecord) => boolean) =>
      records.filter((record, i) => isSo(record) && !(i > 0 && isSo(records[i - 1] as SlotRecord)))
    const dimmed = begins(({ dimmedHomes }) => dimmedHomes > 0)
    expect(dimmed.length).toBeGreaterThan(0)
    const told = timeline.incidents.filter(({ kind }) => kind === 'dimmed')
    expect(told.map(({ slot }) => slot)).toEqual(dimmed.map(({ slot }) => slot))
    // Who runs the wires dims once they have carried too much.
    expect(kinds.indexOf('overloaded')).toBeGreaterThanOrEqual(0)
    expect(kinds.indexOf('overloaded')).toBeLessThan(kinds.indexOf('dimmed'))
    expect(kinds.filter((kind) => kind === 'overloaded').length).toBeLessThan(10)
  })
})
