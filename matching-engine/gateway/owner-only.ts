import type { IncomingHttpHeaders } from 'node:http'
import { Effect } from 'effect'
import { isLoopback } from './asker.ts'
import { HttpProblem } from './problems.ts'
import { isSameOrigin } from './same-origin.ts'

/** What a proxy adds: behind one, everybody seems to come from this very machine. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'] as const

/**
 * Lets through who sits at this machine, and refuses all others with NOT_THE_OWNER: who comes from another machine or
 * through a proxy, asks by a name that is not this machine's own (a stranger's name can be made to lead here), or was
 * sent by a page of another origin.
 */
export function ownerOnly(request: {
  /** the address it came from */
  readonly from: string
  readonly headers: IncomingHttpHeaders
}): Effect.Effect<void, HttpProblem> {
  const detail = whyNot(request)
  return detail === null ? Effect.void : Effect.fail(new HttpProblem({ code: 'NOT_THE_OWNER', detail }))
}

function whyNot({ from, headers }: { readonly from: string; readonly headers: IncomingHttpHeaders }): string | null {
  if (!isLoopback(from)) return 'ask from the machine that runs the street'
  if (PROXY_HEADERS.some((name) => headers[name] !== undefined)) return 'ask the street itself, not through a proxy'
  if (!isOwnName(headers.host ?? '')) return 'ask by the name localhost, 127.0.0.1 or [::1]'
  const site = headers['sec-fetch-site']
  const isOwnPage = site === undefined || site === 'same-origin' || site === 'none'
  return isSameOrigin({ headers }) && isOwnPage ? null : "ask from the street's own page, or from none"
}

const isOwnName = (host: string): boolean => /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i.test(host)
