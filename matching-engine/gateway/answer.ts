import { Data } from 'effect'
import { problemOf, type Refusal } from '#protocol/refusal.ts'

/** What goes back over HTTP. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** A request that cannot be answered as asked, as an RFC 9457 problem document with a stable code. */
export class HttpProblem extends Data.TaggedError('HttpProblem')<{
  readonly status: number
  readonly title: string
  readonly code: string
  readonly detail: string
  readonly field?: string
  readonly headers?: Readonly<Record<string, string>>
}> {
  override get message(): string {
    return `${this.title}: ${this.detail}`
  }
}

const jsonHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

/** A JSON answer. */
export function json(status: number, value: unknown): Answer {
  return {
    status,
    headers: { ...jsonHeaders, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(value),
  }
}

/** A text answer. */
export function text(status: number, body: string): Answer {
  return { status, headers: { ...jsonHeaders, 'content-type': 'text/plain; charset=utf-8' }, body }
}

/** The answer to a request that failed. */
export function problemAnswer(problem: HttpProblem): Answer {
  const { status, title, code, detail, field, headers = {} } = problem
  const type = `https://commonwatt.example/errors#${code.toLowerCase()}`
  const about = field === undefined ? {} : { field }
  return documentAnswer({ status, headers, document: { type, title, status, detail, code, ...about } })
}

/** The answer to a message that the market refused. */
export function refusalAnswer(refusal: Refusal): Answer {
  const document = problemOf(refusal)
  return documentAnswer({ status: document.status, headers: {}, document })
}

function documentAnswer(answer: Pick<Answer, 'status' | 'headers'> & { readonly document: object }): Answer {
  return {
    status: answer.status,
    headers: { ...jsonHeaders, ...answer.headers, 'content-type': 'application/problem+json; charset=utf-8' },
    body: JSON.stringify(answer.document),
  }
}
