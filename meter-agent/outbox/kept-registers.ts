import { Effect, type Scope } from 'effect'
import { causeWords } from '../cause-words.ts'
import { openToRead } from './node-sqlite.ts'
import { OutboxFailure } from './outbox.ts'

/** What an outbox keeps of what its readings were read from. */
export interface KeptRegisters {
  /** the registers of a reading as they are kept, null if they are not; fails where the file is damaged there */
  readonly textOf: (sequence: number) => Effect.Effect<string | null, OutboxFailure>
  /** the oldest reading whose registers are kept by now, null if there is none: a home that runs lets go of more */
  readonly oldest: Effect.Effect<number | null, OutboxFailure>
}

/** Reads an outbox's registers, also while its agent runs. Fails (OutboxFailure) where there is none, or it is damaged. */
export const openKeptRegisters = (file: string): Effect.Effect<KeptRegisters, OutboxFailure, Scope.Scope> => {
  const attempt = <A>(step: () => A) =>
    Effect.try({ try: step, catch: (cause) => new OutboxFailure({ file, detail: causeWords(cause) }) })
  return Effect.flatMap(openToRead(file), (database) =>
    attempt(() => {
      const find = database.prepare('SELECT registers FROM reading WHERE sequence = ?')
      const first = database.prepare(
        'SELECT sequence FROM reading WHERE registers IS NOT NULL ORDER BY sequence LIMIT 1',
      )
      return {
        textOf: (sequence) =>
          attempt(() => {
            const text = find.get(sequence)?.registers
            return typeof text === 'string' ? text : null
          }),
        oldest: attempt(() => {
          const oldest = first.get()?.sequence
          return typeof oldest === 'number' ? oldest : null
        }),
      }
    }),
  )
}
