import {
  averageCentsPerKilowattHour,
  count,
  duration,
  fixed,
  kilowattHours,
  kilowatts,
  money,
  percent,
} from '../format.ts'
import { words } from '../words/words.ts'
import type { FigureName } from './figure.ts'
import type { Figures } from './figures.ts'

/** A figure as it is read. */
export interface ShownFigure {
  readonly value: string
  readonly unit: string
  /** what stands under it: its change, or what must be known to read it */
  readonly note: string
  /** its change in words; empty where none is known */
  readonly change: string
}

interface Format {
  readonly value: (value: number) => string
  readonly unit: () => string
  /** of a change, where it is not the value's */
  readonly changeUnit?: () => string
}

const share: Format = {
  value: (value) => fixed(value * 100, 1),
  unit: () => '%',
  changeUnit: () => words.figures.points,
}
const energy: Format = { value: kilowattHours, unit: () => 'kWh' }
const power: Format = { value: kilowatts, unit: () => 'kW' }
const euros: Format = { value: money, unit: () => '' }

const formats: Readonly<Record<FigureName, Format>> = {
  selfSufficiency: share,
  selfConsumption: share,
  peak: power,
  unmatched: energy,
  losses: energy,
  saving: euros,
  price: { value: averageCentsPerKilowattHour, unit: () => 'ct/kWh' },
  traded: energy,
  fairness: { value: (value) => fixed(value, 2), unit: () => '' },
  lag: { value: duration, unit: () => '' },
  active: { value: count, unit: () => '' },
  usage: energy,
  revenue: euros,
  velocity: { value: (value) => fixed(value * 100, 2), unit: () => words.figures.percentADay },
  credits: energy,
}

/** A figure with its unit, its change and its note. */
export function showFigure(name: FigureName, figures: Figures): ShownFigure {
  const { value, change } = figures[name]
  const format = formats[name]
  const note = noteOf(name, figures)
  const signed = change === null ? '' : withSign(change, format.value)
  const unit = name === 'active' ? words.figures.ofHomes(count(figures.homes)) : format.unit()
  const changeUnit = (format.changeUnit ?? format.unit)()
  return {
    value: value === null ? words.figures.none : format.value(value),
    unit: value === null ? '' : unit,
    note: note ?? signed,
    change: signed === '' ? '' : words.figures.change[figures.over](`${signed} ${changeUnit}`.trim()),
  }
}

/** By how much one figure differs from another of its name, with sign and unit. */
export function showDifference(name: FigureName, difference: number): string {
  const format = formats[name]
  return `${withSign(difference, format.value)} ${(format.changeUnit ?? format.unit)()}`.trim()
}

/** A change with its sign, also where it is none: "+2.1", "−0.4", "±0.0". */
function withSign(change: number, format: (value: number) => string): string {
  const size = format(Math.abs(change))
  if (!/[1-9]/.test(size)) return `±${size}`
  return `${change < 0 ? '−' : '+'}${size}`
}

/** What a figure says beside its value; null: its change. */
function noteOf(name: FigureName, figures: Figures): string | null {
  const { notes } = words.figures
  switch (name) {
    case 'losses':
      return figures.losses.value === null ? notes.losses : null
    case 'fairness':
      if (figures.finalBatches === 0) return notes.finalOnly
      if (figures.fairness.value !== null) return notes.gini
      return figures.homesThatLost === null ? notes.notKnown : notes.lost(count(figures.homesThatLost))
    case 'saving':
      if (figures.finalBatches === 0) return notes.finalOnly
      // Of a street that earns more than it pays there is no share to tell.
      if (figures.savedShare === null) return null
      return figures.savedShare < 0 ? notes.more(percent(-figures.savedShare)) : notes.less(percent(figures.savedShare))
    case 'selfSufficiency':
      return notes.ofImport
    case 'peak':
      return figures.peak.value === null ? notes.notStated : notes[figures.peakIs]
    case 'selfConsumption':
      return figures.selfConsumption.value === null ? notes.notStated : null
    case 'traded':
      return notes.trades(count(figures.trades))
    case 'price':
      return figures.price.value === null ? notes.notClosed : null
    case 'usage':
      return figures.tradedShare === null ? notes.notStated : notes.traded(`${fixed(figures.tradedShare * 100, 0)} %`)
    case 'revenue':
    case 'lag':
      return figures.finalBatches === 0 ? notes.finalOnly : null
    case 'velocity':
      if (figures.finalBatches === 0) return notes.finalOnly
      return figures.velocity.value === null ? notes.vault : null
    case 'credits':
      return notes.retired
    default:
      return null
  }
}
