import { BadTelegram } from './bad-telegram.ts'
import { type MeterTime, meterText, meterTime, quantity } from './object-value.ts'
import { type TelegramObject, telegramObjects } from './telegram-objects.ts'

/** What the meter says of one phase; null is not available. */
interface TelegramPhase {
  /** import positive, export negative */
  readonly powerW: number | null
  readonly voltageV: number | null
  readonly currentA: number | null
}

/** A P1 telegram in the agent's own terms. Counters in whole Wh, import positive; null is not available. */
export interface Telegram {
  /** the maker's three letters */
  readonly maker: string
  readonly model: string
  /** as the telegram spells it: 42, 50, 50217 (Fluvius); null in DSMR 2.2 and 3, which do not say */
  readonly version: string | null
  readonly equipmentId: string | null
  readonly time: MeterTime | null
  /** the tariff that is counted now */
  readonly tariff: string | null
  /** the codes that the two counters are made of */
  readonly counters: readonly string[]
  readonly importWh: number | null
  readonly exportWh: number | null
  readonly powerW: number | null
  /** one to three */
  readonly phases: readonly TelegramPhase[]
}

const ENERGY = { kWh: 6, Wh: 3 }
const POWER = { kW: 6, W: 3 }
const VOLTAGE = { V: 3 }
const CURRENT = { A: 3 }
const TARIFFS = [1, 2, 3, 4]

/**
 * Reads a telegram of DSMR 2.2 to 5, of Fluvius, and of others that use the same objects. A counter is its total
 * where the meter gives one, and otherwise the sum of its tariffs. Throws BadTelegram.
 */
export function readTelegram(text: string): Telegram {
  const { header, objects } = telegramObjects(text)
  const byCode = Map.groupBy(objects, ({ code }) => code)
  const find = (code: string): TelegramObject | undefined => {
    const [object, again] = byCode.get(code) ?? []
    if (again === undefined) return object
    throw new BadTelegram({ line: again.line, reason: 'twice', detail: `${code} stands there a second time` })
  }
  const imported = counter(find, 1)
  const exported = counter(find, 2)
  const volts = (code: string) => thousandths(quantity(find(code), VOLTAGE))
  const amps = (code: string) => thousandths(quantity(find(code), CURRENT))
  const phases = [20, 40, 60].map((group) => ({
    powerW: power(find, `1-0:${group + 1}.7.0`, `1-0:${group + 2}.7.0`),
    voltageV: volts(`1-0:${group + 12}.7.0`),
    currentA: amps(`1-0:${group + 11}.7.0`),
  }))
  const last = phases.findLastIndex((phase) => Object.values(phase).some((value) => value !== null))
  return {
    maker: header.slice(0, 3).toUpperCase(),
    model: header.slice(4).replace(/^\\./, '').trim(), // a backslash and a character say how the meter could be talked to
    version: (find('1-3:0.2.8') ?? find('0-0:96.1.4'))?.values[0] ?? null,
    equipmentId: meterText(find('0-0:96.1.1') ?? find('0-0:42.0.0')),
    time: meterTime(find('0-0:1.0.0')),
    tariff: find('0-0:96.14.0')?.values[0] ?? null,
    counters: [...imported.codes, ...exported.codes],
    importWh: imported.wh,
    exportWh: exported.wh,
    powerW: power(find, '1-0:1.7.0', '1-0:2.7.0'),
    phases: phases.slice(0, last + 1),
  }
}

type Find = (code: string) => TelegramObject | undefined

/** The counter of a direction (1 import, 2 export) and the codes that it is made of. */
function counter(find: Find, direction: 1 | 2): { readonly wh: number | null; readonly codes: readonly string[] } {
  const total = `1-0:${direction}.8.0`
  const tariffs = TARIFFS.map((tariff) => `1-0:${direction}.8.${tariff}`)
  const codes = find(total) === undefined ? tariffs.filter((code) => find(code) !== undefined) : [total]
  const parts = codes.map((code) => quantity(find(code), ENERGY))
  if (parts.length === 0 || parts.includes(null)) return { wh: null, codes }
  return { wh: Math.floor(parts.reduce<number>((sum, part) => sum + (part ?? 0), 0) / 1000), codes }
}

/** What is drawn less what is fed in. */
function power(find: Find, drawn: string, fed: string): number | null {
  const [drawnMw, fedMw] = [quantity(find(drawn), POWER), quantity(find(fed), POWER)]
  return drawnMw === null || fedMw === null ? null : (drawnMw - fedMw) / 1000
}

function thousandths(value: number | null): number | null {
  return value === null ? null : value / 1000
}
