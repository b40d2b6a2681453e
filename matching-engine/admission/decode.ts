import { Result, Schema, SchemaIssue } from 'effect'
import {
  type MessageKind,
  SignedCancel,
  SignedControl,
  SignedEnrolment,
  type SignedMessage,
  SignedOrder,
  SignedReading,
  SignedSession,
  SignedStatement,
} from '#protocol/envelope.ts'
import type { Refusal } from '#protocol/refusal.ts'

/** Every field is looked at, and none that is not known is let through. */
export const strictly = { errors: 'all', onExcessProperty: 'error' } as const

type Decoder = (input: unknown) => Result.Result<SignedMessage, Schema.SchemaError>

const decoders: Readonly<Record<MessageKind, Decoder>> = {
  order: Schema.decodeUnknownResult(SignedOrder, strictly),
  cancel: Schema.decodeUnknownResult(SignedCancel, strictly),
  reading: Schema.decodeUnknownResult(SignedReading, strictly),
  statement: Schema.decodeUnknownResult(SignedStatement, strictly),
  session: Schema.decodeUnknownResult(SignedSession, strictly),
  enrolment: Schema.decodeUnknownResult(SignedEnrolment, strictly),
  control: Schema.decodeUnknownResult(SignedControl, strictly),
}

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()
/** How many faults of one message are named, and how long the naming may get: input is echoed back in it. */
const MAX_FAULTS = 5
const MAX_DETAIL_LENGTH = 600

/** The signed message that an unknown value is, or MALFORMED with the path of the first fault and all faults in words. */
export function decodeMessage(input: unknown): SignedMessage | Refusal {
  const kind = typeof input === 'object' && input !== null && 'kind' in input ? input.kind : undefined
  if (typeof kind !== 'string' || !Object.hasOwn(decoders, kind)) {
    const kinds = Object.keys(decoders).join(', ')
    return { code: 'MALFORMED', detail: `a message is an object whose kind is one of ${kinds}`, field: 'kind' }
  }
  const decoded = decoders[kind as MessageKind](input)
  if (Result.isSuccess(decoded)) return decoded.success
  return malformed(decoded.failure)
}

/** MALFORMED, with the path of the first fault and all faults in words. */
export function malformed({ issue }: Schema.SchemaError): Refusal {
  const faults = issuesOf(issue).issues.map((issue) => ({
    path: (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
    message: issue.message,
  }))
  const detail = faults
    .slice(0, MAX_FAULTS)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    .join('; ')
  const more = faults.length > MAX_FAULTS ? `; and ${faults.length - MAX_FAULTS} more` : ''
  const field = faults[0]?.path ?? ''
  return {
    code: 'MALFORMED',
    detail: detail.slice(0, MAX_DETAIL_LENGTH) + more,
    ...(field === '' ? {} : { field }),
  }
}
