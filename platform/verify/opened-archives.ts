import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ArchiveRefused, type BuiltBatch, type OpenedArchive, openArchive, ownersOf } from '#contracts/index.ts'
import { addressOf } from '#protocol/signing.ts'
import { archivePlace } from './batch-step.ts'
import { firstDifference } from './first-difference.ts'
import { ProofFailed } from './proof-failed.ts'

type Hex = `0x${string}`

/** What a key has opened of a street's archives. */
export interface ArchivesAudit {
  readonly account: Hex
  readonly lines: number
  /** those of them that it opened: each is what the log makes it */
  readonly opened: number
  /** the numbers of those that are not for it, from 0 in each batch */
  readonly sealed: readonly { readonly batch: number; readonly lines: readonly number[] }[]
}

/** Opens archives with one key, and holds what is in them against the batches that the log makes. */
export class OpenedArchives {
  readonly #folder: string
  readonly #key: Hex
  readonly #sealed: { readonly batch: number; readonly lines: readonly number[] }[] = []
  #lines = 0

  constructor(folder: string, key: Hex) {
    this.#folder = folder
    this.#key = key
  }

  /** Opens the archive of the next batch. Throws ProofFailed where it is not what it has to be. */
  take(built: BuiltBatch): void {
    const place = archivePlace(built)
    const { archiveHash, number: batch } = built.header
    const opened = this.#open(place, { bytes: readFileSync(join(this.#folder, place)), archiveHash })
    const lines = opened?.lines ?? built.lines.map(() => null)
    if (lines.length !== built.lines.length) {
      const expected = `${built.lines.length} lines`
      throw new ProofFailed({ step: 'archive', place: `${place} lines`, expected, got: `${lines.length} lines` })
    }
    const account = addressOf(this.#key)
    const sealed: number[] = []
    for (const [number, record] of built.lines.entries()) {
      const line = lines[number]
      if (line == null) {
        // Only who sealed it can leave a home's own key out of its box.
        if (ownersOf(record).includes(account)) {
          const expected = `a line that opens to ${account}, whose it is`
          throw new ProofFailed({
            step: 'archive',
            place: `${place} line ${number}`,
            expected,
            got: 'one that does not',
          })
        }
        sealed.push(number)
        continue
      }
      const difference = firstDifference(asWritten(record), line)
      if (difference === null) continue
      const { path, expected, got } = difference
      throw new ProofFailed({ step: 'archive', place: `${place} line ${number} ${path}`.trim(), expected, got })
    }
    this.#lines += lines.length
    if (sealed.length > 0) this.#sealed.push({ batch, lines: sealed })
  }

  /** After the last batch. Throws ProofFailed where the key has opened nothing. */
  end(): ArchivesAudit {
    const account = addressOf(this.#key)
    const opened = this.#lines - this.#sealed.reduce((sum, { lines }) => sum + lines.length, 0)
    if (opened === 0 && this.#lines > 0) {
      const expected = "the key of a home, or of the node's archives"
      throw new ProofFailed({ step: 'archive', place: '--archive', expected, got: `${account}, which opens no line` })
    }
    return { account, lines: this.#lines, opened, sealed: this.#sealed }
  }

  /** Null where nothing in it is for this key: a home was not there in every batch. */
  #open(place: string, kept: { readonly bytes: Uint8Array; readonly archiveHash: Hex }): OpenedArchive | null {
    try {
      return openArchive(kept, this.#key)
    } catch (cause) {
      if (!(cause instanceof ArchiveRefused)) throw cause
      if (cause.code === 'NOT_A_READER') return null
      const expected = 'what was sealed there'
      throw new ProofFailed({ step: 'archive', place: `${place} ${cause.place}`, expected, got: cause.code })
    }
  }
}

/** As it comes back from a file: what is undefined is not there. */
const asWritten = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
