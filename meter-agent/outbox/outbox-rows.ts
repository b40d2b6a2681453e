import { Data, Effect, type Scope } from 'effect'
import { causeWords } from '../cause-words.ts'
import type { RecorderState } from '../reading/recorder.ts'
import { openToRead, READ_NOTE, recorderIn } from './node-sqlite.ts'
import { OutboxFailure } from './outbox.ts'
import { SCHEMA_VERSION } from './schema.ts'

/** A body, and the envelope that was sent; null before. */
interface LetterRow {
  readonly body: string
  readonly envelope: string | null
}

/** All that an outbox has recorded and not let go yet, as it stands in the file. */
export interface OutboxRows {
  readonly note: (name: string) => string | null
  readonly recorder: RecorderState
  readonly sessions: readonly LetterRow[]
  readonly statements: readonly LetterRow[]
  /** oldest first; `session` and `signature` are null where the reading was not signed when it was recorded */
  readonly readings: () => Iterable<{
    readonly sequence: number
    readonly body: string
    readonly session: number | null
    readonly signature: string | null
    readonly registers: string | null
  }>
}

/** Reads an outbox as it is at this moment, also while its agent runs. Fails where there is none, or it is damaged. */
export const readOutbox = (file: string): Effect.Effect<OutboxRows, NoOutbox | OutboxFailure, Scope.Scope> =>
  Effect.flatMap(openToRead(file), (database) =>
    Effect.try({
      try: () => {
        const found = database.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name IN ('note', 'reading')")
        if (found.get()?.n !== 2) throw new NoOutbox({ file })
        return rowsOf(database)
      },
      catch: (cause) => (cause instanceof NoOutbox ? cause : new OutboxFailure({ file, detail: causeWords(cause) })),
    }),
  )

/** A file of SQLite that no home keeps its memory in. */
export class NoOutbox extends Data.TaggedError('NoOutbox')<{ readonly file: string }> {
  override get message(): string {
    return `${this.file}: no home's outbox`
  }
}

function rowsOf(database: Effect.Success<ReturnType<typeof openToRead>>): OutboxRows {
  database.exec('BEGIN') // one moment for all that is read
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (version !== SCHEMA_VERSION) {
    throw new Error(`is of schema ${version}, not ${SCHEMA_VERSION}: its agent brings it up to date when it starts`)
  }
  const note = database.prepare(READ_NOTE)
  const letters = (sql: string) => database.prepare(sql).all() as unknown as readonly LetterRow[]
  const readings = database.prepare(
    'SELECT sequence, body, session, signature, registers FROM reading ORDER BY sequence',
  )
  return {
    note: (name) => {
      const text = note.get(`note:${name}`)?.text
      return typeof text === 'string' ? text : null
    },
    recorder: recorderIn(database),
    sessions: letters('SELECT body, envelope FROM session ORDER BY sequence'),
    statements: letters('SELECT body, envelope FROM statement ORDER BY slot'),
    readings: () => readings.iterate() as unknown as ReturnType<OutboxRows['readings']>,
  }
}
