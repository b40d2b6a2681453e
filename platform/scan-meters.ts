import { existsSync } from 'node:fs'
import { Console, Effect, Option } from 'effect'
import { type IdentifiedDevice, identifyDevice, parseModbusUrl } from '#meter-agent/index.ts'
import { BadInput } from './bad-input.ts'

/** What `commonwatt meter scan` was told. */
export interface ScanFlags {
  readonly hosts: Option.Option<string>
  readonly line: Option.Option<string>
  readonly port: number
  readonly units: string
  readonly timeoutMs: number
  readonly json: boolean
}

/** So many addresses are asked at a time; on a serial line one. */
export const HOSTS_AT_A_TIME = 32
/** A slip of the finger shall not ask a whole company. */
const ADDRESSES_MAX = 4_096

/** Asks the addresses it is given, and no others, what they are, and prints how each device is read. */
export const scanMeters = Effect.fnUntraced(function* (flags: ScanFlags) {
  const lines = yield* linesOf(flags)
  const units = yield* rangeOf('--units', flags.units, { least: 0, most: 255 })
  if (lines.length * units.length > ADDRESSES_MAX) {
    const detail = `${lines.length} lines with ${units.length} units each are more than ${ADDRESSES_MAX} addresses`
    return yield* new BadInput({ detail })
  }
  const found = yield* Effect.forEach(lines, (line) => scanLine(line, { ...flags, units }), {
    concurrency: HOSTS_AT_A_TIME,
  })
  const devices = found.flat()
  if (flags.json) return yield* Console.log(JSON.stringify(devices))
  if (devices.length === 0) yield* Console.log(`nobody answered at ${lines.length * units.length} addresses`)
  yield* Effect.forEach(devices, (device) => Console.log(inWords(device)))
})

/** Units one after the other: a line takes one request at a time. */
export const scanLine = (
  line: string,
  options: { readonly timeoutMs: number; readonly units: readonly number[] },
): Effect.Effect<readonly IdentifiedDevice[]> =>
  Effect.map(
    Effect.forEach(options.units, (unit) =>
      identifyDevice({ url: `${line}${line.includes('?') ? '&' : '?'}unit=${unit}`, timeoutMs: options.timeoutMs }),
    ),
    (answers) => answers.filter((answer) => answer !== null),
  )

function inWords({ url, profile, manufacturer, model }: IdentifiedDevice): string {
  const name = [manufacturer, model].filter((part) => part !== null).join(' ')
  if (profile === null) return `${url}  answers, and is none that is known: see docs/profiles.md`
  const by = profile === 'sunspec' ? '' : ` --profile ${profile}`
  return `${url}  ${profile}${name === '' ? '' : `  ${name}`}\n  npx commonwatt meter read --modbus '${url}'${by}`
}

/** An address, or the addresses of a network: what else has digits alone is a slip, and no host's name. */
const IPV4_RANGE =
  /^(?:(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])\.){3}(?:\d{1,3}-\d{1,3}|\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/

const linesOf = (flags: ScanFlags): Effect.Effect<readonly string[], BadInput> =>
  Effect.gen(function* () {
    const line = Option.getOrUndefined(flags.line)
    const hosts = Option.getOrUndefined(flags.hosts)
    if ((line === undefined) === (hosts === undefined)) {
      return yield* new BadInput({
        detail: 'name what is asked: either --hosts 192.168.1.1-254 or --line rtu:///dev/…',
      })
    }
    if (line !== undefined) {
      yield* checked('--line', line)
      const to = parseModbusUrl(line).line
      if (to.transport === 'rtu' && !existsSync(to.path)) {
        return yield* new BadInput({ detail: `--line ${line}: there is no ${to.path}` })
      }
      if (/[?&]unit=/.test(line)) return yield* new BadInput({ detail: `--line ${line}: the units are --units` })
      return [line]
    }
    return yield* linesOfHosts({ hosts: hosts ?? '', port: flags.port })
  })

/** The Modbus TCP lines of one host, or of the range that ends an IPv4 address. */
export const linesOfHosts = Effect.fnUntraced(function* (named: { readonly hosts: string; readonly port: number }) {
  const { hosts, port } = named
  if (/^[\d.:-]+$/.test(hosts) && !IPV4_RANGE.test(hosts)) {
    const detail = `--hosts ${hosts}: expected an address of four numbers, or from one to another, like 192.168.1.1-254; the port is --port`
    return yield* new BadInput({ detail })
  }
  const [, network = '', last = hosts] = /^((?:\d{1,3}\.){3})(\d{1,3}-\d{1,3})$/.exec(hosts) ?? []
  const names =
    network === '' ? [last] : (yield* rangeOf('--hosts', last, { least: 0, most: 255 })).map((n) => `${network}${n}`)
  return yield* Effect.forEach(names, (name) => checked('--hosts', `tcp://${name}:${port}`))
})

const checked = (flag: string, url: string): Effect.Effect<string, BadInput> =>
  Effect.try({
    try: () => {
      parseModbusUrl(url)
      return url
    },
    catch: (cause) => new BadInput({ detail: `${flag}: ${(cause as Error).message}` }),
  })

/** `3` or `1-10`. */
export const rangeOf = (
  flag: string,
  text: string,
  limits: { readonly least: number; readonly most: number },
): Effect.Effect<readonly number[], BadInput> => {
  const [, from = '', to = from] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(text) ?? []
  const [first, last] = [Number(from), Number(to)]
  if (from !== '' && first >= limits.least && first <= last && last <= limits.most) {
    return Effect.succeed(Array.from({ length: last - first + 1 }, (_, n) => first + n))
  }
  const detail = `${flag} ${text}: expected one or FIRST-LAST, from ${limits.least} to ${limits.most}`
  return Effect.fail(new BadInput({ detail }))
}
