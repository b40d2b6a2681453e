import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import type { Bus } from '#meter-agent/drivers/bus.ts'
import { type ModbusError, ModbusException, ModbusTimeout } from '#meter-agent/drivers/modbus-error.ts'
import { readChain } from '#meter-agent/read-device.ts'
import { sunspecProfileHash } from '#meter-agent/registers.ts'
import { decodeModel, type Points } from '#meter-agent/sunspec/decode-model.ts'
import { discover } from '#meter-agent/sunspec/discover.ts'
import { modelDefinitions } from '#meter-agent/sunspec/models.ts'
import { type PointType, pointTypeWords } from '#meter-agent/sunspec/point-type.ts'
import { rawValueOf, scaled } from '#meter-agent/sunspec/point-value.ts'
import type { Registers } from './modbus-serial.ts'
import { compare, images, there } from './recorded-sunspec.ts'
import { common, sunspecImage } from './sunspec-image.ts'

/** Models of makers in the recordings, which nobody has published. */
const nobodysModels = [64_122, 65_230, 65_232]

/** A line to an image of registers, without a network. */
const busOf = (registers: () => Registers, elsewhere: 'refused' | 'silent' = 'refused'): Bus => ({
  connect: Effect.void,
  read: (range) =>
    Effect.suspend((): Effect.Effect<readonly number[], ModbusError> => {
      const now = registers()
      const words = Array.from({ length: range.count }, (_, i) => now.get(range.address + i))
      if (words.every((word) => word !== undefined)) return Effect.succeed(words)
      return elsewhere === 'silent'
        ? Effect.fail(new ModbusTimeout({ line: 'image', timeoutMs: 1 }))
        : Effect.fail(new ModbusException({ line: 'image', code: 2, ...range }))
    }),
})
const chainOf = (registers: Registers, bases: readonly number[] = [], elsewhere?: 'refused' | 'silent') =>
  discover(
    busOf(() => registers, elsewhere),
    { unit: 1, bases },
  )
const reportOf = (registers: Registers, bases: readonly number[] = []) =>
  Effect.runPromise(
    Effect.flatMap(chainOf(registers, bases), (chain) =>
      readChain(
        busOf(() => registers),
        { unit: 1, chain },
      ),
    ),
  )

describe('a SunSpec point', () => {
  const words = (hex: string) => (hex.match(/.{4}/g) ?? []).map((word) => Number.parseInt(word, 16))

  it.each<[PointType, string]>([
    ['int16', '8000'],
    ['uint16', 'ffff'],
    ['enum16', 'ffff'],
    ['bitfield16', 'ffff'],
    ['sunssf', '8000'],
    ['int32', '80000000'],
    ['uint32', 'ffffffff'],
    ['enum32', 'ffffffff'],
    ['bitfield32', 'ffffffff'],
    ['int64', '8000000000000000'],
    ['uint64', 'ffffffffffffffff'],
    ['bitfield64', 'ffffffffffffffff'],
    ['count', 'ffff'],
    ['ipaddr', '00000000'],
    ['ipv6addr', '00000000000000000000000000000000'],
    ['eui48', '0000ffffffffffff'],
    ['eui48', 'ffffffffffffffff'],
    ['float64', '7ff8000000000000'],
    ['float64', 'fff0000000000000'],
    ['float32', '7fc00000'],
    ['float32', '7f800000'],
    ['float32', 'ff800000'],
    ['string', '00000000'],
  ])('of type %s is not available at %s', (type, hex) => expect(rawValueOf(type, words(hex))).toBeNull())

  it.each<[PointType, string, number | bigint | string]>([
    ['int16', 'ffff', -1],
    ['int32', 'fffffc2d', -979],
    ['uint32', '80000000', 2_147_483_648],
    ['uint64', '0000000000000096', 150n],
    ['float32', '3f333333', 0.7],
    ['float32', '43e28ccd', 453.1],
    ['float64', '407c51999999999a', 453.1],
    ['int64', 'fffffffffffffc2d', -979n],
    ['acc16', 'ffff', 65_535],
    ['acc64', 'ffffffffffffffff', 18_446_744_073_709_551_615n],
    ['bitfield64', '8000000000000001', 9_223_372_036_854_775_809n],
    ['ipaddr', 'c0a800aa', '192.168.0.170'],
    ['ipv6addr', 'fe800000000000000000000000000001', 'fe80:0:0:0:0:0:0:1'],
    ['eui48', '00000040ada99576', '00:40:AD:A9:95:76'],
    ['string', '456c6b6f72002048', 'Elkor'],
    ['string', '1b5b334141200000', '[3AA'],
  ])('of type %s reads %s as %s', (type, hex, value) => expect(rawValueOf(type, words(hex))).toBe(value))

  it.each(['acc16', 'acc32', 'acc64'] as const)('of type %s at zero is zero, which may mean absent', (type) =>
    expect(Number(rawValueOf(type, new Array<number>(pointTypeWords[type]).fill(0)))).toBe(0),
  )

  it('is scaled to the nearest decimal, without dust', () => {
    expect([scaled(45, -2), scaled(3201, -1), scaled(108, 1), scaled(1_234_567n, -3), scaled(0, -2)]).toEqual([
      0.45, 320.1, 1080, 1234.567, 0,
    ])
  })
})

describe('a SunSpec model', () => {
  const decoded = (points: Record<string, number>, blockOf: (offset: number) => number = () => 0): Points => {
    const image = sunspecImage([{ id: 103, length: 50, points }])
    const definition = modelDefinitions.get(103)
    if (definition === undefined) throw new Error('no model 103')
    return decodeModel(definition, { words: [...image.values()].slice(2, 54), blockOf })
  }

  it('gives a value only with a usable scale factor of the same block', () => {
    expect(decoded({ W: 1080, W_SF: 0 }).W).toBe(1080)
    expect(decoded({ W: 100, W_SF: -32_768 }).W).toBeNull()
    expect(decoded({ W: 100, W_SF: 11 }).W).toBeNull()
    expect(decoded({ W: 100, W_SF: -11 }).W).toBeNull()
    expect(decoded({ W: 100, W_SF: 1 }, (offset) => offset).W).toBeNull()
  })

  it('longer than a request gives values only while its scale factors hold still', async () => {
    const image = (scaleFactor: number) =>
      sunspecImage([common(), { id: 160, length: 248, points: { DCA_SF: scaleFactor, 'module[0].DCA': 150 } }])
    let reads = 0
    const bus = busOf(() => image(reads++ < 2 ? -2 : -1))
    const chain = { base: 40_000, models: [{ id: 160, address: 40_070, length: 248 }], complete: true }
    const moved = await Effect.runPromise(readChain(bus, { unit: 1, chain }))
    const still = await reportOf(image(-2))
    const modules = (points: Points | undefined) => points?.module as readonly Points[]
    expect(modules(still.sunspec.models[1]?.points)[11]?.DCA).toBe(0)
    expect(modules(moved.sunspec.models[0]?.points)[0]?.DCA).toBe(1.5)
    expect(modules(moved.sunspec.models[0]?.points)[11]?.DCA).toBeNull()
  })

  it('shorter than its definition has no points past its declared length', async () => {
    const { sunspec } = await reportOf(sunspecImage([common(), { id: 204, length: 81, points: { W: 5 } }]))
    const points = sunspec.models[1]?.points ?? {}
    expect(points.W).toBe(5)
    expect(Object.keys(points)).toContain('TotVArhImpQ2')
    expect(Object.keys(points)).not.toContain('Evt')
  })
})

describe('the search for SunSpec models', () => {
  const meter = { id: 203, length: 105 }

  it.each([40_000, 50_000, 0])('finds the mark at %i', async (base) => {
    const chain = await Effect.runPromise(chainOf(sunspecImage([common(), meter], { base })))
    expect(chain).toEqual({
      base,
      models: [
        { id: 1, address: base + 2, length: 66 },
        { id: 203, address: base + 70, length: 105 },
      ],
      complete: true,
    })
  })

  it.each([4096, 1000])("finds it at %i when the user's list says so", async (base) => {
    const image = sunspecImage([common(65), meter], { base })
    expect((await Effect.runPromise(Effect.flip(chainOf(image))))._tag).toBe('NotSunspec')
    expect(await Effect.runPromise(chainOf(image, [base], 'silent'))).toMatchObject({ base, complete: true })
  })

  it('steps over models that nobody defined', async () => {
    const report = await reportOf(
      sunspecImage([common(), { id: 65_230, length: 43 }, { id: 64_122, length: 45 }, meter]),
    )
    expect(report.sunspec.models.map(({ id, points }) => [id, Object.keys(points).length > 0])).toEqual([
      [1, true],
      [65_230, false],
      [64_122, false],
      [203, true],
    ])
  })

  it('keeps what stands before a break, a zero length, or a length past the last register', async () => {
    for (const [models, end] of [
      [[common(), meter], 'cut'],
      [[common(), meter, { id: 101, length: 0 }], 'marked'],
    ] as const) {
      const chain = await Effect.runPromise(chainOf(sunspecImage(models, { end })))
      expect(chain.complete).toBe(false)
      expect(chain.models.map(({ id }) => id)).toEqual([1, 203])
    }
    const giant = new Map(sunspecImage([common()]))
    giant.set(40_070, 103).set(40_071, 65_000)
    expect(await Effect.runPromise(chainOf(giant))).toMatchObject({ models: [{ id: 1 }], complete: false })
  })

  it('ends after 100 models', async () => {
    const many = Array.from({ length: 150 }, () => ({ id: 65_000, length: 1 }))
    const chain = await Effect.runPromise(chainOf(sunspecImage([common(), ...many])))
    expect(chain.models).toHaveLength(100)
  })

  it('refuses a first model that is not the common one', async () => {
    const odd = await Effect.runPromise(Effect.flip(chainOf(sunspecImage([{ id: 1, length: 15 }]))))
    expect(odd).toMatchObject({ _tag: 'NotSunspec' })
    expect(odd.message).toContain('length 15')
  })

  it('says that a device is silent, rather than foreign, when it answers nothing', async () => {
    expect((await Effect.runPromise(Effect.flip(chainOf(new Map(), [], 'silent'))))._tag).toBe('ModbusTimeout')
  })
})

describe.skipIf(!there)('a recorded SunSpec device', () => {
  it.each(images)('%s reads as an independent reader read it', async (_, recorded) => {
    const registers = new Map(
      recorded.registers.flatMap(({ address, hex }) =>
        (hex.match(/.{4}/g) ?? []).map((word, i) => [address + i, Number.parseInt(word, 16)] as const),
      ),
    )
    const chain = await Effect.runPromise(chainOf(registers, [recorded.base]))
    expect(chain.base).toBe(recorded.base)
    expect(chain.models).toEqual(recorded.chain.map(({ id, len, addr }) => ({ id, length: len, address: addr })))
    const { sunspec } = await reportOf(registers, [recorded.base])
    for (const [i, { id, points }] of recorded.expected.entries()) {
      const model = sunspec.models[i]
      expect(model?.id).toBe(id)
      if (modelDefinitions.has(id)) compare(String(id), points, model?.points)
      else expect(nobodysModels).toContain(id)
    }
  })
})

describe('the hash of a meter model, which stands in readings on disk', () => {
  it.each([
    [201, '0x333009b2d4ecb3b0bf88362aa7f3b8b357a3bced3695663cefc91bcd583db889'],
    [202, '0xc4abcc8ea94299266ef0c9d121a6ed2c98374a9ea38dd50430c960229cf50455'],
    [203, '0xd5559cccecf3eba38a194fddc0ce5075f69eff466953127ce02becd273cec760'],
    [204, '0x0e9b6664c054f25f77062b713f5c72eaf6fbf84506de4b7594138c861b50a53d'],
    [211, '0x6575801564846f09b969ffddc9826038a3aeca75304169edb8035c59dd339ce9'],
    [212, '0x8a995322f0642dee93adff34484cbce50f1b2ecbbc37aa0b4cdd5976a96f8da6'],
    [213, '0xd0c1acabe0476379947f1fa10896df41b48de84c7668eb453dacbc48c05b5695'],
    [214, '0xab8b61e9b1ff7e20e4be67cb2567e9172d90d3f3fc3dcdd0dd9d570134f1b8d9'],
  ])('stays what it was for %i', (id, hash) => {
    const definition = modelDefinitions.get(id)
    expect(definition && sunspecProfileHash(definition)).toBe(hash)
  })
})
