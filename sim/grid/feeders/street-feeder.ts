import type { Feeder, Line, Phase } from '../feeder.ts'
import { type ConductorName, conductors } from './conductors.ts'

/** What kind of place a street is. */
export const streetKinds = ['rural', 'village', 'suburb', 'block'] as const
export type StreetKind = (typeof streetKinds)[number]

interface StreetShape {
  readonly homes: number
  readonly ratedKva: number
  readonly vkrPercent: number
  /** How many lines leave the transformer, and how far it is to the first joint of each, and from joint to joint. */
  readonly branches: number
  readonly leadM: number
  readonly spacingM: number
  readonly main: ConductorName
  /** From the joint to the home. */
  readonly serviceM: number
}

/**
 * Farms on poles; a village with a cable to either side; a suburb of short plots; blocks of flats, a riser each. Sizes
 * are of the order of German low-voltage networks (Kerber 2011: Land, Dorf, Vorstadt); the transformers are the usual
 * ones of 10/0.4 kV and 4 % short-circuit voltage.
 */
const shapes: Readonly<Record<StreetKind, StreetShape>> = {
  rural: {
    homes: 14,
    ratedKva: 160,
    vkrPercent: 1.4625,
    branches: 2,
    leadM: 80,
    spacingM: 60,
    main: 'Al/St 4x70/11',
    serviceM: 30,
  },
  village: {
    homes: 37,
    ratedKva: 250,
    vkrPercent: 1.2,
    branches: 3,
    leadM: 50,
    spacingM: 35,
    main: 'NAYY 4x150',
    serviceM: 15,
  },
  suburb: {
    homes: 120,
    ratedKva: 400,
    vkrPercent: 1.325,
    branches: 6,
    leadM: 40,
    spacingM: 18,
    main: 'NAYY 4x150',
    serviceM: 10,
  },
  block: {
    homes: 96,
    ratedKva: 630,
    vkrPercent: 1.0794,
    branches: 6,
    leadM: 60,
    spacingM: 3,
    main: 'NAYY 4x150',
    serviceM: 8,
  },
}

const SERVICE: ConductorName = 'NAYY 4x50'
const HIGH_V = 10_000
const LOW_V = 400
/** The short-circuit power of the network above, with its reactance over its resistance. */
const SHORT_CIRCUIT_VA = 100e6
const X_PER_R = 2
/** What a home takes of the evening peak of many. */
const HOME_KW = 1.5
const HOME_KVAR = 0.3
const PHASES_IN_TURN: readonly Phase[] = ['A', 'B', 'C']

/**
 * A street of homes behind a transformer, three phases: lines leave it in turn, with a joint for every home and a
 * service cable to it. The bus of a home is `home-01`, `home-02`, …, with `homes` (the usual number of the kind unless
 * told otherwise); its load is that of an evening, on three phases or on one in turn (`connection`). A home more changes
 * nothing of the others' cables.
 */
export function streetFeeder(options: {
  readonly kind: StreetKind
  readonly homes?: number
  /** of the transformer */
  readonly ratedKva?: number
  readonly connection?: 'three-phase' | 'single-phase'
}): Feeder {
  const shape = shapes[options.kind]
  const { homes = shape.homes, ratedKva = shape.ratedKva, connection = 'three-phase' } = options
  if (!Number.isSafeInteger(homes) || homes < 1) throw new RangeError(`a street has 1 home or more, not ${homes}`)
  const sourceOhm = HIGH_V ** 2 / SHORT_CIRCUIT_VA
  const z1Ohm = [sourceOhm / Math.hypot(1, X_PER_R), (sourceOhm * X_PER_R) / Math.hypot(1, X_PER_R)] as const
  const names = Array.from({ length: homes }, (_, index) => `home-${String(index + 1).padStart(2, '0')}`)
  return {
    frequencyHz: 50,
    phases: 3,
    source: { bus: 'grid', voltageLineToLineV: HIGH_V, perUnit: 1, z1Ohm, z0Ohm: z1Ohm },
    transformers: [
      {
        from: 'grid',
        to: 'station',
        ratedKva,
        vkPercent: 4,
        vkrPercent: shape.vkrPercent,
        highV: HIGH_V,
        lowV: LOW_V,
        vectorGroup: 'Dyn',
      },
    ],
    lines: names.flatMap((home, index) => {
      const branch = (index % shape.branches) + 1
      const place = Math.floor(index / shape.branches) + 1
      const joint = `${branch}-${place}`
      const before = place === 1 ? 'station' : `${branch}-${place - 1}`
      const alongM = place === 1 ? shape.leadM : shape.spacingM
      return [
        lineOf({ from: before, to: joint, conductor: shape.main, lengthM: alongM }),
        lineOf({ from: joint, to: home, conductor: SERVICE, lengthM: shape.serviceM }),
      ]
    }),
    loads: names.map((bus, index) => ({
      bus,
      phase: connection === 'three-phase' ? 'ABC' : (PHASES_IN_TURN[index % 3] as Phase),
      pKw: HOME_KW,
      qKvar: HOME_KVAR,
    })),
  }
}

function lineOf(options: {
  readonly from: string
  readonly to: string
  readonly conductor: ConductorName
  readonly lengthM: number
}): Line {
  const { from, to, conductor, lengthM } = options
  const { r1OhmPerKm, x1OhmPerKm, r0OhmPerKm, x0OhmPerKm, ratingA } = conductors[conductor]
  const lengthKm = lengthM / 1_000
  return {
    from,
    to,
    r1Ohm: r1OhmPerKm * lengthKm,
    x1Ohm: x1OhmPerKm * lengthKm,
    r0Ohm: r0OhmPerKm * lengthKm,
    x0Ohm: x0OhmPerKm * lengthKm,
    ratingA,
  }
}
