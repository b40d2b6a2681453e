import type { Feeder } from '#sim/index.ts'
import { RandomStream } from '#sim/random-stream.ts'

/**
 * A feeder drawn from a seed: a source, stiff or not, at times a transformer of either kind on the way, a random tree
 * of lines some of which carry nothing, ratings, and loads and generation on any phase.
 */
export function drawnFeeder(seed: number, options: { readonly phases?: 1 | 3; readonly buses?: number } = {}): Feeder {
  const random = new RandomStream(seed, 'feeder')
  const { phases = 3, buses = random.whole(3, 9) } = options
  const impedance = (ohm: number) => [random.between(0.2, 1) * ohm, random.between(0.2, 1) * ohm] as const
  const isStiff = random.uniform() < 0.3
  const z1Ohm = impedance(0.05)
  const z0Ohm = impedance(0.1)
  const isTransformed = random.uniform() < 0.7
  const vectorGroup = random.uniform() < 0.6 ? 'Dyn' : 'YNyn'
  const highV = isTransformed ? 1_000 : 400
  // Behind the transformer stand the buses from `below` on.
  const below = isTransformed ? random.whole(1, 2) : buses
  const lines: Feeder['lines'][number][] = []
  const transformers: NonNullable<Feeder['transformers']>[number][] = []
  for (let bus = 1; bus < buses; bus++) {
    const lowest = bus > below ? below : 0
    const from = String(bus < below || bus > below ? random.whole(lowest, bus - 1) : bus - 1)
    const to = String(bus)
    if (bus === below) {
      const rated = { ratedKva: random.between(30, 100), vkPercent: 4, vkrPercent: random.between(1, 3) }
      transformers.push({ from, to, ...rated, highV: random.between(980, 1_020), lowV: 400, vectorGroup })
      continue
    }
    const [r1Ohm, x1Ohm] = impedance(0.08)
    const zero = { r0Ohm: r1Ohm * random.between(0.9, 4), x0Ohm: x1Ohm * random.between(0.9, 4) }
    const ends = random.uniform() < 0.5 ? { from, to } : { from: to, to: from }
    const rating = random.uniform() < 0.5 ? {} : { ratingA: random.between(5, 60) }
    lines.push({ ...ends, r1Ohm, x1Ohm, ...(phases === 3 ? zero : {}), ...rating })
  }
  const loads = Array.from({ length: random.whole(1, buses) }, () => ({
    bus: String(random.whole(0, buses - 1)),
    phase: phases === 1 ? ('ABC' as const) : ((['ABC', 'A', 'B', 'C'] as const)[random.whole(0, 3)] ?? 'ABC'),
    pKw: random.between(-3, 6),
    qKvar: random.between(-1, 2),
  }))
  const behind = isStiff ? {} : { z1Ohm, z0Ohm }
  return {
    frequencyHz: 50,
    phases,
    source: { bus: '0', voltageLineToLineV: highV, perUnit: random.between(0.97, 1.05), ...behind },
    transformers,
    lines,
    loads,
  }
}
