import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BadTelegram } from '#meter-agent/p1/bad-telegram.ts'
import { crc16 } from '#meter-agent/p1/crc16.ts'
import { meterTime } from '#meter-agent/p1/object-value.ts'
import { readTelegram } from '#meter-agent/p1/telegram.ts'
import { type Framed, TELEGRAM_BYTES_MAX, telegramFramer } from '#meter-agent/p1/telegram-framer.ts'
import { telegramObjects } from '#meter-agent/p1/telegram-objects.ts'
import { telegrams, withChecksum } from './p1-telegrams.ts'

const all = Object.values(telegrams)
const checked = [telegrams.dsmr4, telegrams.dsmr5, telegrams.fluvius]
const bytesOf = (text: string) => Buffer.from(text, 'latin1')
const framed = (...pieces: readonly (string | Uint8Array)[]): readonly Framed[] => {
  const push = telegramFramer()
  return pieces.flatMap((piece) => push(typeof piece === 'string' ? bytesOf(piece) : piece))
}
const whole = (items: readonly Framed[]) => items.flatMap((item) => ('telegram' in item ? [item.telegram] : []))
const refusal = (text: string): BadTelegram => {
  try {
    readTelegram(text)
  } catch (error) {
    if (error instanceof BadTelegram) return error
    throw error
  }
  throw new Error('it was not refused')
}
/** The telegram with one line exchanged, and a checksum that fits. */
const altered = (text: string, from: string | RegExp, to: string) => withChecksum(text.replace(from, to))

describe('a P1 telegram', () => {
  it('of DSMR 5 is read: tariffs added, power with its sign, phases, season, identity', () => {
    expect(readTelegram(telegrams.dsmr5)).toEqual({
      maker: 'ISK',
      model: 'CW-500',
      version: '50',
      equipmentId: 'CW012345678',
      time: { timeMs: Date.UTC(2026, 6, 1, 10, 34, 56), season: 'summer' },
      tariff: '0002',
      counters: ['1-0:1.8.1', '1-0:1.8.2', '1-0:2.8.1', '1-0:2.8.2'],
      importWh: 2_000_000,
      exportWh: 30_003,
      powerW: -1234,
      phases: [
        { powerW: 150, voltageV: 230.1, currentA: 1 },
        { powerW: -884, voltageV: 229.8, currentA: 3 },
        { powerW: -500, voltageV: 231, currentA: 2 },
      ],
    })
  })

  it('of Fluvius is read: its own version, one phase, no quarter-hour peak taken for power', () => {
    expect(readTelegram(telegrams.fluvius)).toMatchObject({
      version: '50217',
      equipmentId: '1SAG2601',
      time: { timeMs: Date.UTC(2026, 0, 15, 7, 9, 10), season: 'winter' },
      importWh: 300_375,
      exportWh: 0,
      powerW: 345,
      phases: [{ powerW: 345, voltageV: 233.4, currentA: 1.52 }],
    })
  })

  it('of DSMR 4 is read: no voltages', () => {
    expect(readTelegram(telegrams.dsmr4)).toMatchObject({
      model: 'CW-METER',
      version: '42',
      importWh: 4000,
      powerW: 2027,
      phases: [{ powerW: 2027, voltageV: null, currentA: 9 }],
    })
  })

  it('of DSMR 2.2 is read: no checksum, no version, no time, a value on a line of its own', () => {
    expect(readTelegram(telegrams.dsmr22)).toMatchObject({
      version: null,
      equipmentId: 'ZABC',
      time: null,
      importWh: 3003,
      exportWh: 7007,
      powerW: 1010,
      phases: [],
    })
    const gas = telegramObjects(telegrams.dsmr22).objects.find(({ code }) => code === '0-1:24.3.0')
    expect(gas?.values).toEqual(['161107190000', '00', '60', '1', '0-1:24.2.1', 'm3', '00001.001'])
  })

  it('with a total is counted by it, not by its tariffs', () => {
    const total = altered(telegrams.dsmr4, '1-0:1.8.1', '1-0:1.8.0(000004.001*kWh)\r\n1-0:1.8.1')
    expect(readTelegram(total)).toMatchObject({ importWh: 4001, exportWh: 0 })
  })

  it('with lines that are no objects is read where its checksum says that the meter wrote them', () => {
    const own = '1-0:99:97.0(0)(0-0:96.7.19)\r\n0.9.1\r\n1-0:1.8.1'
    expect(readTelegram(altered(telegrams.dsmr4, '1-0:1.8.1', own))).toEqual(readTelegram(telegrams.dsmr4))
    expect(refusal(telegrams.dsmr22.replace('1-0:1.8.1', own))).toMatchObject({ line: 5, reason: 'line' })
  })

  it('that lacks a counter or a power has none: never 0', () => {
    const poor = altered(telegrams.dsmr4, /1-0:2\.[87].*\r\n/g, '')
    expect(readTelegram(poor)).toMatchObject({ importWh: 4000, exportWh: null, powerW: null })
    const empty = altered(telegrams.dsmr4, '(000002.001*kWh)', '()')
    expect(readTelegram(empty)).toMatchObject({ importWh: null, exportWh: 0 })
  })

  it.each<[string, string, Partial<BadTelegram>, RegExp]>([
    ['another checksum', telegrams.dsmr4.replace(/!..../, '!0000'), { line: 16, reason: 'crc' }, /is 0000, but/],
    ['half a checksum', telegrams.dsmr4.replace(/!../, '!'), { line: 16, reason: 'crc' }, /four hexadecimal digits/],
    ['no checksum though it is of DSMR 4', telegrams.dsmr4.replace(/!..../, '!'), { line: 16, reason: 'crc' }, /none/],
    ['no end', telegrams.dsmr4.replace(/!.*/, ''), { reason: 'frame' }, /no end/],
    ['something after its end', `${telegrams.dsmr4}1-0:1.7.0(00.001*kW)\r\n`, { line: 17, reason: 'frame' }, /follows/],
    ['another header', telegrams.dsmr22.replace('/ISk5', '/ISkX'), { line: 1, reason: 'line' }, /slash/],
    [
      'a line that is no object',
      telegrams.dsmr22.replace('(5A414243)', '[5A]'),
      { line: 3, reason: 'line' },
      /no object/,
    ],
    ['a control character', telegrams.dsmr22.replace('5A41', '5A\u0007'), { line: 3, reason: 'line' }, /no object/],
    [
      'a value of another unit',
      altered(telegrams.dsmr4, '1.999*kWh', '1.999*kVA'),
      { line: 6, reason: 'value' },
      /kVA/,
    ],
    [
      'a value that is none',
      altered(telegrams.dsmr4, '02.027*kW', '02,027*kW'),
      { line: 11, reason: 'value' },
      /02,027/,
    ],
    [
      'two values for one',
      altered(telegrams.dsmr4, '(02.027*kW)', '(02.027*kW)(02.028*kW)'),
      { line: 11, reason: 'value' },
      /02\.028/,
    ],
    [
      'an object twice',
      altered(telegrams.dsmr4, '1-0:1.8.2', '1-0:1.8.1'),
      { line: 7, reason: 'twice' },
      /second time/,
    ],
    ['a day that is none', altered(telegrams.dsmr4, '261113', '260231'), { line: 4, reason: 'value' }, /not a time/],
  ])('with %s is refused, naming line and reason', (_, text, expected, detail) => {
    const refused = refusal(text)
    expect(refused).toMatchObject(expected)
    expect(refused.message).toMatch(detail)
    expect(refused.message).toMatch(/^P1 telegram, line \d+: /)
  })

  it('of which one byte was changed is refused, or means the very same', () => {
    fc.assert(
      fc.property(fc.constantFrom(...checked), fc.nat(), fc.integer({ min: 1, max: 255 }), (text, at, flip) => {
        const bytes = bytesOf(text)
        const index = at % bytes.length
        bytes[index] = (bytes[index] ?? 0) ^ flip
        const right = readTelegram(text)
        // What follows is what makes a meter's stream go on after a spoilt end.
        for (const item of framed(bytes, text)) {
          if (item instanceof BadTelegram) continue
          try {
            expect(readTelegram(item.telegram)).toEqual(right)
          } catch (error) {
            if (!(error instanceof BadTelegram)) throw error
          }
        }
      }),
      {
        numRuns: 2000,
        // An exclamation mark where the first empty line was ends it before its first object, and without a checksum.
        examples: [[telegrams.dsmr4, telegrams.dsmr4.indexOf('\r\n\r\n') + 2, '\r'.charCodeAt(0) ^ '!'.charCodeAt(0)]],
      },
    )
  })

  it('of any bytes at all is read or refused, and nothing else', () => {
    const line = fc.oneof(
      fc.constantFrom(...telegrams.dsmr5.split('\r\n')),
      fc.string(),
      fc.constantFrom(
        '1-0:1.8.1(',
        '1-0:1.8.1()',
        '1-0:32.7.0(1*constructor)',
        '1-0:32.7.0(1*__proto__)',
        '0-0:1.0.0(S)',
      ),
    )
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        for (const text of [lines.join('\r\n'), withChecksum(`${['/XXX5x', ...lines, '!'].join('\r\n')}\r\n`)]) {
          try {
            readTelegram(text)
          } catch (error) {
            expect(error).toBeInstanceOf(BadTelegram)
          }
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a stream of P1 telegrams', () => {
  it('gives the same telegrams however it is cut and merged', () => {
    const stream = bytesOf(all.join(''))
    fc.assert(
      fc.property(fc.array(fc.nat({ max: stream.length }), { maxLength: 40 }), (places) => {
        const cuts = [0, ...places.toSorted((a, b) => a - b), stream.length]
        const pieces = cuts.slice(1).map((end, i) => stream.subarray(cuts[i], end))
        expect(whole(framed(...pieces))).toEqual(all)
      }),
    )
    expect(whole(framed(...[...stream].map((byte) => Uint8Array.of(byte))))).toEqual(all)
  })

  it('that begins anywhere in a telegram gives the ones after it', () => {
    for (const first of all) {
      for (let begin = 1; begin < first.length; begin++) {
        expect(framed(first.slice(begin) + telegrams.dsmr5)).toEqual([{ telegram: telegrams.dsmr5 }])
      }
    }
  })

  it('in which one telegram is cut off gives the others, and says where', () => {
    const [cut, ...rest] = framed(telegrams.dsmr5.slice(0, 100), telegrams.dsmr4)
    // The slash of the next one stands behind a broken line, so that one is lost with it.
    expect(rest).toEqual([])
    expect(whole(cut === undefined ? [] : [cut]).map((text) => refusal(text).reason)).toEqual(['crc'])
    const lines = telegrams.dsmr5.split('\r\n').slice(0, 5)
    const [atLine, next] = framed(`${lines.join('\r\n')}\r\n`, telegrams.dsmr4)
    expect(atLine).toMatchObject({ _tag: 'BadTelegram', line: 5, reason: 'frame' })
    expect(next).toEqual({ telegram: telegrams.dsmr4 })
  })

  it('that never ends a telegram is given up once, in bounded memory, and heard again', () => {
    const push = telegramFramer()
    const endless = [...push(bytesOf('/ISK5\\2CW-500\r\n\r\n'))]
    for (let i = 0; i < 1000; i++) endless.push(...push(bytesOf('1-0:1.8.1(001234.567*kWh)\r\n'.repeat(20))))
    expect(endless).toHaveLength(1)
    expect(endless[0]).toMatchObject({ _tag: 'BadTelegram', reason: 'frame' })
    for (let i = 0; i < 1000; i++) expect(push(new Uint8Array(1000).fill(0x78))).toEqual([]) // one line without an end
    expect(push(bytesOf(`\r\n${telegrams.dsmr5}`))).toEqual([{ telegram: telegrams.dsmr5 }])
    const long = framed(`/ISK5${'x'.repeat(TELEGRAM_BYTES_MAX)}`)
    expect(long).toMatchObject([{ reason: 'frame', line: 1 }])
  })
})

describe('the checksum of a telegram', () => {
  it('is CRC-16/ARC', () => expect(crc16('123456789')).toBe(0xbb3d))
})

interface Recorded {
  readonly telegram: string
  readonly expected: Readonly<Record<string, unknown>>
}
interface Value {
  readonly value: string | number | null
  readonly unit?: string | null
  readonly datetime?: string
}

const folder = new URL('../../../shared/reference/meter/dumps/', import.meta.url)
const there = existsSync(folder)
if (!there) console.warn(`skipped: recorded P1 telegrams are not at ${folder.pathname}`)
const recordings = !there
  ? []
  : readdirSync(folder)
      .map((file) => [file, JSON.parse(readFileSync(new URL(file, folder), 'utf8'))] as const)
      .filter((entry): entry is readonly [string, Recorded] => 'telegram' in entry[1])

/** What the recordings call the objects that are one value. */
const codes: Readonly<Record<string, string>> = {
  P1_MESSAGE_HEADER: '1-3:0.2.8',
  BELGIUM_VERSION_INFORMATION: '0-0:96.1.4',
  P1_MESSAGE_TIMESTAMP: '0-0:1.0.0',
  EQUIPMENT_IDENTIFIER: '0-0:96.1.1',
  BELGIUM_EQUIPMENT_IDENTIFIER: '0-0:96.1.1',
  ELECTRICITY_USED_TARIFF_1: '1-0:1.8.1',
  ELECTRICITY_USED_TARIFF_2: '1-0:1.8.2',
  ELECTRICITY_DELIVERED_TARIFF_1: '1-0:2.8.1',
  ELECTRICITY_DELIVERED_TARIFF_2: '1-0:2.8.2',
  ELECTRICITY_ACTIVE_TARIFF: '0-0:96.14.0',
  BELGIUM_CURRENT_AVERAGE_DEMAND: '1-0:1.4.0',
  BELGIUM_MAXIMUM_DEMAND_MONTH: '1-0:1.6.0',
  CURRENT_ELECTRICITY_USAGE: '1-0:1.7.0',
  CURRENT_ELECTRICITY_DELIVERY: '1-0:2.7.0',
  SHORT_POWER_FAILURE_COUNT: '0-0:96.7.21',
  LONG_POWER_FAILURE_COUNT: '0-0:96.7.9',
  TEXT_MESSAGE_CODE: '0-0:96.13.1',
  TEXT_MESSAGE: '0-0:96.13.0',
  ACTUAL_SWITCH_POSITION: '0-0:96.3.10',
  ACTUAL_TRESHOLD_ELECTRICITY: '0-0:17.0.0',
  FUSE_THRESHOLD_L1: '1-0:31.4.0',
  ...Object.fromEntries(
    [1, 2, 3].flatMap((phase) => [
      [`VOLTAGE_SAG_L${phase}_COUNT`, `1-0:${12 + 20 * phase}.32.0`],
      [`VOLTAGE_SWELL_L${phase}_COUNT`, `1-0:${12 + 20 * phase}.36.0`],
      [`INSTANTANEOUS_VOLTAGE_L${phase}`, `1-0:${12 + 20 * phase}.7.0`],
      [`INSTANTANEOUS_CURRENT_L${phase}`, `1-0:${11 + 20 * phase}.7.0`],
      [`INSTANTANEOUS_ACTIVE_POWER_L${phase}_POSITIVE`, `1-0:${1 + 20 * phase}.7.0`],
      [`INSTANTANEOUS_ACTIVE_POWER_L${phase}_NEGATIVE`, `1-0:${2 + 20 * phase}.7.0`],
    ]),
  ),
}

describe.skipIf(!there)('a recorded P1 meter', () => {
  it.each(recordings)('%s says in the agent’s terms what an independent reader read', (_, { telegram, expected }) => {
    const read = readTelegram(telegram)
    const value = (name: string) => (expected[name] as Value | undefined)?.value ?? null
    const watts = (name: string) => Math.round(Number(value(name)) * 1000)
    expect(read.importWh).toBe(watts('ELECTRICITY_USED_TARIFF_1') + watts('ELECTRICITY_USED_TARIFF_2'))
    expect(read.exportWh).toBe(watts('ELECTRICITY_DELIVERED_TARIFF_1') + watts('ELECTRICITY_DELIVERED_TARIFF_2'))
    expect(read.powerW).toBe(watts('CURRENT_ELECTRICITY_USAGE') - watts('CURRENT_ELECTRICITY_DELIVERY'))
    expect(read.time?.timeMs).toBe(Date.parse(String(value('P1_MESSAGE_TIMESTAMP'))))
    expect(read.version).toBe(value('P1_MESSAGE_HEADER') ?? value('BELGIUM_VERSION_INFORMATION'))
    expect(read.tariff).toBe(value('ELECTRICITY_ACTIVE_TARIFF'))
    const id = String(value('EQUIPMENT_IDENTIFIER') ?? value('BELGIUM_EQUIPMENT_IDENTIFIER'))
    expect([id, Buffer.from(id, 'hex').toString('latin1')]).toContain(read.equipmentId)
    expect(read.phases).toEqual(
      [1, 2, 3].map((phase) => ({
        powerW:
          watts(`INSTANTANEOUS_ACTIVE_POWER_L${phase}_POSITIVE`) -
          watts(`INSTANTANEOUS_ACTIVE_POWER_L${phase}_NEGATIVE`),
        voltageV: value(`INSTANTANEOUS_VOLTAGE_L${phase}`),
        currentA: value(`INSTANTANEOUS_CURRENT_L${phase}`),
      })),
    )
  })

  it.each(recordings)('%s has each object that the independent reader found', (_, { telegram, expected }) => {
    const { objects } = telegramObjects(telegram)
    const lists = ['MBUS_DEVICES', 'POWER_EVENT_FAILURE_LOG', 'BELGIUM_MAXIMUM_DEMAND_13_MONTHS']
    for (const [name, said] of Object.entries(expected)) {
      if (lists.includes(name)) continue
      const object = objects.find(({ code }) => code === codes[name])
      if (object === undefined) throw new Error(`${name} is not there`)
      const { value, unit, datetime } = said as Value
      const text = object.values.at(-1) ?? ''
      if (name === 'P1_MESSAGE_TIMESTAMP') expect(meterTime(object)?.timeMs).toBe(Date.parse(String(value)))
      else if (typeof value === 'number')
        expect([Number.parseFloat(text), text.split('*')[1] ?? null]).toEqual([value, unit])
      else expect(text, name).toBe(value ?? '')
      if (datetime !== undefined) expect(meterTime(object)?.timeMs).toBe(Date.parse(datetime))
    }
    const log = expected.POWER_EVENT_FAILURE_LOG as { readonly buffer: readonly Value[] } | undefined
    const kept = objects.find(({ code }) => code === '1-0:99.97.0')?.values.slice(2) ?? []
    for (const [i, { datetime = '', value }] of (log?.buffer ?? []).entries()) {
      const at = meterTime({ code: 'log', line: 0, values: [kept[2 * i] ?? ''] })
      expect([at?.timeMs, Number.parseInt(kept[2 * i + 1] ?? '', 10)]).toEqual([Date.parse(datetime), value])
    }
    const months = (expected.BELGIUM_MAXIMUM_DEMAND_13_MONTHS ?? []) as readonly (Value & { occurred: string })[]
    const peaks = objects.find(({ code }) => code === '0-0:98.1.0')?.values.slice(3) ?? []
    for (const [i, { datetime = '', occurred, value }] of months.entries()) {
      const [from = '', at = '', peak = ''] = peaks.slice(3 * i)
      const pairs = [
        [from, datetime],
        [at, occurred],
      ] as const
      for (const [text, iso] of pairs) {
        // One peak of March is marked as summer; the independent reader goes by the calendar, we by the mark.
        if (text.endsWith('S') && /^\d\d(01|02|03|11|12)/.test(text)) continue
        expect(meterTime({ code: 'peak', line: 0, values: [text] })?.timeMs).toBe(Date.parse(iso))
      }
      expect(Number.parseFloat(peak)).toBe(value)
    }
    for (const device of (expected.MBUS_DEVICES ?? []) as readonly Readonly<Record<string, Value | number>>[]) {
      const channel = `0-${device.CHANNEL_ID}:`
      const one = (...codes: readonly string[]) =>
        objects.find(({ code }) => codes.some((end) => code === channel + end))
      const type = (device.MBUS_DEVICE_TYPE ?? device.DEVICE_TYPE) as Value
      expect(Number(one('24.1.0')?.values[0])).toBe(type.value)
      const id = (device.MBUS_EQUIPMENT_IDENTIFIER ?? device.EQUIPMENT_IDENTIFIER_GAS) as Value
      expect(one('96.1.0', '96.1.1')?.values[0] || null).toBe(id.value)
      const reading = (device.MBUS_METER_READING ?? device.HOURLY_GAS_METER_READING) as Value | undefined
      if (reading === undefined) continue
      const object = one('24.2.1', '24.2.3')
      expect(Number.parseFloat(object?.values[1] ?? '')).toBe(reading.value)
      expect(meterTime(object)?.timeMs).toBe(Date.parse(reading.datetime ?? ''))
    }
  })
})
