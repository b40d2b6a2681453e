import type { Feeder } from '../grid/feeder.ts'
import { RandomStream } from '../random-stream.ts'

/** A bus hangs on one of so many before it: a few thousand buses make a tree some hundred deep. */
const NEAREST = 30

/** A balanced 20 kV network of so many buses, each with a load, whose far end is some percent below its source. */
export function largeFeeder(buses: number, seed: number): Feeder {
  const random = new RandomStream(seed, 'large feeder')
  const ohm = 60 / buses
  return {
    frequencyHz: 50,
    phases: 1,
    source: { bus: '0', voltageLineToLineV: 20_000, perUnit: 1 },
    lines: Array.from({ length: buses - 1 }, (_, index) => ({
      from: String(random.whole(Math.max(0, index - NEAREST), index)),
      to: String(index + 1),
      r1Ohm: ohm * random.between(0.5, 1.5),
      x1Ohm: ohm * random.between(0.5, 1.5),
    })),
    loads: Array.from({ length: buses - 1 }, (_, index) => ({
      bus: String(index + 1),
      phase: 'ABC',
      pKw: (5_000 / buses) * random.between(0, 2),
      qKvar: (2_000 / buses) * random.between(0, 2),
    })),
  }
}
