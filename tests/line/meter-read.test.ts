import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Effect, Exit, Scope } from 'effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emulateHome, emulateHomeByOpcua, generateScenario, ManualClock, type SimulatedHome } from '#sim/index.ts'
import { commonwatt } from './command-line.ts'

const hasMbpoll = spawnSync('mbpoll', ['-V']).error === undefined
if (!hasMbpoll) console.warn('SKIPPED: an independent Modbus client against the emulators; mbpoll is not installed')

interface Model {
  readonly id: number
  readonly address: number
  readonly points: Readonly<Record<string, number | string | null>>
}

/** Registers as mbpoll reads them: one-based reference, holding registers, hexadecimal. */
async function mbpoll(port: number, address: number, count: number): Promise<number[]> {
  const args = [
    '-m',
    'tcp',
    '-p',
    `${port}`,
    '-a',
    '1',
    '-t',
    '4:hex',
    '-r',
    `${address + 1}`,
    '-c',
    `${count}`,
    '-1',
    '127.0.0.1',
  ]
  const { stdout } = await promisify(execFile)('mbpoll', args)
  return [...stdout.matchAll(/^\[\d+\]:\s+0x([0-9A-F]{4})/gm)].map(([, hex = '']) => Number.parseInt(hex, 16))
}

describe('commonwatt meter read', () => {
  const scope = Effect.runSync(Scope.make())
  const clock = new ManualClock(Date.UTC(2026, 5, 21, 10))
  let home: SimulatedHome
  let port: number

  beforeAll(async () => {
    const street = await Effect.runPromise(generateScenario({ homes: 12, seed: 1 }))
    // one that has it all: roof and battery
    home = street.homes.find((each) => each.advanceTo(clock.nowMs()).battery !== null) as SimulatedHome
    const emulated = emulateHome({ home, clock, host: '127.0.0.1', port: 26_020 })
    port = (await Effect.runPromise(Scope.provide(emulated, scope))).port
  })
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

  const read = async () => {
    const { code, stdout } = await commonwatt(['meter', 'read', '--modbus', `tcp://127.0.0.1:${port}?unit=1`, '--json'])
    expect(code).toBe(0)
    return JSON.parse(stdout)
  }

  it('shows what the home does, with its signs', async () => {
    const { grid, roof, battery } = home.advanceTo(clock.nowMs())
    const { device, profile, measurements } = await read()
    expect([device.serial, profile]).toEqual([home.home, 'sunspec'])
    expect(measurements.grid.powerW).toEqual({ value: grid.powerW, quality: 'good' })
    expect(measurements.grid.importWh).toEqual({ value: grid.importWh, quality: 'good' })
    expect(measurements.grid.exportWh).toEqual({ value: grid.exportWh, quality: 'good' })
    expect(measurements.pv.powerW.value).toBe(-(roof?.powerW ?? Number.NaN))
    expect(measurements.battery.powerW.value).toBe(battery?.powerW)
  })

  it.skipIf(!hasMbpoll)('agrees with an independent client, register for register', async () => {
    const models: readonly Model[] = (await read()).sunspec.models
    expect(models.map(({ id }) => id)).toEqual([1, expect.toBeOneOf([101, 103]), 203, 802])
    expect(String.fromCharCode(...(await mbpoll(port, 40_000, 2)).flatMap((word) => [word >> 8, word & 255]))).toBe(
      'SunS',
    )
    for (const { id, address } of models) expect(await mbpoll(port, address, 1), `model ${id}`).toEqual([id])
    const meter = models.find(({ id }) => id === 203) as Model
    // Offsets in model 203: W 18, W_SF 22, TotWhExp 38, TotWhImp 46, TotWh_SF 54 (SunSpec model definitions).
    const [watts = 0, , , , scale = 0] = await mbpoll(port, meter.address + 18, 5)
    expect(((watts << 16) >> 16) * 10 ** ((scale << 16) >> 16)).toBe(meter.points.W)
    const [high = 0, low = 0] = await mbpoll(port, meter.address + 46, 2)
    const [energyScale = 0] = await mbpoll(port, meter.address + 54, 1)
    expect((high * 65_536 + low) * 10 ** ((energyScale << 16) >> 16)).toBe(meter.points.TotWhImp)
  })
})

describe('commonwatt meter read --opcua', () => {
  const folder = mkdtempSync(join(tmpdir(), 'commonwatt-opcua-'))
  const passwordFile = join(folder, 'password')
  const scope = Effect.runSync(Scope.make())
  const clock = new ManualClock(Date.UTC(2026, 5, 21, 10))
  let home: SimulatedHome
  let url: string
  let certificate: string

  beforeAll(async () => {
    const street = await Effect.runPromise(generateScenario({ homes: 12, seed: 1 }))
    home = street.homes.find((each) => each.advanceTo(clock.nowMs()).battery !== null) as SimulatedHome
    const password = 'correct horse'
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
    const emulated = emulateHomeByOpcua({
      home,
      clock,
      host: '127.0.0.1',
      port: 26_040,
      pkiDir: join(folder, 'pki'),
      user: 'meter',
      password,
    })
    const placed = await Effect.runPromise(Scope.provide(emulated, scope))
    url = placed.url
    certificate = placed.certificate
  })
  afterAll(async () => {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    rmSync(folder, { recursive: true })
  })
  const login = () => ['--opcua', url, '--user', 'meter', '--password-file', passwordFile]

  it('shows what the home does, as it does over Modbus', async () => {
    const { grid, roof, battery } = home.advanceTo(clock.nowMs())
    const { code, stdout } = await commonwatt(['meter', 'read', ...login(), '--json'])
    expect(code).toBe(0)
    const { device, profile, measurements, opcua } = JSON.parse(stdout)
    expect([device.serial, profile, opcua.certificate]).toEqual([home.home, 'commonwatt-home', certificate])
    const good = (value: number | undefined) => ({ value, quality: 'good' })
    expect(measurements.grid).toMatchObject({
      powerW: good(grid.powerW),
      importWh: good(grid.importWh),
      exportWh: good(grid.exportWh),
    })
    expect(measurements.pv).toEqual({ powerW: good(-(roof?.powerW ?? 0)), exportWh: good(roof?.producedWh) })
    expect(measurements.battery.powerW).toEqual(good(battery?.powerW))
  })

  it('exits 1 where the device refuses, and 2 on flags that cannot be used, saying why', async () => {
    const ended = async (...flags: readonly string[]) => {
      const { code, stdout, stderr } = await commonwatt(['meter', 'read', ...flags])
      expect(stdout).toBe('')
      return [code, stderr]
    }
    expect(await ended(...login(), '--certificate', 'ab'.repeat(32))).toEqual([1, expect.stringContaining(certificate)])
    expect(await ended()).toEqual([2, expect.stringContaining('either --modbus URL or --opcua URL')])
  })
})
