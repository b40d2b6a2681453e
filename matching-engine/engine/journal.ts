import type { CommandRing } from './command-ring.ts'

/** What a journal is opened with. */
export interface JournalOptions {
  readonly file: string
  readonly partition: string
  /** the last command that is in it */
  readonly sequence: number
  /** how large the file may become */
  readonly maxBytes?: number
}

/** What a journal tells, in order. */
export type JournalReport =
  /** commands up to here are on disk */
  | { readonly type: 'synced'; readonly sequence: number }
  | { readonly type: 'snapshot-kept'; readonly sequence: number }
  /** it can take no more, ever; `actualSequence` where another owner has appended */
  | { readonly type: 'failed'; readonly detail: string; readonly actualSequence: number | null }
  | { readonly type: 'closed' }

/** A journal that takes commands at its own pace: put into the ring now, on disk when it says so. */
export interface Journal {
  readonly ring: CommandRing
  /** Has a snapshot kept that covers commands put before. One at a time. */
  readonly keepSnapshot: (snapshot: { readonly sequence: number; readonly bytes: Uint8Array }) => void
  /** Writes what was put, and closes the file. */
  readonly close: () => void
}

/** Opens a journal; `report` is told everything, `closed` or `failed` last. */
export type OpenJournal = (options: JournalOptions, report: (report: JournalReport) => void) => Journal
