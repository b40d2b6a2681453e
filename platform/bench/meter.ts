import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Console, Effect } from 'effect'
import { type PollingFigures, type PollingOptions, type RecordingFigures, recordReadings } from '#meter-agent/index.ts'
import nodeOptions from '../node-options.json' with { type: 'json' }
import { progressLine } from '../progress-line.ts'
import { coldReadMs } from './cold-read.ts'
import type { Emulated, EmulatedUrls } from './emulating-process.ts'
import { inOwnProcess } from './own-process.ts'

/** A meter whose grid role takes five requests, and what one holds. */
const PROFILE = fileURLToPath(new URL('./five-requests.profile.json', import.meta.url))
const IMAGE = fileURLToPath(new URL('./five-requests.image.json', import.meta.url))
const HELD = { powerW: 1_200, importWh: 1_234_567, exportWh: 87_538 }
const STARTS = 5
const RECORD_SECONDS_MAX = 10

interface MeterReport extends PollingFigures, RecordingFigures {
  /** `meter read` of a SunSpec device, from the start of its process to its end, the middle one of five */
  readonly coldReadMs: number
}

/**
 * Measures the meter agent and prints what was found: polling many emulated devices, recording readings, a first
 * `meter read`. Each part has a process of its own, the emulated devices, too, whose cost is not counted.
 */
export const runMeterBench = Effect.fnUntraced(function* (given: {
  readonly devices: number
  readonly seconds: number
  readonly json: boolean
}) {
  const { devices, seconds } = given
  const line = progressLine()
  const emulated = yield* inOwnProcess<EmulatedUrls>(new URL('./emulating-process.ts', import.meta.url), {
    image: IMAGE,
    devices,
  } satisfies Emulated)
  line.part(`polling ${devices} devices for ${seconds} s`)
  const polling = yield* Effect.scoped(
    inOwnProcess<PollingFigures>(
      new URL('./agent-process.ts', import.meta.url),
      {
        devices: emulated.devices.map((url) => ({ type: 'modbus', url })),
        profile: PROFILE,
        expected: HELD,
        seconds,
      } satisfies PollingOptions,
      nodeOptions.agent,
    ),
  )
  line.part('recording readings')
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), 'commonwatt-bench-'))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true })),
  )
  const recording = yield* recordReadings({
    file: join(folder, 'outbox.sqlite'),
    seconds: Math.min(seconds, RECORD_SECONDS_MAX),
  })
  line.part('starting meter read')
  const report: MeterReport = {
    ...polling,
    ...recording,
    coldReadMs: Math.round(yield* coldReadMs(emulated.sunspec, STARTS)),
  }
  line.clear()
  yield* Console.log(given.json ? JSON.stringify(report) : inWords(report))
}, Effect.scoped)

function inWords(report: MeterReport): string {
  const { devices, requestsEach, errors, firstError, cpuShare, rssMiB, pollsPerSecond } = report
  const row = (name: string, measured: string, toMeet: string, isMet: boolean) =>
    `${name.padEnd(11)}${measured.padEnd(52)}${toMeet.padEnd(24)}${isMet ? 'met' : 'MISSED'}`
  const wished = devices * requestsEach
  return [
    row(
      'polling',
      `${round(pollsPerSecond)} requests a second of ${devices} devices`,
      `≥ ${round(0.99 * wished)}`,
      pollsPerSecond >= 0.99 * wished,
    ),
    row('errors', firstError === null ? `${errors}` : `${errors}, the first: ${firstError}`, '0', errors === 0),
    row('processor', `${(100 * cpuShare).toFixed(1)} % of a core`, '< 25 %', cpuShare < 0.25),
    row('memory', `${Math.round(rssMiB)} MiB at most`, '< 286 MiB (300 MB)', rssMiB < 286),
    row(
      'recording',
      `${round(report.readingsPerSecond)} readings a second, chained and on disk`,
      '≥ 5,000',
      report.readingsPerSecond >= 5_000,
    ),
    row(
      'first read',
      `${round(report.coldReadMs)} ms from the start of meter read to its end`,
      '≤ 2,000 ms',
      report.coldReadMs <= 2_000,
    ),
  ].join('\n')
}

const round = (number: number): string => Math.round(number).toLocaleString('en')
