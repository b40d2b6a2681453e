import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Effect, type Scope } from 'effect'
import {
  decodeRegisters,
  type KeptRegisters,
  type OutboxFailure,
  openKeptRegisters,
  registersHash,
} from '#meter-agent/index.ts'
import type { Reading } from '#protocol/reading.ts'
import { COUNTS_ANEW, ReadingQuality } from '#protocol/reading-quality.ts'
import { ProofFailed } from './proof-failed.ts'

/** Where a home's registers are kept, from the data folder. */
export const registersPlace = (home: string): string => join('outboxes', `${home}.sqlite`)

/** What a home kept of its meter's answers; null where it does not keep them in this folder. */
export const openRegisters = (
  folder: string,
  home: string,
): Effect.Effect<KeptRegisters | null, ProofFailed, Scope.Scope> => {
  const file = join(folder, registersPlace(home))
  if (!existsSync(file)) return Effect.succeed(null)
  return openKeptRegisters(file).pipe(
    Effect.mapError(({ detail: got }) => {
      const expected = 'an outbox that can be read'
      return new ProofFailed({ step: 'registers', place: registersPlace(home), expected, got })
    }),
  )
}

/**
 * Holds one home's readings, in their order, against the registers that it kept: they have the hash that the reading
 * was signed with, and decoded again they give the reading's counters and power.
 */
export class RegistersCheck {
  readonly #kept: KeptRegisters
  readonly #step: string
  readonly #place: string
  readonly #importWh: CounterCheck
  readonly #exportWh: CounterCheck

  constructor(options: {
    readonly kept: KeptRegisters
    readonly step: string
    readonly home: string
    /** whether a counter went back before the first reading that is checked */
    readonly afterReset: boolean
  }) {
    this.#kept = options.kept
    this.#step = options.step
    this.#place = registersPlace(options.home)
    this.#importWh = new CounterCheck(options.afterReset)
    this.#exportWh = new CounterCheck(options.afterReset)
  }

  /** Takes the next reading: `gone` if its registers are so old that they were let go. */
  readonly take = (reading: Reading): Effect.Effect<'decoded' | 'gone', ProofFailed> =>
    Effect.gen({ self: this }, function* () {
      const isUnreadable = ({ detail }: OutboxFailure) =>
        this.#failed(reading, '', 'an outbox that can be read', detail)
      const text = yield* Effect.mapError(this.#kept.textOf(reading.sequence), isUnreadable)
      if (text === null) {
        // Asked for after the registers: what goes in between is gone by then.
        const oldest = yield* Effect.mapError(this.#kept.oldest, isUnreadable)
        if (oldest === null || reading.sequence < oldest) return 'gone'
        return yield* this.#failed(reading, '', 'the registers of this reading', 'none')
      }
      const hash = registersHash(text)
      if (hash !== reading.registersHash) {
        return yield* this.#failed(reading, '', `registers of hash ${reading.registersHash}`, hash)
      }
      const { sample, profileHash } = yield* decodeRegisters(text).pipe(
        Effect.catch(({ message }) => this.#failed(reading, '', 'registers that can be decoded', message)),
      )
      const again = {
        profileHash,
        importWh: this.#importWh.publishedWh(reading, 'importWh', sample.importWh),
        exportWh: this.#exportWh.publishedWh(reading, 'exportWh', sample.exportWh),
        powerW: sample.powerW === null ? reading.powerW : Math.round(sample.powerW),
      }
      for (const field of ['profileHash', 'importWh', 'exportWh', 'powerW'] as const) {
        if (again[field] === reading[field]) continue
        return yield* this.#failed(reading, field, `${reading[field]}, as the reading says`, String(again[field]))
      }
      return 'decoded'
    })

  #failed({ sequence }: Reading, field: string, expected: string, got: string): ProofFailed {
    const place = `${this.#place} registers ${sequence}${field === '' ? '' : ` ${field}`}`
    return new ProofFailed({ step: this.#step, place, expected, got })
  }
}

/**
 * A counter as the device shows it against what readings publish: the same, or, once it was reset or replaced, a
 * constant apart.
 */
class CounterCheck {
  #offsetWh: number | null

  constructor(afterReset: boolean) {
    this.#offsetWh = afterReset ? null : 0
  }

  publishedWh(reading: Reading, field: 'importWh' | 'exportWh', rawWh: number | null): number {
    if (rawWh === null) return reading[field] // not available: the last one goes on
    if ((reading.quality & ReadingQuality.counterHeld) !== 0) {
      this.#offsetWh = null
      return reading[field]
    }
    if ((reading.quality & COUNTS_ANEW) !== 0) this.#offsetWh = null
    this.#offsetWh ??= reading[field] - Math.floor(rawWh)
    return Math.floor(rawWh) + this.#offsetWh
  }
}
