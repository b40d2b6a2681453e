import type { BatchTotals } from '#protocol/market-event.ts'
import { RECORDING_FORMAT, type RecordedSlot, type RecordingHeader } from '#protocol/picture/recording.ts'
import { capacityJ } from '../home/battery.ts'
import type { OpenSimulation } from '../simulation/open-simulation.ts'
import type { SimulatedSlot } from '../simulation/simulate-street.ts'
import { type MarketMoment, turnoverOf } from '../simulation/simulated-market.ts'
import type { SlotMeter } from '../simulation/slot-meters.ts'

type PhaseMoment = Extract<MarketMoment, { readonly type: 'phase' }>

/** What happened in a run, line by line, for whoever wants to go through it on the page. It keeps next to nothing. */
export class RunRecording {
  readonly #open: OpenSimulation
  readonly #line: (text: string) => void
  /** slots that were told of and are not settled */
  readonly #slots = new Set<number>()
  #sequence = 1

  /** Writes what does not change; the homes stand at their start. */
  constructor(open: OpenSimulation, line: (text: string) => void) {
    this.#open = open
    this.#line = line
    line(JSON.stringify(headerOf(open)))
  }

  /** Writes the next slot. */
  slot({ record, meter, netted, charges, trades, happened, tariff }: SimulatedSlot): void {
    const { rules } = this.#open.terms
    const { slot } = record
    // What begins to settle is settled at the same moment.
    const told = happened.filter((moment) => moment.type === 'trade' || moment.phase !== 'settling')
    for (const moment of told) if (moment.type === 'phase') this.#slots.add(moment.slot)
    if (!this.#slots.has(slot)) told.unshift(unheard(slot, record.startMs))
    for (const moment of told) this.#slots.add(moment.slot)
    this.#slots.delete(slot)
    const { homes } = this.#open.street
    const stored = homes.map(({ stores: { battery } }, home) => {
      if (battery === null) return null
      return Math.min(1_000, Math.round((1_000 * (meter.after[home]?.account.storedJ ?? 0)) / capacityJ(battery)))
    })
    const restrained = [
      ...(record.dimmedHomes > 0 ? (['dimmed'] as const) : []),
      ...(record.curtailedWh > 0 ? (['curtailed'] as const) : []),
    ]
    const recorded: RecordedSlot = {
      slot,
      sequence: this.#sequence + 1,
      phases: phasesOf(told),
      trades: tradesOf(told),
      importWh: [...meter.importWh],
      exportWh: [...meter.exportWh],
      ...(stored.every((share) => share === null) ? {} : { storedPermille: stored }),
      unmatchedWh: record.unmatchedWh,
      // No wires, no limits that were kept or not.
      ...(record.violationMinutes === null ? {} : { lossesWh: record.gridLossesWh }),
      ...(restrained.length === 0 ? {} : { restrained }),
      ...(charges === null ? {} : { charges }),
      totals: totalsOf({ record, meter, netted, trades }),
      ...(tariff === rules.tariff ? {} : { tariff }),
    }
    this.#sequence += told.length + 2
    this.#line(JSON.stringify(recorded))
  }
}

function headerOf({ scenario, seed, slots, street, terms }: OpenSimulation): RecordingHeader {
  const { neighbourhood, startMs, homes } = street
  const counters = homes.map((home) => home.advanceTo(startMs).grid)
  return {
    format: RECORDING_FORMAT,
    scenario,
    seed,
    neighbourhood,
    startMs,
    slots,
    rules: terms.rules,
    grid: terms.grid?.picture() ?? null,
    homes: {
      name: homes.map(({ home }) => home),
      importWh: counters.map(({ importWh }) => importWh),
      exportWh: counters.map(({ exportWh }) => exportWh),
    },
  }
}

/** A slot that no market has opened: before the first gate, or where a community shares. */
const unheard = (slot: number, timeMs: number): PhaseMoment => ({
  ...{ type: 'phase', timeMs, slot, phase: 'delivering', cause: 'clock', untilMs: null },
})

function phasesOf(told: readonly MarketMoment[]): RecordedSlot['phases'] {
  const rows = told.flatMap((moment, at) => (moment.type === 'phase' ? [{ at, ...moment }] : []))
  return {
    at: rows.map(({ at }) => at),
    timeMs: rows.map(({ timeMs }) => timeMs),
    slot: rows.map(({ slot }) => slot),
    phase: rows.map(({ phase }) => phase),
    cause: rows.map(({ cause }) => cause),
    untilMs: rows.map(({ untilMs }) => untilMs),
  }
}

function tradesOf(told: readonly MarketMoment[]): RecordedSlot['trades'] {
  const rows = told.flatMap((moment, at) => (moment.type === 'trade' ? [{ at, ...moment }] : []))
  return {
    at: rows.map(({ at }) => at),
    timeMs: rows.map(({ timeMs }) => timeMs),
    slot: rows.map(({ slot }) => slot),
    number: rows.map(({ number }) => number),
    seller: rows.map(({ seller }) => seller),
    buyer: rows.map(({ buyer }) => buyer),
    makerSide: rows.map(({ makerSide }) => makerSide),
    priceEurPerMWh: rows.map(({ priceEurPerMWh }) => priceEurPerMWh),
    energyWh: rows.map(({ energyWh }) => energyWh),
  }
}

/** What a batch of this slot alone would say of itself. */
function totalsOf(
  of: Pick<SimulatedSlot, 'record' | 'netted' | 'trades'> & { readonly meter: SlotMeter },
): BatchTotals {
  const { record, netted, trades } = of
  const { importWh, exportWh, costMicroEur, costWithoutMarketMicroEur } = record
  const { microEur, energyWh } = turnoverOf(trades)
  const sum = (what: (bill: (typeof netted.bills)[number]) => number) =>
    netted.bills.reduce((total, bill) => total + what(bill), 0)
  const feeMicroEur = sum((bill) => -bill.feeMicroEur)
  return {
    trades: trades.length,
    tradedWh: energyWh,
    tradedMicroEur: microEur,
    localChargeMicroEur: sum((bill) => -bill.localChargeMicroEur),
    ...(feeMicroEur === 0 ? {} : { feeMicroEur }),
    importWh,
    exportWh,
    coveredWh: Math.min(importWh, exportWh),
    costMicroEur,
    costWithoutMarketMicroEur,
    creditsWh: sum(({ soldWh, exportWh: metered }) => Math.min(soldWh, metered)),
  }
}
