import { Data, Effect } from 'effect'

/** An OPC UA address that cannot be used: which part, what stood there, what would be right. */
export class BadOpcuaUrl extends Data.TaggedError('BadOpcuaUrl')<{
  readonly url: string
  readonly field: 'url' | 'scheme' | 'host' | 'port' | 'query'
  readonly value: string
  readonly expected: string
}> {
  override get message(): string {
    return `${this.field} "${this.value}" in "${this.url}": ${this.expected}`
  }
}

const EXAMPLE = 'like opc.tcp://192.168.1.20:4840'
const DEFAULT_PORT = '4840'

/** Reads `opc.tcp://host[:port][/path]`, port 4840 if left out, and spells it in full. Throws BadOpcuaUrl. */
export function parseOpcuaUrl(given: string): string {
  const text = given.replace(/\/\/.*@/, '//…@') // no message shall hold a password
  const refuse = (field: BadOpcuaUrl['field'], value: string, expected: string): BadOpcuaUrl =>
    new BadOpcuaUrl({ url: text, field, value, expected })
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) throw refuse('url', text, `an address ${EXAMPLE}`)
  if (scheme !== 'opc.tcp') throw refuse('scheme', scheme, 'opc.tcp://')
  if (!URL.canParse(text)) throw refuse('url', text, `an address ${EXAMPLE}, the port at most 65535`)
  const url = new URL(text)
  if (url.hostname === '') throw refuse('host', '', `the name or address of the server, ${EXAMPLE}`)
  if (url.username !== '' || url.password !== '') {
    throw refuse('host', url.host, 'no user or password in the address: they go beside it')
  }
  if (!/^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])$/i.test(url.hostname)) {
    throw refuse('host', url.hostname, 'a host name, an IPv4 address or an IPv6 address in brackets')
  }
  if (url.port === '0') throw refuse('port', url.port, 'a port from 1 to 65535')
  if (url.search !== '' || url.hash !== '') throw refuse('query', `${url.search}${url.hash}`, 'no query, no fragment')
  const path = url.pathname === '/' ? '' : url.pathname
  return `opc.tcp://${url.hostname}:${url.port === '' ? DEFAULT_PORT : url.port}${path}`
}

/** Parses the address of an OPC UA server, as an effect. */
export const opcuaUrl = (url: string): Effect.Effect<string, BadOpcuaUrl> =>
  Effect.try({
    try: () => parseOpcuaUrl(url),
    catch: (cause) => {
      if (cause instanceof BadOpcuaUrl) return cause
      throw cause
    },
  })
