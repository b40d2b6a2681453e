import type fc from 'fast-check'
import { isSentinel } from '#meter-agent/reading/counter-lies.ts'
import { emptyRecorder, nextReading, type RecorderState } from '#meter-agent/reading/recorder.ts'
import { advanceSlots } from '#meter-agent/reading/slot-statement.ts'
import type { MeterSample } from '#meter-agent/settlement-meter.ts'
import type { Witness } from '#meter-agent/witness.ts'
import { ReadingQuality } from '#protocol/reading-quality.ts'
import type { Statement } from '#protocol/statement.ts'

const MINUTE_MS = 60_000
const MINUTES = 15
const SLOTS = 96
/** midnight UTC of a winter day near Potsdam */
const DAY_START_MS = Date.UTC(2026, 0, 15)
const POTSDAM = { latitudeDeg: 52.4, longitudeDeg: 13.1 }
const ZERO_HASH = `0x${'0'.repeat(64)}` as const
const domain = { name: 'Commonwatt', version: '1', chainId: 31_337, verifyingContract: `0x${'1'.repeat(40)}` } as const
const home = { account: `0x${'a'.repeat(40)}`, neighbourhood: 'elm-street', slotMinutes: 15 } as const
const { counterHeld, counterReset, counterReturned, implausible, scaleChanged } = ReadingQuality

/** What a device does to one answer: what it should say goes in, what it says comes out. */
interface Lie {
  readonly minutes: number
  readonly tell: (truth: Told) => Told
  /** the reasons that a statement must name, all of them and no other */
  readonly quality: (truth: Told) => number
}
interface Told {
  readonly sample: MeterSample
  readonly witness: Witness
}

const counters = (sample: MeterSample, importWh: number | null, exportWh: number | null): MeterSample => ({
  ...sample,
  importWh,
  exportWh,
})
/** held until it is believed, and then the old count is back */
const believed = counterHeld | counterReset | counterReturned

/** A counter that says something for some minutes; told for three it is believed. */
const counterLie = (minutes: number, wh: number): Lie => ({
  minutes,
  tell: ({ sample, witness }) => ({ sample: counters(sample, wh, wh), witness }),
  quality: ({ sample: { importWh, exportWh } }) =>
    (minutes < 3 ? counterHeld : believed) |
    (wh > Math.min(importWh ?? 0, exportWh ?? 0) && wh > 1e6 ? implausible : 0),
})

/** Digits that are those of the scale factor before. */
const scaleLie = (minutes: number): Lie => ({
  minutes,
  tell: ({ sample, witness }) => {
    const { importCounter } = witness
    if (importCounter === undefined || sample.importWh === null) throw new Error('a lie about a counter without facts')
    return {
      sample: { ...sample, importWh: sample.importWh * 10 },
      witness: { ...witness, importCounter: { ...importCounter, scale: 1 } },
    }
  },
  quality: () => scaleChanged | counterHeld,
})

const momentLie = (quality: number, tell: (truth: Told) => Partial<Told>): Lie => ({
  minutes: 2,
  tell: (truth) => ({ ...truth, ...tell(truth) }),
  quality: () => quality,
})

/** Every lie that METERING names, and some told so long that others would be believed. */
const lies: Readonly<Record<string, Lie>> = {
  'a zero': counterLie(1, 0),
  'two zeros': counterLie(2, 0),
  'a night of zeros': counterLie(6, 0),
  '65535': counterLie(1, 65_535),
  '32768 for a while': counterLie(2, 32_768),
  'a spike of 1e9': counterLie(1, 1e9),
  'a spike that stays': counterLie(5, 1e9),
  'a scale factor ahead of its digits': scaleLie(1),
  'a scale factor that stays ahead': scaleLie(5),
  'no value': {
    minutes: 2,
    tell: ({ sample, witness }) => ({ sample: counters(sample, null, null), witness }),
    quality: () => ReadingQuality.notAvailable,
  },
  'a power of 65535': momentLie(implausible, ({ sample }) => ({
    sample: { ...sample, powerW: 65_535 },
  })),
  'a power of -32768': momentLie(implausible, ({ sample }) => ({
    sample: { ...sample, powerW: -32_768 },
  })),
  'a voltage of 6553.5': momentLie(ReadingQuality.voltageOutOfBand, ({ witness }) => ({
    witness: { ...witness, voltageV: [230, 6553.5, 231] },
  })),
  'a frequency of 655.35': momentLie(ReadingQuality.frequencyOutOfBand, ({ witness }) => ({
    witness: { ...witness, frequencyHz: 655.35 },
  })),
  'a phase of the other sign': {
    ...momentLie(ReadingQuality.phasesDisagree, ({ sample, witness }) => ({
      witness: { ...witness, phasePowerW: [(sample.powerW ?? 0) + 9_000, -300, -300] },
    })),
    minutes: 4,
  },
}

/** A sun that shines at midnight, UTC. */
const nightSun = momentLie(ReadingQuality.sunAtNight, ({ witness }) => ({
  witness: { ...witness, production: { powerW: 2_000, nameplateW: 9_000 } },
}))

/** What is drawn of a day. */
export interface DayPlan {
  readonly startImportWh: number
  readonly startExportWh: number
  readonly modulusWh: number
  /** W of each minute, import positive */
  readonly powerW: readonly number[]
  /** by slot */
  readonly lies: ReadonlyMap<number, Lie>
  /** the slot in which the import counter begins at 0 again, truly */
  readonly resetSlot: number
}

/** The minute of its slot in which a lie begins: the guard is past it before the slot ends. */
const FAULT_MINUTE = 5

/**
 * Runs a day minute by minute through guard, chain and slots, the state kept as JSON between any two readings. Gives
 * the statements and what truly flowed in each slot, by counters that nobody lies about.
 */
export function liveDay(plan: DayPlan): {
  readonly statements: readonly Statement[]
  readonly trueWh: readonly { readonly importWh: number; readonly exportWh: number }[]
  /** import that no counter has seen, as the meter was replaced */
  readonly lostWh: number
  /** the bits that each slot's statement has to have */
  readonly qualities: ReadonlyMap<number, number>
  /** Wh that the import counter had left before it begins anew by itself, when it was reset */
  readonly beforeWrapWh: number
  /** slots in which a counter truly showed a number that devices lie with (0, 32768 …): it is held until it moves on */
  readonly honestDoubts: ReadonlySet<number>
  /** whether a slot ends while one does */
  readonly endsInDoubt: boolean
} {
  let state: RecorderState = emptyRecorder
  const statements: Statement[] = []
  const atBoundary: { importWh: number; exportWh: number }[] = []
  let [importMilliWh, exportMilliWh] = [0, 0] // thirds of a Wh would not be whole otherwise
  let resetAtWh: number | null = null
  let beforeWrapWh = 0
  let endsInDoubt = false
  const honestDoubts = new Set<number>()
  const trueImportAt: number[] = []
  const qualities = new Map([[plan.resetSlot, counterHeld | counterReset]])
  for (let minute = 0; minute <= SLOTS * MINUTES; minute++) {
    const powerW = plan.powerW[minute % plan.powerW.length] ?? 0
    if (minute > 0) {
      importMilliWh += Math.max(0, powerW) * 50
      exportMilliWh += Math.max(0, -powerW) * 50
    }
    const importWh = plan.startImportWh + Math.floor(importMilliWh / 3_000)
    const exportWh = plan.startExportWh + Math.floor(exportMilliWh / 3_000)
    trueImportAt.push(importWh)
    const slot = Math.floor(minute / MINUTES)
    const intoFault = (minute % MINUTES) - FAULT_MINUTE
    if (minute % MINUTES === 0) atBoundary.push({ importWh, exportWh })
    if (slot === plan.resetSlot && intoFault === 0) {
      resetAtWh = importWh
      beforeWrapWh = plan.modulusWh - (importWh % plan.modulusWh)
    }
    const facts = { unitWh: 1, modulusWh: plan.modulusWh, scale: 0 }
    const truth: Told = {
      sample: {
        importWh: (importWh - (resetAtWh ?? 0)) % plan.modulusWh,
        exportWh: exportWh % plan.modulusWh,
        powerW,
      },
      witness: {
        importCounter: facts,
        exportCounter: facts,
        voltageV: [230, 231.4, 229],
        frequencyHz: 50.01,
        phasePowerW: [powerW - 200, 120, 80],
        production: { powerW: 3, nameplateW: 9_000 },
      },
    }
    const { sample } = truth
    if ([sample.importWh, sample.exportWh].some((wh) => wh === 0 || isSentinel(wh ?? 0, facts))) {
      honestDoubts.add(slot)
      if (minute % MINUTES === 0) endsInDoubt = true
    }
    const lie = plan.lies.get(slot)
    if (lie !== undefined && intoFault === 0) qualities.set(slot, lie.quality(truth))
    const told = lie !== undefined && intoFault >= 0 && intoFault < lie.minutes ? lie.tell(truth) : truth
    const next = nextReading(state, told.sample, {
      domain,
      deviceId: 'meter-1',
      bootId: 1,
      timeMs: DAY_START_MS + minute * MINUTE_MS,
      monotonicMs: minute * MINUTE_MS,
      clock: 'synchronised',
      source: 'certified-meter',
      profileHash: ZERO_HASH,
      registersHash: ZERO_HASH,
      limits: { connectionPowerW: 17_250, timeToleranceMs: 1_000 },
      link: 'unbroken',
      witness: told.witness,
      place: POTSDAM,
    })
    if (next === null) throw new Error('a day that begins without a count')
    const slots = advanceSlots(state.slot, { before: state.last, after: next.recorded }, home)
    statements.push(...slots.statements)
    state = JSON.parse(JSON.stringify({ ...next.state, slot: slots.state }))
  }
  const resetMinute = plan.resetSlot * MINUTES + FAULT_MINUTE
  const lostWh = (trueImportAt[resetMinute + 2] ?? 0) - (trueImportAt[resetMinute - 1] ?? 0)
  const trueWh = atBoundary.slice(1).map((end, i) => ({
    importWh: end.importWh - (atBoundary[i]?.importWh ?? 0),
    exportWh: end.exportWh - (atBoundary[i]?.exportWh ?? 0),
  }))
  return { statements, trueWh, lostWh, qualities, beforeWrapWh, honestDoubts, endsInDoubt }
}

/** A day with every lie once, each in a slot of its own, a reset in another, and a night sun before dawn. */
export function anyDay(check: typeof fc): fc.Arbitrary<DayPlan> {
  const quietSlots = Array.from({ length: SLOTS - 24 }, (_, i) => i + 22)
  return check
    .record({
      modulusWh: check.constantFrom(2 ** 32, 2 ** 31, 100_000_000, 65_536_000),
      importBeforeWrapWh: check.integer({ min: 200, max: 60_000 }),
      exportBeforeWrapWh: check.integer({ min: 200, max: 60_000 }),
      powerW: check.array(check.integer({ min: -8_000, max: 9_000 }), { minLength: 31, maxLength: 211 }),
      slots: check.shuffledSubarray(quietSlots, { minLength: 40, maxLength: 40 }),
      nightSlot: check.integer({ min: 2, max: 20 }),
    })
    .map(({ modulusWh, importBeforeWrapWh, exportBeforeWrapWh, powerW, slots, nightSlot }) => ({
      modulusWh,
      startImportWh: modulusWh - importBeforeWrapWh,
      startExportWh: modulusWh - exportBeforeWrapWh,
      powerW,
      lies: new Map([
        [nightSlot, nightSun],
        ...Object.values(lies).map((lie, i): [number, Lie] => [slots[i + 1] ?? 0, lie]),
      ]),
      resetSlot: slots[0] ?? 0,
    }))
}
