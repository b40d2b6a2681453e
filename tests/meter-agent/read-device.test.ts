import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { readDevice } from '#meter-agent/index.ts'
import { freePort, serveRegisters } from './modbus-serial.ts'
import { common, homeImage, sunspecImage } from './sunspec-image.ts'

const reportOf = (image: ReadonlyMap<number, number>) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { port } = yield* serveRegisters(() => image)
        return yield* readDevice({ device: { type: 'modbus', url: `tcp://127.0.0.1:${port}?unit=1` }, timeoutMs: 500 })
      }),
    ),
  )
const good = (value: number) => ({ value, quality: 'good' })

describe('a device read over Modbus TCP', () => {
  it('is reported with who it is, what it measures, and all its points', async () => {
    const report = await reportOf(homeImage({ powerW: 412, importWh: 5000, exportWh: 0, battery: true }))
    expect(Object.keys(report)).toEqual(['device', 'profile', 'measurements', 'sunspec'])
    expect(report.device).toEqual({ manufacturer: 'Commonwatt', model: 'Test meter', serial: 'T-1', firmware: '1.0' })
    expect(report.profile).toBe('sunspec')
    expect(report.measurements).toEqual({
      grid: {
        powerW: good(412),
        importWh: good(5000),
        exportWh: { value: 0, quality: 'zero-or-absent' },
        voltageV: [good(230.1), good(230.2), good(230.3)],
        currentA: [good(0.45), { value: null, quality: 'not-available' }, good(0)],
        frequencyHz: good(49.99),
      },
      pv: { powerW: good(-1080), exportWh: good(21_707_970) },
      battery: { powerW: good(-500), soc: good(55.5) },
    })
    expect(report.sunspec?.base).toBe(40_000)
    expect(report.sunspec?.models.map(({ id, address, length }) => [id, address, length])).toEqual([
      [1, 40_002, 66],
      [103, 40_070, 50],
      [203, 40_122, 105],
      [802, 40_229, 62],
    ])
    expect(report.sunspec?.models[1]?.points).toMatchObject({ W: 1080, WH: 21_707_970, PhVphA: 230.4, Hz: 50.01 })
  })

  it('has only the roles of its models', async () => {
    const report = await reportOf(sunspecImage([common(65), { id: 201, length: 105, points: { W: -91 } }]))
    expect(Object.keys(report.measurements)).toEqual(['grid'])
    expect(report.measurements.grid?.voltageV).toHaveLength(1)
  })

  it('shows import as positive power and a growing import counter, export as negative and the export counter', async () => {
    const before = await reportOf(homeImage({ powerW: 1200, importWh: 100, exportWh: 200 }))
    const importing = await reportOf(homeImage({ powerW: 1200, importWh: 120, exportWh: 200 }))
    const exporting = await reportOf(homeImage({ powerW: -900, importWh: 120, exportWh: 215 }))
    const net = (report: typeof before) =>
      (report.measurements.grid?.importWh.value ?? 0) - (report.measurements.grid?.exportWh.value ?? 0)
    expect(Math.sign(net(importing) - net(before))).toBe(Math.sign(importing.measurements.grid?.powerW.value ?? 0))
    expect(Math.sign(net(exporting) - net(importing))).toBe(Math.sign(exporting.measurements.grid?.powerW.value ?? 0))
  })

  it('takes the inverter model whose phases are there when a device lists two', async () => {
    const phases = { PhVphA: 230, PhVphB: 231, PhVphC: 229 }
    const report = await reportOf(
      sunspecImage([
        common(),
        { id: 101, length: 50, points: { W: 1, PhVphA: 230, PhVphB: 0xffff, PhVphC: 0xffff } },
        { id: 103, length: 50, points: { W: 2, ...phases } },
      ]),
    )
    expect(report.measurements.pv?.powerW.value).toBe(-2)
  })

  it('reads the float models alike', async () => {
    const report = await reportOf(
      sunspecImage([
        common(),
        { id: 113, length: 60, points: { W: 70.5, WH: 11_937_020 } },
        { id: 214, length: 124, points: { W: -3.25, TotWhImp: 12.5, TotWhExp: 7, PPVphAB: 400.5 } },
      ]),
    )
    expect(report.measurements.pv).toEqual({ powerW: good(-70.5), exportWh: good(11_937_020) })
    expect(report.measurements.grid).toMatchObject({ powerW: good(-3.25), importWh: good(12.5), exportWh: good(7) })
    expect(report.measurements.grid?.voltageV[0]).toEqual(good(400.5))
  })

  const der = (
    points: Readonly<Record<string, number>>,
    ports: readonly (readonly [type: number, watts: number])[] = [],
  ) => [
    common(),
    { id: 701, length: 153, points: { W: 980, W_SF: 1, TotWhInj: 150, TotWh_SF: 3 } },
    { id: 713, length: 7, points: { Pct_SF: -1, ...points } },
    {
      id: 714,
      length: 18 + 25 * ports.length,
      points: Object.fromEntries(
        ports.flatMap(([type, watts], i) => [
          [`Prt[${i}].PrtTyp`, type],
          [`Prt[${i}].DCW`, watts],
          [`Prt[${i}].DCWhInj`, 1000 + i],
        ]),
      ),
    },
  ]

  it('of the 700 models produces or stores, as its ports or its rating say', async () => {
    const pv = { powerW: good(-9800), exportWh: good(150_000) }
    expect((await reportOf(sunspecImage(der({})))).measurements).toEqual({ pv })
    const twoRoofs = sunspecImage(
      der({}, [
        [0, 5500],
        [0, 4500],
      ]),
    )
    expect((await reportOf(twoRoofs)).measurements).toEqual({ pv })
    const battery = { powerW: good(-9800), soc: good(55.5) }
    expect((await reportOf(sunspecImage(der({ SoC: 555, WHRtg: 12 })))).measurements).toEqual({ battery })
    expect((await reportOf(sunspecImage(der({ SoC: 555 }, [[1, 10_000]])))).measurements).toEqual({ battery })
  })

  it('of the 700 models with a roof and a battery is told apart by its ports', async () => {
    const both = der({ SoC: 990 }, [
      [0, 5500],
      [1, -2500],
      [0, 700],
      [6, 100],
    ])
    expect((await reportOf(sunspecImage(both))).measurements).toEqual({
      pv: { powerW: good(-6200), exportWh: good(2002) },
      battery: { powerW: good(2500), soc: good(99) },
    })
    const silent = der({ SoC: 990 }, [
      [0, 5500],
      [1, -32_768],
    ])
    expect((await reportOf(sunspecImage(silent))).measurements.battery?.powerW).toEqual({
      value: null,
      quality: 'not-available',
    })
  })

  it('fails with what is wrong: no address, nobody there, nothing of SunSpec', async () => {
    const tagOf = (url: string) =>
      Effect.runPromise(Effect.flip(readDevice({ device: { type: 'modbus', url }, timeoutMs: 200 }))).then(
        ({ _tag }) => _tag,
      )
    expect(await tagOf('rtu:///dev/nothing-there')).toBe('ModbusClosed')
    expect(await tagOf('udp://127.0.0.1:502')).toBe('BadModbusUrl')
    expect(await tagOf(`tcp://127.0.0.1:${await Effect.runPromise(freePort)}`)).toBe('ModbusClosed')
    await expect(
      reportOf(
        new Map([
          [40_000, 7],
          [40_001, 7],
        ]),
      ),
    ).rejects.toThrow(/no SunSpec device/)
  })
})
