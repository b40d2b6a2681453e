import { Data, Effect } from 'effect'

/** Where a Modbus device answers. */
export interface ModbusUrl {
  readonly host: string
  readonly port: number
  readonly unit: number
}

/** A Modbus address that cannot be used: which part, what stood there, what would be right. */
export class BadModbusUrl extends Data.TaggedError('BadModbusUrl')<{
  readonly url: string
  readonly field: 'url' | 'scheme' | 'host' | 'port' | 'unit' | 'path' | 'query'
  readonly value: string
  readonly expected: string
}> {
  override get message(): string {
    return `${this.field} "${this.value}" in "${this.url}": ${this.expected}`
  }
}

const EXAMPLE = 'like tcp://192.168.1.20:502?unit=1'

/** What an address has where it does not say it. */
export type ModbusDefaults = Omit<ModbusUrl, 'host'>

/** Reads `tcp://host[:port][?unit=n]`; port 502 and unit 1 if left out and not told otherwise. Throws BadModbusUrl. */
export function parseModbusUrl(text: string, defaults: ModbusDefaults = { port: 502, unit: 1 }): ModbusUrl {
  const refuse = (field: BadModbusUrl['field'], value: string, expected: string): BadModbusUrl =>
    new BadModbusUrl({ url: text, field, value, expected })
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) throw refuse('url', text, `an address ${EXAMPLE}`)
  if (scheme !== 'tcp') throw refuse('scheme', scheme, 'only tcp:// is supported so far')
  if (!URL.canParse(text)) throw refuse('url', text, `an address ${EXAMPLE}, the port at most 65535`)
  const url = new URL(text)
  if (url.hostname === '') throw refuse('host', '', `the name or address of the device, ${EXAMPLE}`)
  if (url.username !== '' || url.password !== '') throw refuse('host', url.host, 'Modbus has no user or password')
  if (!/^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])$/i.test(url.hostname)) {
    throw refuse('host', url.hostname, 'a host name, an IPv4 address or an IPv6 address in brackets')
  }
  const port = url.port === '' ? defaults.port : Number(url.port)
  if (port < 1) throw refuse('port', url.port, 'a port from 1 to 65535')
  if (url.pathname !== '' && url.pathname !== '/') throw refuse('path', url.pathname, `no path, ${EXAMPLE}`)
  if (url.hash !== '') throw refuse('path', url.hash, `no fragment, ${EXAMPLE}`)
  for (const key of url.searchParams.keys()) if (key !== 'unit') throw refuse('query', key, 'only ?unit= is known')
  const units = url.searchParams.getAll('unit')
  if (units.length > 1) throw refuse('unit', units.join(', '), 'one unit')
  const unit = units[0] ?? String(defaults.unit)
  if (!/^\d{1,3}$/.test(unit) || Number(unit) > 255) throw refuse('unit', unit, 'a whole number from 0 to 255')
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port, unit: Number(unit) }
}

/** Parses the address of a device, as an effect. */
export const modbusUrl = (url: string, defaults?: ModbusDefaults): Effect.Effect<ModbusUrl, BadModbusUrl> =>
  Effect.try({
    try: () => parseModbusUrl(url, defaults),
    catch: (cause) => {
      if (cause instanceof BadModbusUrl) return cause
      throw cause
    },
  })
