import { Data, Effect } from 'effect'

/** A line that Modbus devices answer on. */
export type ModbusLine =
  /** Modbus TCP, or the frames of a serial line over TCP (RTU) as simple converters send them */
  | { readonly transport: 'tcp' | 'rtu+tcp'; readonly host: string; readonly port: number }
  /** a serial line (RTU), 8 data bits */
  | {
      readonly transport: 'rtu'
      readonly path: string
      readonly baud: number
      readonly parity: 'none' | 'even' | 'odd'
      readonly stopBits: 1 | 2
    }

/** Where a Modbus device answers. */
export interface ModbusUrl {
  readonly line: ModbusLine
  readonly unit: number
}

/** A Modbus address that cannot be used: which part, what stood there, what would be right. A password is not repeated. */
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
const SERIAL_EXAMPLE = 'like rtu:///dev/ttyUSB0?baud=9600&unit=1'
const DEFAULT_PORT = 502
const DEFAULT_BAUD = 9_600
const BAUDS = [1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200]

/** What an address has where it does not say it. */
export interface ModbusDefaults {
  readonly port?: number | undefined
  readonly unit?: number | undefined
  readonly baud?: number | undefined
  readonly parity?: 'none' | 'even' | 'odd' | undefined
  readonly stopBits?: number | undefined
}

type Refuse = (field: BadModbusUrl['field'], value: string, expected: string) => BadModbusUrl

/**
 * Reads `tcp://host[:port]`, `rtu+tcp://host[:port]` or `rtu:///dev/tty[?baud=9600][&parity=none|even|odd][&stop=1|2]`,
 * each with `unit=n`. What is left out is as told, or else unit 1, port 502, 9600 baud, no parity and 1 stop bit. Throws
 * BadModbusUrl.
 */
export function parseModbusUrl(text: string, defaults: ModbusDefaults = {}): ModbusUrl {
  const bare = text.replace(/^([^/]*\/\/)[^/?#]*@/, '$1…@')
  const refuse: Refuse = (field, value, expected) => new BadModbusUrl({ url: bare, field, value, expected })
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) throw refuse('url', bare, `an address ${EXAMPLE}`)
  if (scheme !== 'tcp' && scheme !== 'rtu+tcp' && scheme !== 'rtu') {
    throw refuse('scheme', scheme, 'tcp, rtu+tcp or rtu')
  }
  if (bare !== text) throw refuse('host', '…', 'Modbus has no user or password')
  if (!URL.canParse(text)) throw refuse('url', text, `an address ${EXAMPLE}, the port at most 65535`)
  const url = new URL(text)
  if (url.hash !== '') throw refuse('path', url.hash, `no fragment, ${EXAMPLE}`)
  const line =
    scheme === 'rtu'
      ? serialLine(url, defaults, refuse)
      : networkLine(url, { transport: scheme, port: defaults.port ?? DEFAULT_PORT }, refuse)
  const unit = only(url, 'unit', refuse) ?? String(defaults.unit ?? 1)
  if (!/^\d{1,3}$/.test(unit) || Number(unit) > 255) throw refuse('unit', unit, 'a whole number from 0 to 255')
  return { line, unit: Number(unit) }
}

function networkLine(
  url: URL,
  by: { readonly transport: 'tcp' | 'rtu+tcp'; readonly port: number },
  refuse: Refuse,
): ModbusLine {
  if (url.hostname === '') throw refuse('host', '', `the name or address of the device, ${EXAMPLE}`)
  if (!/^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])$/i.test(url.hostname)) {
    throw refuse('host', url.hostname, 'a host name, an IPv4 address or an IPv6 address in brackets')
  }
  const port = url.port === '' ? by.port : Number(url.port)
  if (port < 1) throw refuse('port', url.port, 'a port from 1 to 65535')
  if (url.pathname !== '' && url.pathname !== '/') throw refuse('path', url.pathname, `no path, ${EXAMPLE}`)
  refuseUnknown(url, ['unit'], refuse)
  return { transport: by.transport, host: url.hostname.replace(/^\[|\]$/g, ''), port }
}

function serialLine(url: URL, defaults: ModbusDefaults, refuse: Refuse): ModbusLine {
  if (url.host !== '') throw refuse('host', url.host, `three slashes before the device, ${SERIAL_EXAMPLE}`)
  if (url.pathname.length < 2) throw refuse('path', url.pathname, `the device of the serial line, ${SERIAL_EXAMPLE}`)
  refuseUnknown(url, ['unit', 'baud', 'parity', 'stop'], refuse)
  const baud = only(url, 'baud', refuse)
  if (baud !== undefined && !BAUDS.some((known) => `${known}` === baud))
    throw refuse('query', `baud=${baud}`, `one of ${BAUDS.join(', ')}`)
  const parity = only(url, 'parity', refuse) ?? defaults.parity ?? 'none'
  if (parity !== 'none' && parity !== 'even' && parity !== 'odd') {
    throw refuse('query', `parity=${parity}`, 'none, even or odd')
  }
  const stop = only(url, 'stop', refuse) ?? String(defaults.stopBits ?? 1)
  if (stop !== '1' && stop !== '2') throw refuse('query', `stop=${stop}`, '1 or 2 stop bits')
  return {
    transport: 'rtu',
    path: decoded(url.pathname, refuse),
    baud: baud === undefined ? (defaults.baud ?? DEFAULT_BAUD) : Number(baud),
    parity,
    stopBits: stop === '1' ? 1 : 2,
  }
}

function decoded(path: string, refuse: Refuse): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw refuse('path', path, 'a path with %25 for each % of its own')
  }
}

function refuseUnknown(url: URL, known: readonly string[], refuse: Refuse): void {
  for (const key of url.searchParams.keys()) {
    if (!known.includes(key)) throw refuse('query', key, `only ${known.map((name) => `${name}=`).join(', ')}`)
  }
}

/** The one value of a query field, if it is there. */
function only(url: URL, key: string, refuse: Refuse): string | undefined {
  const values = url.searchParams.getAll(key)
  if (values.length > 1) throw refuse(key === 'unit' ? 'unit' : 'query', values.join(', '), `one ${key}`)
  return values[0]
}

/** A Modbus address spelled in full: a device has one spelling, however it was named. */
export function spelledModbusUrl({ line, unit }: ModbusUrl): string {
  if (line.transport === 'rtu') {
    const { path, baud, parity, stopBits } = line
    const place = path.split('/').map(encodeURIComponent).join('/')
    return `rtu://${place}?baud=${baud}&parity=${parity}&stop=${stopBits}&unit=${unit}`
  }
  const host = line.host.includes(':') ? `[${line.host}]` : line.host.toLowerCase()
  return `${line.transport}://${host}:${line.port}?unit=${unit}`
}

/** A line as it is named to people. */
export const lineName = (line: ModbusLine): string =>
  line.transport === 'rtu' ? line.path : `${line.host}:${line.port}`

/** Parses the address of a device, as an effect. */
export const modbusUrl = (url: string, defaults?: ModbusDefaults): Effect.Effect<ModbusUrl, BadModbusUrl> =>
  Effect.try({
    try: () => parseModbusUrl(url, defaults),
    catch: (cause) => {
      if (cause instanceof BadModbusUrl) return cause
      throw cause
    },
  })
