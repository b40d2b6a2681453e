import type { Sweep } from './sweep-tree.ts'

/** Three balanced phases as one: two numbers a bus. */
export const sweepBalanced: Sweep = {
  backward({ parent }, { current }) {
    for (let node = parent.length - 1; node > 0; node--) {
      const at = 2 * node
      const up = 2 * (parent[node] as number)
      current[up] = (current[up] as number) + (current[at] as number)
      current[up + 1] = (current[up + 1] as number) + (current[at + 1] as number)
    }
  },

  forward({ parent, z1 }, { current, voltage }) {
    for (let node = 0; node < parent.length; node++) {
      const at = 2 * node
      const up = 2 * (parent[node] as number)
      const re = current[at] as number
      const im = current[at + 1] as number
      const resistance = z1[at] as number
      const reactance = z1[at + 1] as number
      voltage[at] = (voltage[up] as number) - resistance * re + reactance * im
      voltage[at + 1] = (voltage[up + 1] as number) - resistance * im - reactance * re
    }
  },
}
