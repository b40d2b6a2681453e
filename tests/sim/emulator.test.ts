import { execFile, spawnSync } from 'node:child_process'
import { createServer, type Server } from 'node:net'
import { promisify } from 'node:util'
import { Effect } from 'effect'
import modbus from 'modbus-serial'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sunspecImage } from '#sim/emulator/sunspec-image.ts'
import { emulateHome, generateScenario, ManualClock } from '#sim/index.ts'
import { decodeSunspec } from './sunspec-decoder.ts'

const ModbusRTU = modbus.default
const HOST = '127.0.0.1'
const hasMbpoll = spawnSync('mbpoll', ['-V']).error === undefined
if (!hasMbpoll) console.warn('skipped: mbpoll is not installed')

const streetOfFive = () => Effect.runSync(generateScenario({ homes: 5, seed: 1 }))

/** Runs a test against an emulated home-05 (roof and battery), with a client of its own and a clock it may move. */
async function withHome(
  use: (one: {
    client: InstanceType<typeof ModbusRTU>
    clock: ManualClock
    port: number
    url: string
  }) => Promise<void>,
): Promise<void> {
  const { homes, startMs } = streetOfFive()
  const home = homes[4]
  if (home === undefined) throw new Error('a street of five has five homes')
  const clock = new ManualClock(startMs)
  const run = Effect.gen(function* () {
    const { url, port } = yield* emulateHome({ home, clock, host: HOST, port: preferredPort })
    yield* Effect.promise(async () => {
      const client = new ModbusRTU()
      client.setTimeout(10_000)
      await client.connectTCP(HOST, { port })
      client.setID(1)
      try {
        await use({ client, clock, port, url })
      } finally {
        client.close(() => {})
      }
    })
  })
  await Effect.runPromise(Effect.scoped(run))
}

const listening = (server: Server, port: number) =>
  new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
const closed = (server: Server) => new Promise<void>((resolve) => server.close(() => resolve()))

let preferredPort = 0
beforeEach(async () => {
  const probe = createServer()
  preferredPort = await listening(probe, 0)
  await closed(probe)
})

async function readAll(client: InstanceType<typeof ModbusRTU>, count: number): Promise<number[]> {
  const registers: number[] = []
  while (registers.length < count) {
    const length = Math.min(125, count - registers.length)
    registers.push(...(await client.readHoldingRegisters(40_000 + registers.length, length)).data)
  }
  return registers
}

describe('an emulated home', () => {
  it('answers on its preferred port with the registers of the home at the clock’s now', () =>
    withHome(async ({ client, clock, port, url }) => {
      expect(port).toBe(preferredPort)
      expect(url).toBe(`tcp://127.0.0.1:${preferredPort}?unit=1`)
      const twin = streetOfFive().homes[4]
      for (const hours of [0, 5, 20]) {
        clock.advance(hours * 3_600_000 + 1_234)
        const state = twin?.advanceTo(clock.nowMs())
        if (state === undefined) throw new Error('a street of five has five homes')
        const image = sunspecImage({ home: 'home-05', state })
        const registers = await readAll(client, image.length)
        expect(registers).toEqual(image)
        const meter = decodeSunspec(registers).models.find((model) => model.id === 203)
        expect(meter?.points).toMatchObject({ W: state.grid.powerW, TotWhImp: state.grid.importWh })
        expect((await client.readInputRegisters(40_000, 10)).data).toEqual(image.slice(0, 10))
        for (const [address, length] of [
          [40_000, 2],
          [40_087, 1],
          [40_168, 8],
          [40_002 + image.length - 4, 2],
        ] as const) {
          const part = await client.readHoldingRegisters(address, length)
          expect(part.data).toEqual(image.slice(address - 40_000, address - 40_000 + length))
        }
      }
    }))

  it('shows one moment in one read: the phases sum to the total while time runs', () =>
    withHome(async ({ client, clock }) => {
      const runner = setInterval(() => clock.advance(61_001), 1)
      try {
        for (let read = 0; read < 50; read++) {
          const { data } = await client.readHoldingRegisters(40_140, 5)
          const [total = 0, ...phases] = data.slice(0, 4).map((word) => (word > 0x7fff ? word - 0x10000 : word))
          expect(phases.reduce((sum, phase) => sum + phase, 0)).toBe(total)
        }
      } finally {
        clearInterval(runner)
      }
    }))

  it('refuses addresses outside its image with exception 2 and counts above 125 with 3', () =>
    withHome(async ({ client }) => {
      for (const [address, length] of [
        [39_999, 2],
        [0, 1],
        [40_290, 10],
        [65_535, 1],
      ] as const) {
        await expect(client.readHoldingRegisters(address, length)).rejects.toMatchObject({ modbusCode: 2 })
      }
      await expect(client.readHoldingRegisters(40_000, 126)).rejects.toMatchObject({ modbusCode: 3 })
      expect((await client.readHoldingRegisters(40_000, 2)).data).toEqual([0x5375, 0x6e53])
    }))

  it('refuses every write and every other function with exception 1, and changes nothing', () =>
    withHome(async ({ client }) => {
      await expect(client.writeRegister(40_000, 1)).rejects.toMatchObject({ modbusCode: 1 })
      await expect(client.writeRegisters(40_000, [1, 2])).rejects.toMatchObject({ modbusCode: 1 })
      await expect(client.writeCoil(1, true)).rejects.toMatchObject({ modbusCode: 1 })
      await expect(client.readCoils(1, 1)).rejects.toMatchObject({ modbusCode: 1 })
      await expect(client.readDiscreteInputs(1, 1)).rejects.toMatchObject({ modbusCode: 1 })
      expect((await client.readHoldingRegisters(40_000, 2)).data).toEqual([0x5375, 0x6e53])
    }))

  it('does not answer for another unit', () =>
    withHome(async ({ client }) => {
      client.setID(2)
      client.setTimeout(200)
      await expect(client.readHoldingRegisters(40_000, 2)).rejects.toThrow(/[Tt]imed out/)
    }))

  it.skipIf(!hasMbpoll)('agrees with mbpoll', () =>
    withHome(async ({ client, port }) => {
      const { data } = await client.readHoldingRegisters(40_002, 68)
      const args = [
        '-m',
        'tcp',
        '-p',
        String(port),
        '-a',
        '1',
        '-0',
        '-r',
        '40002',
        '-c',
        '68',
        '-t',
        '4:hex',
        '-1',
        '-o',
        '10',
        HOST,
      ]
      const { stdout } = await promisify(execFile)('mbpoll', args)
      const words = [...stdout.matchAll(/^\[\d+\]:\s+0x([0-9A-F]{4})/gm)].map((match) =>
        Number.parseInt(match[1] ?? '', 16),
      )
      expect(words).toEqual(data)
    }),
  )
})

describe('the port of an emulated home', () => {
  const blocker = { server: createServer() }
  afterEach(() => closed(blocker.server))

  it('is another one when the preferred one is taken, and is free again once the scope closes', async () => {
    blocker.server = createServer()
    await listening(blocker.server, preferredPort)
    let taken = 0
    const { homes, startMs } = streetOfFive()
    const run = Effect.gen(function* () {
      const clock = new ManualClock(startMs)
      const placed = yield* Effect.forEach(
        homes,
        (home) => emulateHome({ home, clock, host: HOST, port: preferredPort }),
        { concurrency: 'unbounded' },
      )
      const ports = placed.map((one) => one.port)
      expect(new Set([preferredPort, ...ports]).size).toBe(6)
      taken = ports[0] ?? 0
      yield* Effect.promise(async () => {
        const idle = new ModbusRTU()
        await idle.connectTCP(HOST, { port: taken })
      })
    })
    await Effect.runPromise(Effect.scoped(run))
    const again = createServer()
    expect(await listening(again, taken)).toBe(taken)
    await closed(again)
  })

  it('is refused when it is none', async () => {
    blocker.server = createServer()
    await listening(blocker.server, 0)
    const { homes, startMs } = streetOfFive()
    const [home] = homes
    if (home === undefined) throw new Error('a street of five has five homes')
    const clock = new ManualClock(startMs)
    const at = (host: string, port: number) =>
      Effect.runPromise(Effect.flip(Effect.scoped(emulateHome({ home, clock, host, port }))))
    expect(await at(HOST, 0)).toMatchObject({ _tag: 'EmulatorFailure', port: 0 })
    expect((await at('192.0.2.1', preferredPort)).message).toMatch(
      /no Modbus server on 192\.0\.2\.1:\d+: EADDRNOTAVAIL/,
    )
  })
})
