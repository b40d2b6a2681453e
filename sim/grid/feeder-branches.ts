import type { Feeder, Line, Transformer } from './feeder.ts'
import { FeederRefused } from './feeder-refused.ts'

/** What joins two buses: a line or a transformer, in ohms at its low side. */
export interface Branch {
  /** Its place in the file: `lines.3`. */
  readonly field: string
  readonly kind: 'line' | 'transformer'
  /** Which of its kind, in the order of the file. */
  readonly index: number
  readonly from: string
  readonly to: string
  readonly z1Ohm: readonly [number, number]
  readonly z0Ohm: readonly [number, number]
  readonly ratingA: number
  /** lowV / highV; 1 for a line. */
  readonly ratio: number
  /** Line-to-line V; null for a line. */
  readonly highV: number | null
  readonly lowV: number | null
  readonly isDelta: boolean
}

/** The branches of a feeder: transformers, then lines. Throws FeederRefused where one cannot be. */
export function feederBranches(feeder: Feeder, file: string): readonly Branch[] {
  return [
    ...(feeder.transformers ?? []).map((transformer, index) => transformerBranch({ transformer, index, feeder, file })),
    ...feeder.lines.map((line, index) => lineBranch({ line, index, feeder, file })),
  ]
}

function lineBranch(options: {
  readonly line: Line
  readonly index: number
  readonly feeder: Feeder
  readonly file: string
}): Branch {
  const { line, index, feeder, file } = options
  const { from, to, r1Ohm, x1Ohm, r0Ohm, x0Ohm, ratingA = Number.POSITIVE_INFINITY } = line
  const field = `lines.${index}`
  if (feeder.phases === 3 && (r0Ohm === undefined || x0Ohm === undefined)) {
    const missing = r0Ohm === undefined ? 'r0Ohm' : 'x0Ohm'
    const expected = 'the zero-sequence impedance (phases is 3)'
    throw new FeederRefused({ file, field: `${field}.${missing}`, value: 'nothing', expected })
  }
  return {
    field,
    kind: 'line',
    index,
    from,
    to,
    z1Ohm: [r1Ohm, x1Ohm],
    z0Ohm: [r0Ohm ?? r1Ohm, x0Ohm ?? x1Ohm],
    ratingA,
    ratio: 1,
    highV: null,
    lowV: null,
    isDelta: false,
  }
}

/** Impedance at the low side from the short-circuit voltage (IEC 60909): z = vk × lowV² / rated power, in every sequence. */
function transformerBranch(options: {
  readonly transformer: Transformer
  readonly index: number
  readonly feeder: Feeder
  readonly file: string
}): Branch {
  const { transformer, index, feeder, file } = options
  const { from, to, ratedKva, vkPercent, vkrPercent, highV, lowV, vectorGroup = 'Dyn' } = transformer
  const field = `transformers.${index}`
  if (vkrPercent > vkPercent) {
    const expected = `at most vkPercent, ${vkPercent}`
    throw new FeederRefused({ file, field: `${field}.vkrPercent`, value: `${vkrPercent}`, expected })
  }
  if (lowV > highV) {
    const expected = `at most highV, ${highV}: from is the bus on the side of the source`
    throw new FeederRefused({ file, field: `${field}.lowV`, value: `${lowV}`, expected })
  }
  const baseOhm = lowV ** 2 / (ratedKva * 1_000)
  const resistanceOhm = (vkrPercent / 100) * baseOhm
  const reactanceOhm = (Math.sqrt(vkPercent ** 2 - vkrPercent ** 2) / 100) * baseOhm
  return {
    field,
    kind: 'transformer',
    index,
    from,
    to,
    z1Ohm: [resistanceOhm, reactanceOhm],
    z0Ohm: [resistanceOhm, reactanceOhm],
    ratingA: (ratedKva * 1_000) / (Math.sqrt(3) * lowV),
    ratio: lowV / highV,
    highV,
    lowV,
    isDelta: feeder.phases === 3 && vectorGroup === 'Dyn',
  }
}
