import type { Feeder } from '#sim/index.ts'

/** A complex number as real and imaginary part. */
type Complex = readonly [number, number]

const times = ([a, b]: Complex, [c, d]: Complex): Complex => [a * c - b * d, a * d + b * c]
const over = ([a, b]: Complex): Complex => [a / (a * a + b * b), -b / (a * a + b * b)]

/** Dyn1: the low side's phases from the high side's, before the ratio. */
const DELTA = [
  [1, 0, -1],
  [-1, 1, 0],
  [0, -1, 1],
]
const STAR = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
]

/**
 * Another way to the solution of three phases, for comparison: admittances of every element in S, and Newton's method
 * on the currents at every bus, all at once. Slow, and says nothing of trees. Gives V line to neutral by bus and phase.
 */
export function newton(feeder: Feeder): Readonly<Record<string, readonly Complex[]>> {
  const { source, transformers = [], lines, loads } = feeder
  const buses = [...new Set([source.bus, ...[...transformers, ...lines].flatMap(({ from, to }) => [from, to])])]
  const row = (bus: string, phase: number) => 3 * buses.indexOf(bus) + phase
  const count = 3 * buses.length
  const admittance = Array.from({ length: count }, () => Array.from({ length: count }, (): Complex => [0, 0]))
  const injected = Array.from({ length: count }, (): Complex => [0, 0])
  const add = (i: number, j: number, [re, im]: Complex) => {
    const line = admittance[i] as Complex[]
    const [oldRe, oldIm] = line[j] as Complex
    line[j] = [oldRe + re, oldIm + im]
  }
  /** Phase admittances of a symmetric element: its own 1/z0 and 1/z1 in sequence components. */
  const phaseAdmittance = (z1: Complex, z0: Complex) => {
    const [y1, y0] = [over(z1), over(z0)]
    const own: Complex = [(y0[0] + 2 * y1[0]) / 3, (y0[1] + 2 * y1[1]) / 3]
    const mutual: Complex = [(y0[0] - y1[0]) / 3, (y0[1] - y1[1]) / 3]
    return (i: number, j: number) => (i === j ? own : mutual)
  }
  /** Of an element between two buses whose far voltages are `turns` × the near ones. */
  const join = (from: string, to: string, y: (i: number, j: number) => Complex, turns = STAR) => {
    for (const i of [0, 1, 2]) {
      for (const j of [0, 1, 2]) {
        add(row(to, i), row(to, j), y(i, j))
        for (const k of [0, 1, 2]) {
          const near = (turns[j] as number[])[k] as number
          add(row(to, i), row(from, k), times(y(i, j), [-near, 0]))
          add(row(from, k), row(to, i), times(y(i, j), [-near, 0]))
          for (const l of [0, 1, 2]) {
            const far = (turns[i] as number[])[l] as number
            add(row(from, l), row(from, k), times(y(i, j), [far * near, 0]))
          }
        }
      }
    }
  }
  for (const { from, to, r1Ohm, x1Ohm, r0Ohm = 0, x0Ohm = 0 } of lines) {
    join(from, to, phaseAdmittance([r1Ohm, x1Ohm], [r0Ohm, x0Ohm]))
  }
  for (const { from, to, ratedKva, vkPercent, vkrPercent, highV, lowV, vectorGroup = 'Dyn' } of transformers) {
    const ohm = lowV ** 2 / ratedKva / 1e5
    const z: Complex = [vkrPercent * ohm, Math.sqrt(vkPercent ** 2 - vkrPercent ** 2) * ohm]
    const ratio = lowV / highV
    const turns =
      vectorGroup === 'Dyn'
        ? DELTA.map((line) => line.map((one) => (one * ratio) / Math.sqrt(3)))
        : STAR.map((line) => line.map((one) => one * ratio))
    join(from, to, phaseAdmittance(z, z), turns)
  }
  const volts = (source.perUnit * source.voltageLineToLineV) / Math.sqrt(3)
  const emf = [0, -120, 120].map((degrees): Complex => {
    const angle = (degrees * Math.PI) / 180
    return [volts * Math.cos(angle), volts * Math.sin(angle)]
  })
  // A stiff source is one of next to no impedance.
  const y = phaseAdmittance([...(source.z1Ohm ?? ([1e-9, 0] as const))], [...(source.z0Ohm ?? ([1e-9, 0] as const))])
  for (const i of [0, 1, 2]) {
    for (const j of [0, 1, 2]) {
      add(row(source.bus, i), row(source.bus, j), y(i, j))
      const [re, im] = times(y(i, j), emf[j] as Complex)
      const [oldRe, oldIm] = injected[row(source.bus, i)] as Complex
      injected[row(source.bus, i)] = [oldRe + re, oldIm + im]
    }
  }
  const power = Array.from({ length: count }, (): [number, number] => [0, 0])
  for (const { bus, phase, pKw, qKvar } of loads) {
    const on = phase === 'ABC' ? [0, 1, 2] : ['ABC'.indexOf(phase)]
    for (const one of on) {
      const at = power[row(bus, one)] as [number, number]
      at[0] += (pKw * 1_000) / on.length
      at[1] += (qKvar * 1_000) / on.length
    }
  }

  let voltage = solveLinear(admittance, injected, null)
  for (let round = 0; round < 30; round++) {
    const slopes = voltage.map(([a, b], at) => loadCurrent(power[at] as Complex, [a, b]))
    const residual = voltage.map((_, i): Complex => {
      const line = admittance[i] as Complex[]
      const drawn = line.map((one, j) => times(one, voltage[j] as Complex))
      const [re, im] = (slopes[i] as LoadCurrent).current
      const [inRe, inIm] = injected[i] as Complex
      return [
        inRe - re - drawn.reduce((sum, one) => sum + one[0], 0),
        inIm - im - drawn.reduce((sum, one) => sum + one[1], 0),
      ]
    })
    const change = solveLinear(
      admittance,
      residual,
      slopes.map(({ slope }) => slope),
    )
    voltage = voltage.map(([re, im], at) => [re + (change[at] as Complex)[0], im + (change[at] as Complex)[1]])
    if (Math.max(...change.flat().map(Math.abs)) < 1e-9) {
      return Object.fromEntries(
        buses.map((bus) => [bus, [0, 1, 2].map((phase) => voltage[row(bus, phase)] as Complex)]),
      )
    }
  }
  throw new Error('Newton found no solution')
}

interface LoadCurrent {
  readonly current: Complex
  /** d re/d a, d re/d b, d im/d a, d im/d b. */
  readonly slope: readonly [number, number, number, number]
}

/** conj(S / V) and how it changes with V = a + jb. */
function loadCurrent([p, q]: Complex, [a, b]: Complex): LoadCurrent {
  const m = a * a + b * b
  const re = (p * a + q * b) / m
  const im = (p * b - q * a) / m
  return {
    current: [re, im],
    slope: [p / m - (2 * a * re) / m, q / m - (2 * b * re) / m, -q / m - (2 * a * im) / m, p / m - (2 * b * im) / m],
  }
}

/** Solves (Y + slopes) x = right by Gauss with pivots, in real numbers. */
function solveLinear(
  admittance: readonly (readonly Complex[])[],
  right: readonly Complex[],
  slopes: readonly (readonly [number, number, number, number])[] | null,
): Complex[] {
  const count = right.length
  const rows = admittance.flatMap((line, i) => {
    const [reA, reB, imA, imB] = slopes?.[i] ?? [0, 0, 0, 0]
    const upper = line.flatMap(([g, b], j) => (i === j ? [g + reA, -b + reB] : [g, -b]))
    const lower = line.flatMap(([g, b], j) => (i === j ? [b + imA, g + imB] : [b, g]))
    const [re, im] = right[i] as Complex
    return [
      [...upper, re],
      [...lower, im],
    ]
  })
  const size = 2 * count
  const at = (i: number, j: number) => (rows[i] as number[])[j] as number
  for (let column = 0; column < size; column++) {
    let pivot = column
    for (let i = column + 1; i < size; i++) if (Math.abs(at(i, column)) > Math.abs(at(pivot, column))) pivot = i
    ;[rows[column], rows[pivot]] = [rows[pivot] as number[], rows[column] as number[]]
    for (let i = 0; i < size; i++) {
      const factor = i === column ? 0 : at(i, column) / at(column, column)
      if (factor === 0) continue
      const line = rows[i] as number[]
      for (let j = column; j <= size; j++) line[j] = at(i, j) - factor * at(column, j)
    }
  }
  const solution = rows.map((line, i) => (line[size] as number) / at(i, i))
  return Array.from({ length: count }, (_, i) => [solution[2 * i] as number, solution[2 * i + 1] as number])
}
