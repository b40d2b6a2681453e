import { Effect, type Scope } from 'effect'
import type { Reading } from '#protocol/reading.ts'
import type { Statement } from '#protocol/statement.ts'
import { causeWords } from './cause-words.ts'
import { OutboxFailure } from './outbox/outbox.ts'
import { type NoOutbox, type OutboxRows, readOutbox } from './outbox/outbox-rows.ts'

/** One line of a home's log: JSON without a line break, and where it comes from. */
export interface HomeLogLine {
  readonly place: string
  readonly text: string
}

/**
 * What a home has said and can still show, in the order in which it happened: `log` (whose, under which domain, and what
 * its last reading is), the enrolment, then each session before the first reading that it is for, each reading behind its
 * registers, each statement behind its last reading. Envelopes as they were sent; where none is kept (not sent
 * yet, or by an earlier version) the kind has `unsigned-` before it, and there is a body only. Reads the outbox at one moment, also while its agent runs. Fails where there is
 * none, or its home has not joined a market yet.
 */
export const readHomeLog = (
  file: string,
): Effect.Effect<Iterable<HomeLogLine>, NoOutbox | OutboxFailure, Scope.Scope> =>
  Effect.flatMap(readOutbox(file), (rows) =>
    Effect.try({
      try: () => linesOf(rows, headOf(rows)),
      catch: (cause) => new OutboxFailure({ file, detail: causeWords(cause) }),
    }),
  )

interface Head {
  readonly first: number
  readonly text: string
}

function headOf(rows: OutboxRows): Head {
  const protocol = rows.note('protocol')
  const account = rows.note('enrolled')
  const { last } = rows.recorder
  if (protocol === null || account === null) throw new Error('its home has not joined a market yet')
  if (last === null) throw new Error('its home has read nothing yet')
  const { domain, neighbourhood, rules } = JSON.parse(protocol)
  const { deviceId, sequence } = last.reading
  const first = firstOf(rows, sequence)
  if (first > sequence) {
    throw new Error(
      'an earlier version has let go of its readings when they were sent: it has a log from the next one on',
    )
  }
  const head = { sequence, hash: last.hash }
  const log = { format: 1, neighbourhood, slotMinutes: rules.slotMinutes, domain, account, deviceId, first, head }
  return { first, text: JSON.stringify({ kind: 'log', ...log }) }
}

/**
 * The reading that the log begins with. Before readings were signed when they were recorded, acknowledged ones were let
 * go one by one: what such holes are in is left out. Behind the last one where that is all.
 */
function firstOf(rows: OutboxRows, last: number): number {
  let first = 0
  let next = 0
  for (const { sequence, session } of rows.readings()) {
    if (sequence !== next) first = sequence
    if (session !== null) return first
    next = sequence + 1
  }
  return next === last + 1 ? first : last + 1
}

function* linesOf(rows: OutboxRows, { first, text }: Head): Iterable<HomeLogLine> {
  yield { place: 'log', text }
  const enrolment = rows.note('enrolment')
  if (enrolment !== null) yield { place: 'enrolment', text: enrolment }
  const sessions = rows.sessions.map((row) => ({ ...row, ...fieldsOf(row.body) }))
  const statements = rows.statements.map((row) => ({ ...row, ...fieldsOf(row.body) }))
  let session = 0
  let statement = 0
  for (const reading of rows.readings()) {
    const { sequence, registers } = reading
    if (sequence < first) continue
    while (statement < statements.length && !(Number(statements[statement]?.lastSequence) >= sequence)) {
      yield* letter('statement', statements[statement++])
    }
    while (session < sessions.length && !(Number(sessions[session]?.sequence) > (reading.session ?? 0))) {
      yield* letter('session', sessions[session++])
    }
    if (registers !== null) {
      yield { place: `registers ${sequence}`, text: JSON.stringify({ kind: 'registers', sequence, text: registers }) }
    }
    const signer = sessions.find((one) => one.sequence === reading.session)?.streamKey
    yield { place: `reading ${sequence}`, text: readingText(reading, signer) }
  }
  for (; statement < statements.length; statement++) yield* letter('statement', statements[statement])
  for (; session < sessions.length; session++) yield* letter('session', sessions[session])
}

type Fields = Partial<Pick<Statement, 'slot' | 'lastSequence'> & Pick<Reading, 'sequence'> & { streamKey: string }>

function* letter(
  kind: 'session' | 'statement',
  row: ({ readonly body: string; readonly envelope: string | null } & Fields) | undefined,
): Iterable<HomeLogLine> {
  if (row === undefined) return
  const text = row.envelope ?? `{"kind":"unsigned-${kind}","body":${row.body}}`
  yield { place: `${kind} ${row.sequence ?? row.slot}`, text }
}

function readingText(
  { body, signature }: { readonly body: string; readonly signature: string | null },
  signer: string | undefined,
): string {
  if (signature === null) return `{"kind":"unsigned-reading","body":${body}}`
  return `{"kind":"reading","algorithm":"ed25519","signer":${JSON.stringify(signer ?? null)},"signature":${JSON.stringify(signature)},"body":${body}}`
}

/** What a body says, if it is one; whoever checks the line says what is wrong with it. */
function fieldsOf(body: string): Fields {
  try {
    return JSON.parse(body) as Fields
  } catch {
    return {}
  }
}
