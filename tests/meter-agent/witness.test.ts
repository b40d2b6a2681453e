import { Effect, type Scope } from 'effect'
import { describe, expect, it } from 'vitest'
import { opcuaWitness } from '#meter-agent/opcua-witness.ts'
import { openSettlementMeter } from '#meter-agent/open-settlement-meter.ts'
import { p1Witness } from '#meter-agent/p1/p1-witness.ts'
import { readTelegram } from '#meter-agent/p1/telegram.ts'
import { loadModbusProfile } from '#meter-agent/profiles/load-modbus-profile.ts'
import { loadOpcuaProfile } from '#meter-agent/profiles/opcua-profile.ts'
import { profileWitness } from '#meter-agent/profiles/profile-witness.ts'
import { readableSample } from '#meter-agent/readable-sample.ts'
import { sampleOf } from '#meter-agent/registers.ts'
import { modelDefinitions } from '#meter-agent/sunspec/models.ts'
import { type Registers, serveRegisters } from './modbus-serial.ts'
import { telegrams } from './p1-telegrams.ts'
import { common, homeImage, type ImageModel, sunspecImage } from './sunspec-image.ts'

const trust = { trusted: Effect.succeed(null), trust: () => Effect.void }
const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(effect))

/** What a SunSpec device witnesses, and the requests that it takes. */
const witnessOfImage = (image: Registers, production: 'wanted' | 'as it comes' = 'as it comes') =>
  Effect.gen(function* () {
    const { port, requests } = yield* serveRegisters(() => image)
    const meter = yield* openSettlementMeter(
      { type: 'modbus', url: `tcp://127.0.0.1:${port}?unit=1` },
      { timeoutMs: 1_000, trust, production },
    )
    yield* meter.identify
    const before = requests()
    const { witness } = yield* meter.read
    return { witness, requests: requests() - before }
  })

describe('a SunSpec device', () => {
  const meter = (points: ImageModel['points'] = {}): ImageModel => ({ id: 203, length: 105, points })
  const inverter: ImageModel = { id: 103, length: 50, points: { W: 1_080, WH: 21_707_970 } }

  it('witnesses its voltages, frequency, phases, and how its counters count, without a request more', async () => {
    const image = sunspecImage([
      common(),
      meter({
        TotWhImp: 50,
        TotWhExp: 7,
        TotWh_SF: 1,
        W: 600,
        WphA: 100,
        WphB: 200,
        WphC: 300,
        PhVphA: 2301,
        V_SF: -1,
      }),
    ])
    const { witness, requests } = await run(witnessOfImage(image))
    expect(requests).toBe(1)
    expect(witness.importCounter).toEqual({ unitWh: 10, modulusWh: 2 ** 32 * 10, scale: 1 })
    expect(witness.phasePowerW).toEqual([100, 200, 300])
    expect(witness.voltageV?.[0]).toBe(230.1)
    expect(witness.production).toBeUndefined()
  })

  it('of float counters says no modulus', async () => {
    const image = sunspecImage([common(), { id: 213, length: 124, points: { TotWhImp: 50.5, TotWhExp: 7 } }])
    const { witness } = await run(witnessOfImage(image))
    expect(witness.importCounter).toEqual({ unitWh: null, modulusWh: null, scale: null })
  })

  it('has no value where a float is what no meter says and no reading can hold', () => {
    expect(readableSample({ importWh: 1e38, exportWh: 7, powerW: -3e38 })).toEqual({
      importWh: null,
      exportWh: 7,
      powerW: null,
    })
  })

  it('of torn floats makes no reading that cannot be signed', async () => {
    const torn = { TotWhImp: 1e38, TotWhExp: 7, W: -3e38 }
    const definition = modelDefinitions.get(213)
    const words = [...sunspecImage([{ id: 213, length: 124, points: torn }], { base: 0 }).values()].slice(2, 128)
    if (definition === undefined) throw new Error('no model 213')
    expect(sampleOf(definition, { words, blockOf: () => 0 })).toEqual({ importWh: null, exportWh: 7, powerW: null })
  })

  it.each([
    ['120', { id: 120, length: 26, points: { WRtg: 50, WRtg_SF: 2 } }, 5_000],
    ['121', { id: 121, length: 30, points: { WMax: 4_600 } }, 4_600],
    ['702', { id: 702, length: 50, points: { WMaxRtg: 600, W_SF: 1 } }, 6_000],
  ])('says by model %s what its inverter can, and what it makes, where that is wanted', async (_, nameplate, watts) => {
    const image = sunspecImage([common(), inverter, nameplate, meter({ TotWhImp: 50 })])
    const { witness, requests } = await run(witnessOfImage(image, 'wanted'))
    expect(requests).toBe(2)
    expect(witness.production).toEqual({ powerW: 1_080, nameplateW: watts })
  })

  it('with a battery is not asked: its inverter gives that power, too', async () => {
    const image = homeImage({ powerW: 0, importWh: 1, exportWh: 2, battery: true })
    expect((await run(witnessOfImage(image, 'wanted'))).witness.production).toBeUndefined()
  })
})

describe('a profile', () => {
  const witnessBy = (name: string, values: Readonly<Record<string, number | null>>) =>
    Effect.runPromise(Effect.map(loadModbusProfile(name), (profile) => profileWitness(profile, values)))

  it('says what its meter can measure, and its bands', async () => {
    expect(await witnessBy('eastron-sdm120', { voltage: 231, frequency: 50 })).toMatchObject({
      nameplateW: 23_000,
      voltageV: [231],
      voltageBandV: { min: 195, max: 265 },
      frequencyHz: 50,
      frequencyBandHz: { min: 45, max: 55 },
      importCounter: { unitWh: null, modulusWh: null },
    })
  })

  it('says where its counters end, in the unit of their register', async () => {
    expect((await witnessBy('victron-gx-grid', {})).importCounter).toEqual({
      unitWh: 10,
      modulusWh: 2 ** 32 * 10,
      scale: null,
      resettable: false,
    })
    expect((await witnessBy('carlo-gavazzi-em24-e1', {})).importCounter?.modulusWh).toBe(2 ** 31 * 100)
  })

  it('says the power of ten that a counter came with', async () => {
    const solaredge = await Effect.runPromise(loadModbusProfile('solaredge-hybrid'))
    const factor = solaredge.registers[solaredge.grid?.importWh ?? '']?.scaleFactor ?? ''
    expect((await witnessBy('solaredge-hybrid', { [factor]: 2 })).importCounter).toMatchObject({
      unitWh: 100,
      scale: 2,
    })
  })

  it('says what its roof makes, less what its battery gives, and never takes its rating for the connection’s', async () => {
    const said = { ratedPower: 10_000, acPower: 3_000, batteryPower: -3_000 }
    const witness = await witnessBy('huawei-sun2000', said)
    expect(witness.production).toEqual({ powerW: 0, nameplateW: 15_000 })
    expect(witness.nameplateW).toBeUndefined()
    expect((await witnessBy('huawei-sun2000', { ...said, batteryPower: null })).production).toBeUndefined()
  })
})

describe('a P1 port', () => {
  it('witnesses voltages and phase powers, as far as its telegrams have them', () => {
    expect(p1Witness(readTelegram(telegrams.dsmr5))).toEqual({
      voltageV: [230.1, 229.8, 231],
      phasePowerW: [150, -884, -500],
    })
    expect(p1Witness(readTelegram(telegrams.dsmr22))).toEqual({ voltageV: [] })
  })
})

describe('an OPC UA device', () => {
  const said = (value: number) => ({ status: 'good', value, sourceTimeMs: null }) as const
  const node = (name: string) => `nsu=urn:commonwatt:home;s=${name}`

  it('witnesses voltage, frequency and roof, less what a battery gives', async () => {
    const profile = await Effect.runPromise(loadOpcuaProfile('commonwatt-home'))
    const nodes = new Map([
      [node('Grid.VoltageV'), said(230.5)],
      [node('Grid.FrequencyHz'), said(49.9)],
      [node('Pv.PowerW'), said(1_080)],
      [node('Battery.PowerW'), said(-80)],
    ])
    expect(opcuaWitness(profile, nodes)).toEqual({
      voltageV: [230.5],
      frequencyHz: 49.9,
      production: { powerW: 1_000, nameplateW: null },
    })
  })
})
