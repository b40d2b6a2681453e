import type { Packed, Packing } from './content-encoding.ts'
import type { HttpProblem } from './problems.ts'

/** What goes back over HTTP. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** the same body in fewer bytes, for those who take that */
  readonly packed?: Packed
  /** makes that when somebody first takes it, each way once for all */
  readonly pack?: Packing
}

const jsonHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

/** A JSON answer. */
export function json(status: number, value: unknown): Answer & { readonly body: string } {
  return {
    status,
    headers: { ...jsonHeaders, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(value),
  }
}

/** A text answer. */
export function text(status: number, body: string, contentType = 'text/plain; charset=utf-8'): Answer {
  return { status, headers: { ...jsonHeaders, 'content-type': contentType }, body }
}

/** The answer to a request that failed. */
export function problemAnswer({ status, headers = {}, document }: HttpProblem): Answer {
  return {
    status,
    headers: { ...jsonHeaders, ...headers, 'content-type': 'application/problem+json; charset=utf-8' },
    body: JSON.stringify(document),
  }
}
