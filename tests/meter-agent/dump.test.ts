import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { maskModels, maskTexts } from '#meter-agent/dump/mask-serials.ts'
import { dumpDevice, type RegisterImage, type Span } from '#meter-agent/index.ts'
import { type Registers, serveRegisters } from './modbus-serial.ts'
import { common, homeImage, sunspecImage } from './sunspec-image.ts'

const dumpOf = (
  image: Registers,
  asked: {
    ranges?: readonly Span[]
    table?: RegisterImage['function']
    serials?: RegisterImage['serials']
    bases?: readonly number[]
  } = {},
) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { port, requests } = yield* serveRegisters(() => image)
        const dumped = yield* dumpDevice({
          device: { type: 'modbus', url: `tcp://127.0.0.1:${port}?unit=1`, bases: asked.bases ?? [] },
          name: 'a home',
          ranges: asked.ranges ?? [],
          ...(asked.table === undefined ? {} : { table: asked.table }),
          serials: asked.serials ?? 'kept',
          timeoutMs: 500,
        })
        return { dumped, requests: requests() }
      }),
    ),
  )
const wordsOf = ({ registers }: RegisterImage): Registers =>
  new Map(
    registers.flatMap(({ address, hex }) =>
      (hex.match(/.{4}/g) ?? []).map((word, i) => [address + i, Number.parseInt(word, 16)] as const),
    ),
  )
const text = (characters: string, at = 100): Registers => {
  const bytes = Buffer.from(characters.padEnd(characters.length + (characters.length % 2), '\0'), 'latin1')
  return new Map(Array.from({ length: bytes.length / 2 }, (_, i) => [at + i, bytes.readUInt16BE(2 * i)]))
}
const textOf = (words: Registers): string =>
  [...words.values()].map((word) => String.fromCharCode(word >> 8, word & 0xff)).join('')

describe('the image of a device', () => {
  it('holds all of a SunSpec device: mark, models, end mark', async () => {
    const image = homeImage({ powerW: 412, importWh: 5000, exportWh: 0, battery: true })
    const { dumped } = await dumpOf(image)
    expect(wordsOf(dumped)).toEqual(image)
    expect(dumped).toMatchObject({
      name: 'a home',
      kind: 'sunspec',
      function: 'holding',
      unit_id: 1,
      serials: 'kept',
      base: 40_000,
      registers: [{ address: 40_000, hex: /^53756e5300010042/ }],
      chain: [
        { id: 1, len: 66, addr: 40_002 },
        { id: 103, len: 50, addr: 40_070 },
        { id: 203, len: 105, addr: 40_122 },
        { id: 802, len: 62, addr: 40_229 },
      ],
      end_marker_at: 40_293,
    } satisfies Record<keyof RegisterImage, unknown>)
  })

  it('ends where a chain breaks off', async () => {
    const image = sunspecImage([common(65), { id: 160, length: 248 }], { base: 4096, end: 'cut' })
    const { dumped } = await dumpOf(image, { bases: [4096] })
    expect(wordsOf(dumped)).toEqual(image)
    expect(dumped).not.toHaveProperty('end_marker_at')
  })

  it('holds of the ranges that were asked for what the device has', async () => {
    const there = [...Array.from({ length: 300 }, (_, i) => 1000 + i), 1400, 1403, 65_535]
    const image: Registers = new Map(there.map((address) => [address, address]))
    const ranges = [
      { first: 990, last: 1410 },
      { first: 65_535, last: 65_535 },
      { first: 5, last: 5 },
    ]
    const { dumped, requests } = await dumpOf(image, { ranges })
    expect(wordsOf(dumped)).toEqual(image)
    expect(dumped.registers.map(({ address }) => address)).toEqual([1000, 1400, 1403, 65_535])
    expect([dumped.kind, dumped.chain]).toEqual(['register-map', undefined])
    const missing = 421 - 302 + 1
    expect(requests).toBeLessThan(2 * missing + 30) // each one that is not there, found by halving
  })

  it('has no serial number unless it is to be kept', async () => {
    const image = homeImage({ powerW: 412, importWh: 5000, exportWh: 0 })
    const masked = wordsOf((await dumpOf(image, { serials: 'masked' })).dumped)
    const changed = [...image].filter(([at, word]) => masked.get(at) !== word)
    expect(textOf(new Map(changed))).toBe('T-1\0')
    expect(changed.map(([at]) => masked.get(at))).toEqual([0x5858, 0x5800])
  })

  it('fails with what is wrong', async () => {
    const failure = dumpDevice({
      device: { type: 'modbus', url: 'tcp://' },
      name: 'x',
      ranges: [],
      serials: 'masked',
    })
    expect((await Effect.runPromise(Effect.flip(failure)))._tag).toBe('BadModbusUrl')
    await expect(dumpOf(new Map([[7, 7]]))).rejects.toThrow(/no SunSpec device/)
  })
})

describe('a serial number', () => {
  it.each(['HV3021621085', '9010KETU000W0000', '30050674', '1E4A55067A'])('like %s is masked', (serial) => {
    for (const before of ['', 'Model X, ', 'v1.02 ']) {
      const masked = textOf(maskTexts(text(before + serial.padEnd(16, '\0'))))
      expect(masked).not.toContain(serial.slice(2, 8))
      expect(masked).toHaveLength(text(before + serial.padEnd(16, '\0')).size * 2)
    }
  })

  it.each(['SUN2000-3KTL-L1', 'GW10K-ET', 'SB3.6-1AV-41', '4.01.15.R', '02041-04-S11', '192.168.1.20', 'Commonwatt'])(
    '%s is not one',
    (name) => expect(textOf(maskTexts(text(name)))).toBe(textOf(text(name))),
  )

  it('of each device in a chain is masked, and so are hardware addresses and serials of other models', () => {
    const second = { id: 1, length: 66, points: { Mn: 'Other', Vr: 'C20130730', SN: 'S-2' } }
    const image = new Map(sunspecImage([common(), { id: 11, length: 13 }, second, { id: 64_001, length: 20 }]))
    for (let i = 0; i < 4; i++) image.set(40_070 + 5 + i, 0xaa00 + i)
    for (const [at, word] of text('AB12345678', 40_155)) image.set(at, word)
    const masked = maskModels(image, [
      { id: 1, address: 40_002, length: 66 },
      { id: 11, address: 40_070, length: 13 },
      { id: 1, address: 40_085, length: 66 },
      { id: 64_001, address: 40_153, length: 20 },
    ])
    const whole = textOf(masked)
    for (const gone of ['T-1', 'S-2', '12345678', '\u00aa']) expect(whole).not.toContain(gone)
    for (const kept of ['Commonwatt', 'Test meter', 'Other', 'C20130730']) expect(whole).toContain(kept)
  })

  it('hides one in a text of a group, too', () => {
    const curve = { id: 126, length: 64, points: { 'curve[0].CrvNam': 'AB12345678' } }
    const masked = maskModels(sunspecImage([common(), curve]), [{ id: 126, address: 40_070, length: 64 }])
    expect(textOf(masked)).not.toContain('12345678')
  })
})
