import type { IncomingHttpHeaders } from 'node:http'
import { Effect, type Schema } from 'effect'
import type { MessageKind } from '#protocol/envelope.ts'
import type { Answer } from './answer.ts'
import { HttpProblem } from './problems.ts'

export type Method = 'GET' | 'POST' | 'DELETE'

/** What a handler gets to see of a request. */
export interface RouteRequest {
  /** what stands where the pattern has `:name` */
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** the address it came from */
  readonly from: string
  readonly headers: IncomingHttpHeaders
  /** reads the JSON body */
  readonly body: Effect.Effect<unknown, HttpProblem>
}

export interface Route {
  readonly method: Method
  /** like `/api/v1/slots/:slot/book` */
  readonly pattern: string
  /** what it does, in a sentence: for /openapi.json */
  readonly summary: string
  /** what kind of signed message is in the body, where it takes one */
  readonly takes?: MessageKind | 'deviceJoin'
  /** what its JSON body is, where that is no signed message */
  readonly input?: Schema.Top
  /** what it answers with, where that is not JSON */
  readonly contentType?: string
  readonly handle: (request: RouteRequest) => Effect.Effect<Answer, HttpProblem>
}

/** The handler for a method and a path; fails with 404, or with 405 where another method would do. HEAD is GET. */
export function route(
  routes: readonly Route[],
  request: { readonly method: string; readonly path: string },
): Effect.Effect<{ readonly route: Route; readonly parameters: Readonly<Record<string, string>> }, HttpProblem> {
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const allowed: Method[] = []
  for (const candidate of routes) {
    const parameters = match(candidate.pattern, request.path)
    if (parameters === null) continue
    if (candidate.method === method) return Effect.succeed({ route: candidate, parameters })
    allowed.push(candidate.method)
  }
  return Effect.fail(allowed.length === 0 ? notFound(`there is nothing at ${request.path}`) : notAllowed(allowed))
}

/** 404 with a reason. */
export function notFound(detail: string): HttpProblem {
  return new HttpProblem({ code: 'NOT_FOUND', detail: detail.slice(0, 200) })
}

/** 405, naming what would be allowed. */
export function notAllowed(allowed: readonly Method[]): HttpProblem {
  return new HttpProblem({
    code: 'METHOD_NOT_ALLOWED',
    detail: `allowed here: ${allowed.join(', ')}`,
    headers: { allow: allowed.join(', ') },
  })
}

function match(pattern: string, path: string): Readonly<Record<string, string>> | null {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return null
  const parameters: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? ''
    if (part.startsWith(':')) {
      if (value === '') return null
      parameters[part.slice(1)] = value
    } else if (part !== value) return null
  }
  return parameters
}
