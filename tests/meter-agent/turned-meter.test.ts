import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, type Scope } from 'effect'
import { DataType } from 'node-opcua'
import { afterAll, describe, expect, it } from 'vitest'
import { type DeviceAddress, decodeRegisters, readDevice } from '#meter-agent/index.ts'
import { openSettlementMeter } from '#meter-agent/open-settlement-meter.ts'
import { turnedReport, turnedSample, turnedWitness } from '#meter-agent/turned-sample.ts'
import { emulateRecording } from '#sim/index.ts'
import { meterOnPort } from '../platform/meter-on-port.ts'
import { serveBroker } from './aedes.ts'
import { serveNodes, USER } from './node-opcua.ts'
import { telegrams } from './p1-telegrams.ts'
import { serveP1 } from './serve-p1.ts'
import { common, sunspecImage } from './sunspec-image.ts'

const folder = mkdtempSync(join(tmpdir(), 'turned-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A device of each kind that says the same whenever it is asked, and what it says. */
const kinds: Readonly<Record<string, Effect.Effect<DeviceAddress, unknown, Scope.Scope>>> = {
  'a profile': Effect.map(meterOnPort({ powerW: -1_200 }), (port) => ({
    type: 'modbus',
    url: `tcp://127.0.0.1:${port}`,
    profile: 'eastron-sdm120',
  })),
  SunSpec: Effect.gen(function* () {
    const points = { W: -2_500, WphA: -2_000, WphB: -500, WphC: 0, TotWhImp: 4_000, TotWhExp: 9_000, PhVphA: 231 }
    const holding = sunspecImage([common(), { id: 203, length: 105, points }])
    const units = new Map([[1, { holding, input: new Map<number, number>() }]])
    const recording = { type: 'modbus', name: 'three phases', units, base: 40_000 } as const
    return {
      type: 'modbus',
      url: `tcp://127.0.0.1:${yield* emulateRecording({ recording, host: '127.0.0.1', port: 27_700 })}`,
    }
  }),
  P1: Effect.gen(function* () {
    const p1 = yield* serveP1()
    yield* Effect.forkScoped(
      Effect.forever(
        Effect.andThen(
          Effect.sync(() => p1.send(telegrams.dsmr5)),
          Effect.sleep(10),
        ),
      ),
    )
    return { type: 'p1', url: p1.url }
  }),
  'OPC UA': Effect.gen(function* () {
    const whole = (value: number) => () => ({ value: { dataType: DataType.Int32, value } })
    const nodes = new Map([
      ['Grid.PowerW', whole(-900)],
      ['Grid.ImportWh', whole(7_000)],
      ['Grid.ExportWh', whole(80)],
    ])
    const { url } = yield* serveNodes({ nodes, pkiDir: join(folder, 'server') })
    return { type: 'opcua', url, login: USER, identityFile: join(folder, 'client.pem') }
  }),
  MQTT: Effect.gen(function* () {
    const broker = yield* serveBroker()
    const said = JSON.stringify({
      Time: '2026-07-01T12:00:00',
      ENERGY: { Total: 12.5, ExportActive: 3.25, Power: 250, ApparentPower: 260, Voltage: 231 },
    })
    yield* Effect.forkScoped(
      Effect.forever(
        Effect.andThen(
          Effect.promise(() => broker.publish('tele/plug/SENSOR', said)),
          Effect.sleep(30),
        ),
      ),
    )
    return { type: 'mqtt', url: `mqtt://127.0.0.1:${broker.port}/plug?profile=tasmota` }
  }),
}

/** What a settlement meter says, and what shows its device, once. */
const readOnce = (device: DeviceAddress) =>
  Effect.gen(function* () {
    const trust = { trusted: Effect.succeed(null), trust: () => Effect.void }
    const meter = yield* openSettlementMeter(device, { timeoutMs: 2_000, trust })
    yield* meter.connect
    const profileHash = yield* meter.identify
    const { sample, witness, registers } = yield* meter.read
    expect(yield* decodeRegisters(registers)).toEqual({ sample, profileHash })
    return { profileHash, sample, witness, registers, report: yield* readDevice({ device }) }
  })

describe.each(Object.entries(kinds))('a meter of %s', (_, serve) => {
  it('is turned before anybody judges it, in what is recorded and in what is shown', () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const device = yield* serve
          const asIs = yield* readOnce(device)
          expect(asIs.sample.powerW).not.toBe(0)
          expect(yield* readOnce({ ...device, sign: 'as-is' })).toEqual(asIs)
          for (const sign of ['turned', 'power-turned'] as const) {
            const turned = yield* readOnce({ ...device, sign })
            const { importWh, exportWh, powerW } = asIs.sample
            expect(turned.sample).toEqual(
              sign === 'turned'
                ? { importWh: exportWh, exportWh: importWh, powerW: -(powerW ?? 0) }
                : { importWh, exportWh, powerW: -(powerW ?? 0) },
            )
            expect(turned.witness).toEqual(turnedWitness(asIs.witness, sign))
            expect(turned.profileHash).not.toBe(asIs.profileHash)
            expect(turned.registers).toContain(`"sign":"${sign}"`)
            const { grid } = turned.report.measurements
            expect([grid?.importWh.value, grid?.exportWh.value, grid?.powerW.value]).toEqual([
              turned.sample.importWh,
              turned.sample.exportWh,
              turned.sample.powerW,
            ])
            expect(turned.report.device).toEqual(asIs.report.device)
          }
        }),
      ),
    ))
})

describe('what is turned', () => {
  it('is nothing where there is nothing, and no -0', () => {
    for (const turn of ['turned', 'power-turned'] as const) {
      const nothing = { importWh: null, exportWh: null, powerW: null }
      expect(turnedSample(nothing, turn)).toEqual(nothing)
      expect(turnedSample({ ...nothing, powerW: 0 }, turn).powerW).toBe(0)
      expect(turnedWitness({}, turn)).toEqual({})
      const report = {
        device: { manufacturer: null, model: null, serial: null, firmware: null },
        profile: 'p',
        measurements: {},
      }
      expect(turnedReport(report, turn)).toEqual(report)
    }
  })

  it("takes a counter's facts with the counter, and the phases with their sum", () => {
    const facts = (unitWh: number) => ({ unitWh, modulusWh: null, scale: null })
    const witness = { importCounter: facts(1), phasePowerW: [5, 0, -7], frequencyHz: 50 }
    expect(turnedWitness(witness, 'turned')).toEqual({
      exportCounter: facts(1),
      phasePowerW: [-5, 0, 7],
      frequencyHz: 50,
    })
    expect(turnedWitness(witness, 'power-turned')).toEqual({ ...witness, phasePowerW: [-5, 0, 7] })
  })

  it('turned twice is as it was', () => {
    const sample = { importWh: 1, exportWh: 2, powerW: -3 }
    for (const turn of ['turned', 'power-turned'] as const) {
      expect(turnedSample(turnedSample(sample, turn), turn)).toEqual(sample)
    }
  })
})
