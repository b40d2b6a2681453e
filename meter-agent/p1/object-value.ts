import { BadTelegram } from './bad-telegram.ts'
import type { TelegramObject } from './telegram-objects.ts'

/**
 * An object's value as a whole number of thousandths of the base unit: `units` gives for each unit that is taken its
 * power of ten over them (`{ kWh: 6, Wh: 3 }` gives mWh). Null where the object is not there, or has no value.
 */
export function quantity(object: TelegramObject | undefined, units: Readonly<Record<string, number>>): number | null {
  const text = object?.values.join(')(') // of two values neither is it
  if (object === undefined || text === undefined || text === '') return null
  const [, whole, decimals = '', unit = ''] = /^(\d{1,9})(?:\.(\d+))?\*([A-Za-z0-9]+)$/.exec(text) ?? []
  const power = Object.hasOwn(units, unit) ? units[unit] : undefined
  if (whole === undefined || power === undefined || decimals.length > power) {
    const expected = Object.entries(units).map(([name, digits]) => `${name} with at most ${digits} decimals`)
    const detail = `${object.code} is "${text}", not a number of ${expected.join(' or ')}`
    throw new BadTelegram({ line: object.line, reason: 'value', detail })
  }
  return Number(whole + decimals.padEnd(power, '0'))
}

/** When a meter says that something was: its clock shows Central European time, and the letter says which. */
export interface MeterTime {
  /** Unix ms */
  readonly timeMs: number
  readonly season: 'summer' | 'winter'
}

const MS_PER_HOUR = 3_600_000
/** Two digits of a year from here on are of the century before: a clock that was never set stands in 1970. */
const FIRST_YEAR = 70

/** `YYMMDDhhmmssX` as Unix ms, X being S in summer (UTC + 2 h) and W in winter (UTC + 1 h). Null where it is not there. */
export function meterTime(object: TelegramObject | undefined): MeterTime | null {
  const text = object?.values[0]
  if (object === undefined || text === undefined || text === '') return null
  const digits = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)([SW])$/.exec(text)
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (digits ?? []).slice(1, 7).map(Number)
  const localMs = Date.UTC(year + (year < FIRST_YEAR ? 2000 : 1900), month - 1, day, hour, minute, second)
  // A date that does not exist comes out as another one.
  const spelled = new Date(localMs).toISOString().replaceAll(/[^\d]/g, '').slice(2, 14)
  if (digits === null || spelled !== text.slice(0, 12)) {
    const detail = `${object.code} is "${text}", not a time like 170102192002W`
    throw new BadTelegram({ line: object.line, reason: 'value', detail })
  }
  const season = digits[7] === 'S' ? 'summer' : 'winter'
  return { timeMs: localMs - (season === 'summer' ? 2 : 1) * MS_PER_HOUR, season }
}

/** A text that is spelled as the hexadecimal digits of its characters; as it stands where those are none. */
export function meterText(object: TelegramObject | undefined): string | null {
  const text = object?.values[0] ?? ''
  if (text === '') return null
  const decoded = /^(?:[0-9A-Fa-f]{2})+$/.test(text) ? Buffer.from(text, 'hex').toString('latin1') : text
  return /^[ -~]+$/.test(decoded) ? decoded.trim() : text
}
