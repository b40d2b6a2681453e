import type { Reading } from '#protocol/reading.ts'
import { ReadingQuality } from '#protocol/reading-quality.ts'
import { digestOf } from '#protocol/signing.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import type { MeterSample } from '../settlement-meter.ts'
import type { Witness } from '../witness.ts'
import type { CounterLimits } from './counter-step.ts'
import { type CounterState, guardCounter } from './guard.ts'
import { type ChecksState, judgeSample, limitsOf } from './plausibility.ts'
import type { RecordedReading } from './recorded-reading.ts'
import type { SlotState } from './slot-statement.ts'
import type { Place } from './sun-check.ts'

/** Everything that the next reading and statement rest on; kept on disk, so that no restart breaks the chain. */
export interface RecorderState {
  readonly last: RecordedReading | null
  readonly importCounter: CounterState | null
  readonly exportCounter: CounterState | null
  readonly slot: SlotState | null
  /** absent in what was kept before there were checks over time */
  readonly checks?: ChecksState
}

/** A recorder that has recorded nothing. */
export const emptyRecorder: RecorderState = { last: null, importCounter: null, exportCounter: null, slot: null }

/** 32 zero bytes: what the first reading follows. */
const NO_READING = `0x${'0'.repeat(64)}` as const
const MS_PER_HOUR = 3_600_000

/** How and when a sample was taken. */
export interface SampleContext {
  readonly domain: SigningDomain
  readonly deviceId: string
  readonly bootId: number
  readonly timeMs: number
  readonly monotonicMs: number
  readonly clock: Reading['clock']
  readonly source: Reading['source']
  readonly profileHash: `0x${string}`
  readonly registersHash: `0x${string}`
  readonly limits: CounterLimits
  readonly link: 'unbroken' | 'after-gap'
  /** what else the device said */
  readonly witness?: Witness
  /** where the home is, if it says so */
  readonly place?: Place | undefined
}

/**
 * The next reading of the chain, or null while a counter has never had a value (there is nothing to count from).
 * Time never runs back within the chain.
 */
export function nextReading(
  state: RecorderState,
  sample: MeterSample,
  context: SampleContext,
): { readonly recorded: RecordedReading; readonly state: RecorderState } | null {
  const { domain, witness = {} } = context
  const limits = limitsOf(context.limits, witness)
  const previous = state.last?.reading
  const timeMs = Math.max(context.timeMs, previous?.timeMs ?? 0)
  const at = { atMs: timeMs, limits }
  const imported = guardCounter(state.importCounter, {
    ...at,
    rawWh: whole(sample.importWh),
    facts: witness.importCounter,
  })
  const exported = guardCounter(state.exportCounter, {
    ...at,
    rawWh: whole(sample.exportWh),
    facts: witness.exportCounter,
  })
  if (imported.state === null || exported.state === null) return null
  const importWh = imported.state.publishedWh
  const exportWh = exported.state.publishedWh
  const quality = imported.quality | exported.quality
  const counters = { importWh, exportWh, quality }
  const judged = judgeSample(state.checks, {
    sample,
    witness,
    counters,
    previous,
    at: context,
    limits,
    place: context.place,
  })
  const gap = context.link === 'after-gap' && previous !== undefined ? ReadingQuality.afterGap : 0
  const reading: Reading = {
    version: 1,
    deviceId: context.deviceId,
    sequence: previous === undefined ? 1 : previous.sequence + 1,
    bootId: context.bootId,
    timeMs,
    clock: context.clock,
    monotonicMs: context.monotonicMs,
    importWh,
    exportWh,
    powerW:
      sample.powerW === null ? averagePowerW(previous, { timeMs, importWh, exportWh }) : Math.round(sample.powerW),
    quality: quality | judged.quality | gap,
    source: context.source,
    profileHash: context.profileHash,
    registersHash: context.registersHash,
    previousHash: state.last?.hash ?? NO_READING,
  }
  const recorded = { reading, hash: digestOf({ domain, kind: 'reading', body: reading }) }
  return {
    recorded,
    state: {
      ...state,
      last: recorded,
      importCounter: imported.state,
      exportCounter: exported.state,
      checks: judged.state,
    },
  }
}

function whole(wh: number | null): number | null {
  return wh === null ? null : Math.floor(wh)
}

/** Where the device gives no power: what the counters say on average since the reading before (0 without one). */
function averagePowerW(
  previous: Reading | undefined,
  now: { readonly timeMs: number; readonly importWh: number; readonly exportWh: number },
): number {
  if (previous === undefined || now.timeMs === previous.timeMs) return 0
  const netWh = now.importWh - previous.importWh - (now.exportWh - previous.exportWh)
  return Math.round((netWh * MS_PER_HOUR) / (now.timeMs - previous.timeMs))
}
