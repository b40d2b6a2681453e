import type { SweepArrays, SweepTree } from './sweep-tree.ts'

/** What comes in at the source bus, and what of it is lost in lines and transformers; W and var of all phases. */
export interface FlowTotals {
  readonly sourceW: number
  readonly sourceVar: number
  readonly lossW: number
  readonly lossVar: number
}

/** What currents and voltages of a sweep come to. Losses are those of the branches, R and X × I² in sequence impedances. */
export function flowTotals(
  phases: 1 | 3,
  { z1, zMutual, nodes }: SweepTree,
  { voltage, current }: SweepArrays,
): FlowTotals {
  const stride = 2 * phases
  const alike = phases === 1 ? 3 : 1
  let sourceW = 0
  let sourceVar = 0
  for (let at = 0; at < stride; at += 2) {
    const re = voltage[at] as number
    const im = voltage[at + 1] as number
    const currentRe = current[at] as number
    const currentIm = current[at + 1] as number
    sourceW += re * currentRe + im * currentIm
    sourceVar += im * currentRe - re * currentIm
  }
  let lossW = 0
  let lossVar = 0
  for (let place = 1; place < nodes.length; place++) {
    let squares = 0
    let sumRe = 0
    let sumIm = 0
    for (let at = stride * place; at < stride * (place + 1); at += 2) {
      const re = current[at] as number
      const im = current[at + 1] as number
      squares += re * re + im * im
      sumRe += re
      sumIm += im
    }
    const together = sumRe * sumRe + sumIm * sumIm
    lossW += (z1[2 * place] as number) * squares + (zMutual[2 * place] as number) * together
    lossVar += (z1[2 * place + 1] as number) * squares + (zMutual[2 * place + 1] as number) * together
  }
  return {
    sourceW: alike * sourceW,
    sourceVar: alike * sourceVar,
    lossW: alike * lossW,
    lossVar: alike * lossVar,
  }
}
