import { BadTelegram } from './bad-telegram.ts'
import { crc16 } from './crc16.ts'

/** One object of a telegram: its OBIS code `A-B:C.D.E`, and what stands in its brackets. */
export interface TelegramObject {
  readonly code: string
  readonly values: readonly string[]
  /** from 1 */
  readonly line: number
}

/** A telegram taken apart; what its objects mean is not looked at. */
export interface TelegramObjects {
  /** what follows the slash: three letters for the maker, a digit, and the meter's name */
  readonly header: string
  readonly objects: readonly TelegramObject[]
}

const HEADER = /^\/([A-Za-z]{3}\d[ -~]*)$/
/** Some meters of DSMR 4 spell the log of power failures 1-0:99:97.0. */
const OBJECT = /^(\d{1,3}-\d{1,3}:(?:\d{1,3}\.\d{1,3}|99:97)\.\d{1,3})(?:\*\d{1,3})?((?:\([ -'*-~]*\))+)$/
const MORE_VALUES = /^(?:\([ -'*-~]*\))+$/
/** The versions that have one of these, the version or the meter's time, end with a checksum; DSMR 2.2 and 3 have none. */
const CHECKED_VERSIONS: readonly string[] = ['1-3:0.2.8', '0-0:96.1.4', '0-0:1.0.0']

/**
 * Takes a telegram apart. Its checksum, where it has one, is checked before anything else; then a line that is no
 * object is the meter's own, and stepped over. Without one (DSMR 2.2 and 3) it is refused, but a digit that another took
 * the place of cannot be seen here. Throws BadTelegram.
 */
export function telegramObjects(telegram: string): TelegramObjects {
  const lines = telegram.split(/\r?\n/)
  const end = lines.findIndex((line) => line.startsWith('!'))
  if (end < 0) throw new BadTelegram({ line: lines.length, reason: 'frame', detail: 'it has no end' })
  const checksum = lines[end]?.slice(1) ?? ''
  if (checksum !== '') checkCrc(telegram, checksum, end + 1)
  if (lines.slice(end + 1).some((line) => line !== '')) {
    throw new BadTelegram({ line: end + 2, reason: 'frame', detail: 'something follows its end' })
  }
  const header = HEADER.exec(lines[0] ?? '')?.[1]
  if (header === undefined) {
    const detail = `it begins with ${quoted(lines[0])}, not with a slash, three letters and a digit`
    throw new BadTelegram({ line: 1, reason: 'line', detail })
  }
  const objects = objectsOf(lines.slice(0, end), checksum === '' ? 'refused' : 'stepped-over')
  // A byte that became an exclamation mark ends a telegram early.
  if (objects.length === 0) throw new BadTelegram({ line: end + 1, reason: 'frame', detail: 'it holds no object' })
  if (checksum === '' && objects.some(({ code }) => CHECKED_VERSIONS.includes(code))) {
    throw new BadTelegram({
      line: end + 1,
      reason: 'crc',
      detail: 'its version ends with a checksum, but none is there',
    })
  }
  return { header, objects }
}

function checkCrc(telegram: string, checksum: string, line: number): void {
  if (!/^[0-9A-Fa-f]{4}$/.test(checksum)) {
    throw new BadTelegram({
      line,
      reason: 'crc',
      detail: `${quoted(checksum)} is no checksum of four hexadecimal digits`,
    })
  }
  const covered = telegram.slice(0, telegram.search(/^!/m) + 1)
  const own = crc16(covered).toString(16).toUpperCase().padStart(4, '0')
  if (own === checksum.toUpperCase()) return
  throw new BadTelegram({ line, reason: 'crc', detail: `its checksum is ${checksum}, but its bytes make ${own}` })
}

function objectsOf(lines: readonly string[], others: 'refused' | 'stepped-over'): readonly TelegramObject[] {
  const objects: TelegramObject[] = []
  for (const [index, text] of lines.entries()) {
    if (index === 0 || text === '') continue
    const line = index + 1
    const last = objects.at(-1)
    // DSMR 2.2 and 3 put the value of a gas meter on a line of its own.
    if (last !== undefined && MORE_VALUES.test(text)) {
      objects[objects.length - 1] = { ...last, values: [...last.values, ...valuesOf(text)] }
      continue
    }
    const [, code, values] = OBJECT.exec(text) ?? []
    if (code === undefined || values === undefined) {
      if (others === 'stepped-over') continue
      throw new BadTelegram({
        line,
        reason: 'line',
        detail: `${quoted(text)} is no object like 1-0:1.8.1(000004.426*kWh)`,
      })
    }
    objects.push({ code, values: valuesOf(values), line })
  }
  return objects
}

const valuesOf = (brackets: string): readonly string[] => brackets.slice(1, -1).split(')(')

/** What came over the line, short and printable. */
function quoted(text = ''): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
