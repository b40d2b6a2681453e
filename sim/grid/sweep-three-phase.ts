import type { Sweep } from './sweep-tree.ts'

const PER_ROOT_3 = 1 / Math.sqrt(3)

/**
 * Three phases, six numbers a bus: real and imaginary part of A, B and C. With sequence impedances a phase's voltage
 * drop is z1 × its own current + (z0 − z1)/3 × the sum of all three (Kersting, Distribution System Modeling and
 * Analysis, the symmetric 3 × 3 matrix). Through Dyn1 the low side's voltages are (A − C, B − A, C − B)/√3 of the high
 * side's, and its currents (a − b, b − c, c − a)/√3 flow there: the zero sequence stays below.
 */
export const sweepThreePhase: Sweep = {
  backward({ parent, isDelta }, { current }) {
    for (let node = parent.length - 1; node > 0; node--) {
      const at = 6 * node
      const up = 6 * (parent[node] as number)
      if (isDelta[node] === 1) {
        for (let part = 0; part < 6; part++) {
          const next = part < 4 ? part + 2 : part - 4
          const through = ((current[at + part] as number) - (current[at + next] as number)) * PER_ROOT_3
          current[up + part] = (current[up + part] as number) + through
        }
        continue
      }
      current[up] = (current[up] as number) + (current[at] as number)
      current[up + 1] = (current[up + 1] as number) + (current[at + 1] as number)
      current[up + 2] = (current[up + 2] as number) + (current[at + 2] as number)
      current[up + 3] = (current[up + 3] as number) + (current[at + 3] as number)
      current[up + 4] = (current[up + 4] as number) + (current[at + 4] as number)
      current[up + 5] = (current[up + 5] as number) + (current[at + 5] as number)
    }
  },

  forward({ parent, z1, zMutual, isDelta }, { current, voltage }) {
    for (let node = 0; node < parent.length; node++) {
      const at = 6 * node
      const up = 6 * (parent[node] as number)
      const resistance = z1[2 * node] as number
      const reactance = z1[2 * node + 1] as number
      const mutualResistance = zMutual[2 * node] as number
      const mutualReactance = zMutual[2 * node + 1] as number
      const aRe = current[at] as number
      const aIm = current[at + 1] as number
      const bRe = current[at + 2] as number
      const bIm = current[at + 3] as number
      const cRe = current[at + 4] as number
      const cIm = current[at + 5] as number
      const sumRe = aRe + bRe + cRe
      const sumIm = aIm + bIm + cIm
      const dropRe = mutualResistance * sumRe - mutualReactance * sumIm
      const dropIm = mutualResistance * sumIm + mutualReactance * sumRe
      let aFromRe = voltage[up] as number
      let aFromIm = voltage[up + 1] as number
      let bFromRe = voltage[up + 2] as number
      let bFromIm = voltage[up + 3] as number
      let cFromRe = voltage[up + 4] as number
      let cFromIm = voltage[up + 5] as number
      if (isDelta[node] === 1) {
        const highRe = aFromRe
        const highIm = aFromIm
        aFromRe = (aFromRe - cFromRe) * PER_ROOT_3
        aFromIm = (aFromIm - cFromIm) * PER_ROOT_3
        cFromRe = (cFromRe - bFromRe) * PER_ROOT_3
        cFromIm = (cFromIm - bFromIm) * PER_ROOT_3
        bFromRe = (bFromRe - highRe) * PER_ROOT_3
        bFromIm = (bFromIm - highIm) * PER_ROOT_3
      }
      voltage[at] = aFromRe - dropRe - resistance * aRe + reactance * aIm
      voltage[at + 1] = aFromIm - dropIm - resistance * aIm - reactance * aRe
      voltage[at + 2] = bFromRe - dropRe - resistance * bRe + reactance * bIm
      voltage[at + 3] = bFromIm - dropIm - resistance * bIm - reactance * bRe
      voltage[at + 4] = cFromRe - dropRe - resistance * cRe + reactance * cIm
      voltage[at + 5] = cFromIm - dropIm - resistance * cIm - reactance * cRe
    }
  },
}
