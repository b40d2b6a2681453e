import { Result, Schema } from 'effect'
import { SignedEnrolment, SignedReading, SignedSession, SignedStatement } from '#protocol/envelope.ts'
import { Address, Count, Hash32, PositiveInt, Slug } from '#protocol/ids.ts'
import { Reading } from '#protocol/reading.ts'
import { Session } from '#protocol/session.ts'
import { Statement } from '#protocol/statement.ts'

const Log = Schema.Struct({
  kind: Schema.Literal('log'),
  format: Schema.Literal(1),
  neighbourhood: Slug,
  slotMinutes: PositiveInt,
  domain: Schema.Struct({
    name: Schema.Literal('Commonwatt'),
    version: Schema.Literal('1'),
    chainId: Count,
    verifyingContract: Address,
  }),
  account: Address,
  deviceId: Slug,
  first: Count,
  head: Schema.Struct({ sequence: Count, hash: Hash32 }),
})
export type LogHead = typeof Log.Type

/** The last line of a log that is a file: how many lines stand before it, and the hash of them all, one after the other. */
const End = Schema.Struct({ kind: Schema.Literal('end'), lines: Count, hash: Hash32 })

const Registers = Schema.Struct({ kind: Schema.Literal('registers'), sequence: Count, text: Schema.String })

const unsigned = <K extends string, B extends Schema.Top>(kind: K, body: B) =>
  Schema.Struct({ kind: Schema.Literal(kind), body })

const lines = {
  log: Log,
  enrolment: SignedEnrolment,
  session: SignedSession,
  registers: Registers,
  reading: SignedReading,
  statement: SignedStatement,
  'unsigned-session': unsigned('unsigned-session', Session),
  'unsigned-reading': unsigned('unsigned-reading', Reading),
  'unsigned-statement': unsigned('unsigned-statement', Statement),
  end: End,
} as const
export type LogLine = { [K in keyof typeof lines]: (typeof lines)[K]['Type'] }[keyof typeof lines]

const decoders = Object.fromEntries(
  Object.entries(lines).map(([kind, schema]) => [
    kind,
    Schema.decodeUnknownResult(schema as Schema.Codec<LogLine, unknown>, { onExcessProperty: 'error' }),
  ]),
)

/** The line that a text is, or what is wrong with it in words. */
export function logLineOf(text: string): LogLine | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'no JSON'
  }
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined
  const decode = typeof kind === 'string' && Object.hasOwn(decoders, kind) ? decoders[kind] : undefined
  if (decode === undefined) return `no object whose kind is one of ${Object.keys(lines).join(', ')}`
  const decoded = decode(value)
  return Result.isSuccess(decoded) ? decoded.success : decoded.failure.message
}
