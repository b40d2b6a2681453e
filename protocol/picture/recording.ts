import type { BatchTotals, PhaseCause, SlotPhase } from '../market-event.ts'
import type { MarketRules, Tariff } from '../market-rules.ts'
import { slotStartMs } from '../slot.ts'
import type { Picture, PictureGrid } from './picture.ts'
import type { PictureEvent, PictureMoment } from './picture-event.ts'

/** What a simulated street is recorded in: one JSON object a line, a `RecordingHeader` and then a `RecordedSlot` each. */
export const RECORDING_FILE = 'run.ndjson'
export const RECORDING_FORMAT = 1

/** The first line: what does not change, and what each home's counters showed at the start, Wh. It is sequence 1. */
export interface RecordingHeader {
  readonly format: typeof RECORDING_FORMAT
  /** the scenario as it was asked for */
  readonly scenario: string
  readonly seed: number
  readonly neighbourhood: string
  /** Unix ms: the begin of the first slot */
  readonly startMs: number
  readonly slots: number
  readonly rules: MarketRules
  readonly grid: PictureGrid | null
  readonly homes: {
    readonly name: readonly string[]
    readonly importWh: readonly number[]
    readonly exportWh: readonly number[]
  }
}

/**
 * A slot's time, as columns. What happened in its market is told in order, each with a sequence of its own from
 * `sequence` on; then all meters are read and state the slot, with the sequence after these, and then it is settled.
 * Energy in Wh, prices in EUR/MWh.
 */
export interface RecordedSlot {
  readonly slot: number
  readonly sequence: number
  readonly phases: {
    /** its place among all that happened in this time, from 0 */
    readonly at: readonly number[]
    readonly timeMs: readonly number[]
    readonly slot: readonly number[]
    readonly phase: readonly SlotPhase[]
    readonly cause: readonly PhaseCause[]
    readonly untilMs: readonly (number | null)[]
  }
  readonly trades: {
    readonly at: readonly number[]
    readonly timeMs: readonly number[]
    readonly slot: readonly number[]
    /** counted from 1 in each slot */
    readonly number: readonly number[]
    readonly seller: readonly number[]
    readonly buyer: readonly number[]
    readonly makerSide: readonly ('buy' | 'sell')[]
    readonly priceEurPerMWh: readonly number[]
    readonly energyWh: readonly number[]
  }
  /** by home: what its meter counted in the slot */
  readonly importWh: readonly number[]
  readonly exportWh: readonly number[]
  /** by home: what its battery holds at the end, in thousandths; left out where no home has one */
  readonly storedPermille?: readonly (number | null)[]
  readonly unmatchedWh: number
  /** what the wires turned into heat; left out where they are not simulated */
  readonly lossesWh?: number
  /** whether homes were held back for the wires; left out where none was */
  readonly restrained?: readonly ('dimmed' | 'curtailed')[]
  /** by home: what it pays for the wires, µEUR, which its trades and meter do not tell; left out where nobody does */
  readonly charges?: {
    readonly costMicroEur: readonly number[]
    readonly costWithoutMarketMicroEur: readonly number[]
  }
  readonly totals: BatchTotals
  /** the supplier's in this slot, where it is not the rules' */
  readonly tariff?: Tariff
}

/** What a line of a recording came to at one of its sequences; what it tells depends on the picture before. */
export interface RecordedEntry extends PictureMoment {
  readonly tell: (picture: Picture) => readonly PictureEvent[]
}

/** What a recording begins with; `log` is which one it is. */
export function entryOfHeader(header: RecordingHeader, log: string): RecordedEntry {
  const { neighbourhood, rules, grid, homes } = header
  return {
    sequence: 1,
    timeMs: header.startMs,
    tell: () => [
      { type: 'opened', log, neighbourhood, rules, grid },
      ...homes.name.map((name): PictureEvent => ({ type: 'joined', name })),
    ],
  }
}

/** What happened in a slot's time, in order. */
export function entriesOfSlot(header: RecordingHeader, recorded: RecordedSlot): readonly RecordedEntry[] {
  const { slot, sequence, phases, trades, totals, unmatchedWh, lossesWh, restrained = [] } = recorded
  const happened = phases.at.length + trades.at.length
  const entries = new Array<RecordedEntry>(happened)
  const told = (at: number, timeMs: number, event: PictureEvent) => {
    entries[at] = { sequence: sequence + at, timeMs, tell: () => [event] }
  }
  for (const [row, at] of phases.at.entries()) told(at, phases.timeMs[row] ?? 0, phaseOf(phases, row))
  for (const [row, at] of trades.at.entries()) told(at, trades.timeMs[row] ?? 0, tradeOf(trades, row))
  const { slotMinutes } = header.rules
  const timeMs = slotStartMs({ slot: slot + 1, slotMinutes })
  const number = Math.round((slotStartMs({ slot, slotMinutes }) - header.startMs) / (slotMinutes * 60_000)) + 1
  const settled: readonly PictureEvent[] = [
    ...(unmatchedWh > 0 ? [{ type: 'unmatched', slot, energyWh: unmatchedWh } as const] : []),
    ...(lossesWh === undefined ? [] : [{ type: 'lost', slot, energyWh: lossesWh } as const]),
    ...restrained.map((type) => ({ type, slot })),
    ...chargesOf(recorded),
    { type: 'proposed', number, firstSlot: slot, lastSlot: slot, totals, place: null },
    { type: 'final', number, place: null },
    { type: 'phase', slot, phase: 'settled', cause: 'batch', untilMs: null },
  ]
  entries.push(
    { sequence: sequence + happened, timeMs, tell: (picture) => readings({ header, recorded, timeMs, picture }) },
    { sequence: sequence + happened + 1, timeMs, tell: () => settled },
  )
  return entries
}

function readings(of: {
  readonly header: RecordingHeader
  readonly recorded: RecordedSlot
  readonly timeMs: number
  readonly picture: Picture
}): readonly PictureEvent[] {
  const { header, recorded, timeMs, picture } = of
  const { slot, storedPermille = [] } = recorded
  const wattsPerWh = 60 / header.rules.slotMinutes
  const events: PictureEvent[] = []
  for (const [home, before] of picture.homes.entries()) {
    const wasRead = before.readingTimeMs > 0
    const importWh = recorded.importWh[home] ?? 0
    const exportWh = recorded.exportWh[home] ?? 0
    const stored = storedPermille[home] ?? null
    events.push(
      {
        type: 'read',
        home,
        timeMs,
        powerW: (importWh - exportWh) * wattsPerWh,
        importWh: importWh + ((wasRead ? before.importWh : header.homes.importWh[home]) ?? 0),
        exportWh: exportWh + ((wasRead ? before.exportWh : header.homes.exportWh[home]) ?? 0),
        quality: 0,
        ...(stored === null ? {} : { stored: stored / 1_000 }),
      },
      { type: 'stated', home, slot, importWh, exportWh, by: 'meter' },
    )
  }
  return events
}

function chargesOf({ slot, charges }: RecordedSlot): readonly PictureEvent[] {
  if (charges === undefined) return []
  return charges.costMicroEur.flatMap((costMicroEur, home): PictureEvent[] => {
    const costWithoutMarketMicroEur = charges.costWithoutMarketMicroEur[home] ?? 0
    if (costMicroEur === 0 && costWithoutMarketMicroEur === 0) return []
    return [{ type: 'charged', home, slot, costMicroEur, costWithoutMarketMicroEur }]
  })
}

function phaseOf(phases: RecordedSlot['phases'], row: number): PictureEvent {
  return {
    type: 'phase',
    slot: phases.slot[row] ?? 0,
    phase: phases.phase[row] ?? 'scheduled',
    cause: phases.cause[row] ?? null,
    untilMs: phases.untilMs[row] ?? null,
  }
}

function tradeOf(trades: RecordedSlot['trades'], row: number): PictureEvent {
  const slot = trades.slot[row] ?? 0
  return {
    type: 'traded',
    trade: {
      id: `${slot}.${trades.number[row] ?? 0}`,
      slot,
      seller: trades.seller[row] ?? -1,
      buyer: trades.buyer[row] ?? -1,
      makerSide: trades.makerSide[row] ?? 'sell',
      priceEurPerMWh: trades.priceEurPerMWh[row] ?? 0,
      energyWh: trades.energyWh[row] ?? 0,
    },
  }
}
