import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, Exit, type Scope } from 'effect'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { decodeRegisters, readDevice } from '#meter-agent/index.ts'
import { openSettlementMeter } from '#meter-agent/open-settlement-meter.ts'
import { loadModbusProfile } from '#meter-agent/profiles/load-modbus-profile.ts'
import { freePort, type Registers, serveRegisters } from './modbus-serial.ts'
import { meterProfile } from './profile-json.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-profiled-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The registers of a built-in profile's test, with zeros between them. */
const imageOf = (profile: string, test: string) =>
  Effect.map(loadModbusProfile(profile), ({ tests }) => {
    const ranges = tests.find(({ name }) => name === test)?.registers ?? []
    const words = ranges.flatMap(({ address, hex }) =>
      (hex.match(/.{4}/g) ?? []).map((word, i) => [address + i, Number.parseInt(word, 16)] as const),
    )
    const addresses = words.map(([address]) => address)
    const [first, last] = [Math.min(...addresses), Math.max(...addresses)]
    const zeros = Array.from({ length: last - first + 1 }, (_, i) => [first + i, 0] as const)
    return new Map([...zeros, ...words])
  })

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(effect))
const good = (value: number) => ({ value, quality: 'good' })
const nothing = { value: null, quality: 'not-available' }
const exporting = 'a house that exports'

const reportOf = (profile: string, registers: Registers) =>
  Effect.gen(function* () {
    const { port } = yield* serveRegisters(() => registers)
    return yield* readDevice({ device: { type: 'modbus', url: `tcp://127.0.0.1:${port}?unit=1`, profile } })
  })

describe('a Modbus device read through a profile', () => {
  it('is reported by its roles, and by every value that the profile names', async () => {
    const report = await run(
      Effect.flatMap(imageOf('eastron-sdm630', exporting), (image) => reportOf('eastron-sdm630', image)),
    )
    expect(report).toEqual({
      device: { manufacturer: 'Eastron', model: 'SDM630', serial: null, firmware: null },
      profile: 'eastron-sdm630',
      measurements: {
        grid: {
          powerW: good(-1179.5),
          importWh: good(1_234_500),
          exportWh: good(87_250),
          voltageV: [good(230.5), good(231), good(229.25)],
          currentA: [good(4.5), good(0.25), good(1)],
          frequencyHz: good(50.0625),
        },
      },
      values: expect.objectContaining({ powerL2: 50.5, power: -1179.5, import: 1_234_500 }),
    })
  })

  it('keeps what it can read where the device refuses the rest', async () => {
    const image = await run(imageOf('eastron-sdm630', exporting))
    const { measurements } = await run(
      reportOf('eastron-sdm630', new Map([...image].filter(([address]) => address < 72 || address > 73))),
    )
    expect(measurements.grid).toMatchObject({ powerW: good(-1179.5), importWh: nothing, exportWh: good(87_250) })
  })

  it('is refused where it is of another family', async () => {
    const image = await run(imageOf('carlo-gavazzi-em24-e1', 'low words first, and an export of more than 16 bits'))
    const other = await run(Effect.flip(reportOf('carlo-gavazzi-em24-e1', new Map([...image, [11, 71]]))))
    expect(other).toMatchObject({ _tag: 'OtherDevice', unit: 1, profile: 'carlo-gavazzi-em24-e1' })
    expect(other.message).toMatch(/identification is 71 instead of 1648 or 1649/)
  })

  it('is refused where what it should hold a text in is not there', async () => {
    const image = await run(imageOf('huawei-sun2000', 'a recorded inverter in standby'))
    const unnamed = new Map([...image].map(([address, word]) => [address, address < 30_015 ? 0 : word] as const))
    const other = await run(Effect.flip(reportOf('huawei-sun2000', unnamed)))
    expect(other.message).toMatch(/model is null instead of something with "SUN2000"/)
  })

  it('is asked nothing before the pause that it needs after each connection', async () => {
    const image = await run(imageOf('huawei-sun2000', 'a recorded inverter in standby'))
    const startedMs = performance.now()
    await run(reportOf('huawei-sun2000', image))
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1_000)
  })

  it('answers at the port and the unit of its profile where its address does not say them', async () => {
    const port = await Effect.runPromise(freePort)
    const file = join(folder, 'mine.json')
    writeFileSync(file, JSON.stringify(meterProfile({ transport: { unit: 1, table: 'holding', port } })))
    const words = [0xfe64, 0, 0, 5000, 0, 50].map((word, address) => [address, word] as const)
    const device = { type: 'modbus', url: 'tcp://127.0.0.1', profile: file } as const
    const { measurements } = await run(
      Effect.andThen(
        serveRegisters(() => new Map(words), port),
        readDevice({ device }),
      ),
    )
    expect(measurements.grid?.powerW).toEqual(good(-412))
  })

  it('settles: what is kept of a reading decodes to the same sample, by the same profile', async () => {
    await run(
      Effect.gen(function* () {
        const image = yield* imageOf('eastron-sdm630', exporting)
        const { port, requests } = yield* serveRegisters(() => image)
        const device = { type: 'modbus', url: `tcp://127.0.0.1:${port}?unit=1`, profile: 'eastron-sdm630' } as const
        const trust = { trusted: Effect.succeed(null), trust: () => Effect.void }
        const meter = yield* openSettlementMeter(device, { timeoutMs: 1_000, trust })
        const profileHash = yield* meter.identify
        const before = requests()
        const { sample, registers } = yield* meter.read
        expect(requests() - before).toBe(1)
        expect(sample).toEqual({ importWh: 1_234_500, exportWh: 87_250, powerW: -1179.5 })
        expect(yield* decodeRegisters(registers)).toEqual({ sample, profileHash })
      }),
    )
  })

  it('is refused, or decoded to something, from whatever else is kept of a reading', async () => {
    const kept = JSON.stringify({
      protocol: 'modbus-profile',
      profile: 'eastron-sdm630',
      unit: 1,
      blocks: [{ table: 'input', address: 52, words: '44937000' }],
    })
    const changed = fc
      .record({
        at: fc.nat(kept.length - 1),
        text: fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('-', '9', '"')),
      })
      .map(({ at, text }) => kept.slice(0, at) + text + kept.slice(at + 1))
    await fc.assert(
      fc.asyncProperty(changed, async (text) => {
        const exit = await Effect.runPromiseExit(decodeRegisters(text))
        const tags = Exit.isSuccess(exit)
          ? []
          : exit.cause.reasons.map((reason) => (reason._tag === 'Fail' ? reason.error._tag : reason._tag))
        for (const tag of tags) expect(['BadRegisters', 'BadProfile']).toContain(tag)
      }),
    )
  })

  it('does not settle where the profile has no counters', async () => {
    const device = { type: 'modbus', url: 'tcp://127.0.0.1:1', profile: 'e3dc-s10' } as const
    const trust = { trusted: Effect.succeed(null), trust: () => Effect.void }
    const meter = Effect.flatMap(openSettlementMeter(device, { timeoutMs: 100, trust }), ({ identify }) => identify)
    expect((await run(Effect.flip(meter))).message).toBe('unit 1: profile e3dc-s10 has no counters of the grid')
  })
})
