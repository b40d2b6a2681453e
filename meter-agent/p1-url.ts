import { Data, Effect } from 'effect'

/** Where P1 telegrams come from. */
export type P1Url =
  | { readonly type: 'tcp'; readonly host: string; readonly port: number }
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'serial'; readonly path: string; readonly baud: number }

/** A P1 address that cannot be used: which part, what stood there, what would be right. A password is not repeated. */
export class BadP1Url extends Data.TaggedError('BadP1Url')<{
  readonly url: string
  readonly field: 'url' | 'scheme' | 'host' | 'port' | 'path' | 'query' | 'baud'
  readonly value: string
  readonly expected: string
}> {
  override get message(): string {
    return `${this.field} "${this.value}" in "${this.url}": ${this.expected}`
  }
}

const EXAMPLE = 'like p1:tcp://192.168.1.20:2001, p1:serial:/dev/ttyUSB0 or p1:file:/run/p1'
/** DSMR 4 and 5; 2.2 and 3 have 9600. */
const DEFAULT_BAUD = 115_200

/** Reads `p1:tcp://host:port`, `p1:serial:PATH[?baud=n]` (115200 if left out) or `p1:file:PATH`. Throws BadP1Url. */
export function parseP1Url(text: string): P1Url {
  const bare = text.replace(/^([^/]*\/\/)[^/?#]*@/, '$1…@')
  const refuse = (field: BadP1Url['field'], value: string, expected: string): BadP1Url =>
    new BadP1Url({ url: bare, field, value, expected })
  const [, scheme = '', rest = ''] = /^p1:([a-z]+):(.*)$/is.exec(text) ?? []
  switch (scheme.toLowerCase()) {
    case 'tcp':
      return tcp(rest, refuse)
    case 'file':
      if (rest === '') throw refuse('path', '', `the path of a file or fifo, ${EXAMPLE}`)
      return { type: 'file', path: rest }
    case 'serial':
      return serial(rest, refuse)
    case '':
      throw refuse('url', bare, `an address ${EXAMPLE}`)
    default:
      throw refuse('scheme', scheme, `tcp, serial or file, ${EXAMPLE}`)
  }
}

type Refuse = (field: BadP1Url['field'], value: string, expected: string) => BadP1Url

function tcp(rest: string, refuse: Refuse): P1Url {
  if (/^\/\/[^/?#]*@/.test(rest)) throw refuse('host', '…', 'P1 has no user or password')
  if (!URL.canParse(`tcp:${rest}`)) throw refuse('url', rest, `an address ${EXAMPLE}, the port at most 65535`)
  const url = new URL(`tcp:${rest}`)
  if (!/^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])$/i.test(url.hostname)) {
    throw refuse('host', url.hostname, 'a host name, an IPv4 address or an IPv6 address in brackets')
  }
  if (!(Number(url.port) >= 1)) throw refuse('port', url.port, 'a port from 1 to 65535; there is no usual one')
  if (url.pathname !== '' && url.pathname !== '/') throw refuse('path', url.pathname, `no path, ${EXAMPLE}`)
  if (url.search !== '' || url.hash !== '') throw refuse('query', `${url.search}${url.hash}`, 'no query, no fragment')
  return { type: 'tcp', host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) }
}

function serial(rest: string, refuse: Refuse): P1Url {
  const [path = '', ...query] = rest.split('?')
  if (path === '') throw refuse('path', '', `the path of a tty, ${EXAMPLE}`)
  if (query.length === 0) return { type: 'serial', path, baud: DEFAULT_BAUD }
  const baud = /^baud=(\d{3,6})$/.exec(query.join('?'))?.[1]
  if (baud === undefined)
    throw refuse('baud', query.join('?'), 'only ?baud= is known, with a number like 115200 or 9600')
  return { type: 'serial', path, baud: Number(baud) }
}

/** Parses the address of a P1 port, as an effect. */
export const p1Url = (url: string): Effect.Effect<P1Url, BadP1Url> =>
  Effect.try({
    try: () => parseP1Url(url),
    catch: (cause) => {
      if (cause instanceof BadP1Url) return cause
      throw cause
    },
  })
