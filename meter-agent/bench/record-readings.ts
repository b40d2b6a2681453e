import { pathToFileURL } from 'node:url'
import { Effect } from 'effect'
import type { SigningDomain } from '#protocol/typed-data.ts'
import { openSqliteOutbox } from '../outbox/node-sqlite.ts'
import type { OutboxFailure } from '../outbox/outbox.ts'
import { emptyRecorder, nextReading, type RecorderState } from '../reading/recorder.ts'
import { advanceSlots } from '../reading/slot-statement.ts'
import { registersHash, registersText, wordsText } from '../registers.ts'
import { openStream } from '../stream.ts'

/** How fast a home writes down what its meter says. */
export interface RecordingFigures {
  /** guarded, chained, signed by a stream's key, and in the outbox on disk with its registers; a statement a slot, synced at once */
  readonly readingsPerSecond: number
  readonly readings: number
  readonly statements: number
}

const START_MS = 1_700_000_000_000
/** An agent reads every 10 s: 90 readings a statement. */
const EVERY_MS = 10_000
/** As many words as the longest settlement meter of SunSpec. */
const METER_WORDS = 107
const WARM_READINGS = 2_000
const READINGS_A_TURN = 100
/** What waits is bounded; the bench is about the way there. */
const MAX_READINGS = 1_000_000
const home = { account: `0x${'a'.repeat(40)}`, neighbourhood: 'bench', slotMinutes: 15 } as const
const domain: SigningDomain = { name: 'Commonwatt', version: '1', chainId: 1, verifyingContract: `0x${'1'.repeat(40)}` }
const DEVICE_ID = 'bench'
const profileHash = `0x${'2'.repeat(64)}` as const

/** Records readings for so many seconds, as an agent does after each poll, into an outbox in `file`. */
export const recordReadings = (options: {
  readonly file: string
  readonly seconds: number
}): Effect.Effect<RecordingFigures, OutboxFailure> =>
  Effect.gen(function* () {
    const outbox = yield* openSqliteOutbox({ file: options.file, maxReadings: MAX_READINGS })
    const uri = pathToFileURL(`${options.file}-stream`).href
    const stream = yield* openStream({ outbox, uri, neighbourhood: home.neighbourhood, deviceId: DEVICE_ID })
    let state: RecorderState = emptyRecorder
    let readings = 0
    let statements = 0
    const record = Effect.suspend(() => {
      const importWh = 1_000_000 + readings
      const registers = registersOf(importWh)
      const next = nextReading(
        state,
        { importWh, exportWh: 0, powerW: 360 },
        {
          domain,
          deviceId: DEVICE_ID,
          bootId: outbox.bootId,
          timeMs: START_MS + readings * EVERY_MS,
          monotonicMs: readings,
          clock: 'simulated',
          source: 'certified-meter',
          profileHash,
          registersHash: registersHash(registers),
          limits: { connectionPowerW: 43_470, timeToleranceMs: 1_000 },
          link: 'unbroken',
        },
      )
      if (next === null) return Effect.die('a counter that is there makes a reading')
      const { recorded } = next
      const slots = advanceSlots(state.slot, { before: state.last, after: recorded }, home)
      state = { ...next.state, slot: slots.state }
      readings++
      statements += slots.statements.length
      const { reading, hash } = recorded
      const entry = { state, reading, registers, statements: slots.statements }
      return Effect.flatMap(stream.sign(hash, reading.timeMs), (signed) => outbox.record({ ...entry, signed }))
    })
    const many = (count: number) => Effect.forEach(Array.from({ length: count }), () => record, { discard: true })
    yield* many(WARM_READINGS)
    const before = { readings, statements, ms: performance.now() }
    while (performance.now() - before.ms < options.seconds * 1_000) {
      yield* many(READINGS_A_TURN)
      yield* Effect.yieldNow
    }
    yield* outbox.sync
    const tookMs = performance.now() - before.ms
    return {
      readingsPerSecond: Math.round(((readings - before.readings) * 1_000) / tookMs),
      readings: readings - before.readings,
      statements: statements - before.statements,
    }
  }).pipe(Effect.scoped)

/** What a meter might answer: other words each time. */
const registersOf = (importWh: number): string => {
  const words = Array.from({ length: METER_WORDS }, (_, i) => (importWh >> (i % 16)) & 0xffff)
  return registersText({ protocol: 'modbus', unit: 1, address: 40_072, model: 203, words: wordsText(words) })
}
