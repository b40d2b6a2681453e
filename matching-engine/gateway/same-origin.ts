import type { IncomingMessage } from 'node:http'

/** Whether a request comes from a page that this host has served, or from no page at all (a program). */
export function isSameOrigin({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const { origin, host } = headers
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).host === host
}
