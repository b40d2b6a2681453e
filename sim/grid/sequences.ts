/** What the complex numbers of a bus amount to, one a phase. */
export function magnitudes(numbers: Float64Array, node: number, phases: 1 | 3): readonly number[] {
  return Array.from({ length: phases }, (_, phase) => {
    const at = 2 * (phases * node + phase)
    return Math.hypot(numbers[at] as number, numbers[at + 1] as number)
  })
}

const HALF_ROOT_3 = Math.sqrt(3) / 2

/** Three times the positive (1) or negative (−1) sequence of a bus of three phases, squared (Fortescue 1918). */
function sequenceSquared(numbers: Float64Array, node: number, sign: 1 | -1): number {
  const at = 6 * node
  const turn = sign * HALF_ROOT_3
  const bRe = numbers[at + 2] as number
  const bIm = numbers[at + 3] as number
  const cRe = numbers[at + 4] as number
  const cIm = numbers[at + 5] as number
  const re = (numbers[at] as number) - 0.5 * (bRe + cRe) - turn * (bIm - cIm)
  const im = (numbers[at + 1] as number) - 0.5 * (bIm + cIm) + turn * (bRe - cRe)
  return re * re + im * im
}

/** Negative over positive sequence of a bus of three phases (EN 50160). */
export function unbalancePercent(voltage: Float64Array, node: number): number {
  return 100 * Math.sqrt(sequenceSquared(voltage, node, -1) / sequenceSquared(voltage, node, 1))
}
