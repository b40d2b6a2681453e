import { Data } from 'effect'
import { explanationOf, type Refusal, type RefusalCode, refusals } from '#protocol/refusal.ts'

/** Stable codes of everything that the HTTP door refuses before, or instead of, the market. */
export const problems = {
  BAD_REQUEST: { status: 400, title: 'The request is no HTTP, or broke off' },
  BAD_JSON: { status: 400, title: 'The body is not JSON' },
  BAD_QUERY: { status: 400, title: 'The query is wrong' },
  BAD_ATTACH: { status: 400, title: 'The meter or the scan cannot be what the request says' },
  NOT_THE_OWNER: { status: 403, title: 'This is for who sits at the machine that runs the street' },
  NOT_FOUND: { status: 404, title: 'There is nothing at this path' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The method is not allowed here' },
  HOME_ATTACHED: { status: 409, title: 'A meter of this home is attached already' },
  HOME_TAKEN: { status: 409, title: 'Another home of the neighbourhood has this name' },
  LINE_SET_OTHERWISE: { status: 409, title: 'The serial line is read with another speed or parity' },
  METER_ATTACHED: { status: 409, title: 'This meter is attached already' },
  METER_SETTLES_NOTHING: { status: 409, title: 'No home can be settled by this meter' },
  METERS_FULL: { status: 409, title: 'As many meters are attached as may be' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  TOO_MANY_MESSAGES: { status: 413, title: 'Too many messages at once' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The body does not say that it is JSON' },
  TOO_MANY_REQUESTS: { status: 429, title: 'Too much is under way' },
  RATE_LIMITED: { status: 429, title: 'Too many requests a second come from one address' },
  INTERNAL: { status: 500, title: 'Something broke inside' },
  RUN_UNREADABLE: { status: 500, title: 'What the run is kept in cannot be read' },
  METER_UNREADABLE: { status: 502, title: 'The meter does not answer as it should' },
  HOME_NOT_JOINED: { status: 502, title: 'The home could not be made or enrolled' },
  ATTACH_NOT_NOW: { status: 503, title: 'The street is still starting, or stopping' },
  MARKET_STOPPED: { status: 503, title: 'The market cannot write its log' },
  MARKET_STOPPING: { status: 503, title: 'The market is about to stop and takes no new wishes' },
  ORDERS_STAY: { status: 503, title: "The home's open orders could not be cancelled, so its meter stays" },
  REGISTRY_SILENT: { status: 503, title: 'The device registry on chain does not answer' },
  CHAIN_SILENT: { status: 503, title: 'The chain does not answer' },
  NOT_READY: { status: 503, title: 'A part of this process does not do its work' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>

export type ProblemCode = keyof typeof problems

const catalogue: Readonly<Record<RefusalCode | ProblemCode, { readonly status: number; readonly title: string }>> = {
  ...refusals,
  ...problems,
}

/** A request that cannot be answered as asked, as an RFC 9457 problem document with a stable code. */
export class HttpProblem extends Data.TaggedError('HttpProblem')<{
  readonly code: RefusalCode | ProblemCode
  readonly detail: string
  readonly field?: string
  /** by its name, the error that it was inside */
  readonly error?: string
  readonly headers?: Readonly<Record<string, string>>
}> {
  get status(): number {
    return catalogue[this.code].status
  }

  override get message(): string {
    return `${catalogue[this.code].title}: ${this.detail}`
  }

  /** The document, ready for JSON. */
  get document() {
    const { code, detail, field, error } = this
    const about = { ...(field === undefined ? {} : { field }), ...(error === undefined ? {} : { error }) }
    return { type: explanationOf(code), ...catalogue[code], detail, code, ...about }
  }
}

/** What the market refused, as the answer to a single message. */
export function refused({ code, detail, field }: Refusal): HttpProblem {
  return new HttpProblem({ code, detail, ...(field === undefined ? {} : { field }) })
}
