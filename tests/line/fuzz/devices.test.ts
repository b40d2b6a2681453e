import { join } from 'node:path'
import { Effect, Exit } from 'effect'
import { describe, expect, it } from 'vitest'
import type { Bus } from '#meter-agent/drivers/bus.ts'
import { ModbusException } from '#meter-agent/drivers/modbus-error.ts'
import { openModbusLine } from '#meter-agent/drivers/modbus-line.ts'
import { findGridMeter, readGridMeter } from '#meter-agent/grid-meter.ts'
import { openOpcuaLine } from '#meter-agent/opcua-meter.ts'
import { readChain } from '#meter-agent/read-device.ts'
import { discover } from '#meter-agent/sunspec/discover.ts'
import { SUNSPEC_BASE, sunspecImage } from '#sim/emulator/sunspec-image.ts'
import { emulateHome, emulateHomeByOpcua, generateScenario, ManualClock } from '#sim/index.ts'
import { throughDoor } from './door.ts'
import { fuzzing, noDefect } from './fuzzing.ts'
import { openHostileDevice } from './hostile-device.ts'
import { sendRaw } from './http-client.ts'
import { modbusAnswer } from './modbus-answer.ts'
import { hello, opcuaAnswer, opcuaFrame } from './opcua-frame.ts'

const { folder, opened } = fuzzing()

const HOST = '127.0.0.1'
const street = Effect.runSync(generateScenario({ homes: 5, seed: 1 }))
const home = street.homes[4]
if (home === undefined) throw new Error('a street of five has five homes')
const clock = new ManualClock(street.startMs)
const stateOfHome = () => JSON.stringify(home.advanceTo(street.startMs))

describe('Modbus', () => {
  const image = sunspecImage({ home: home.home, state: home.advanceTo(street.startMs) })

  it('whatever a device has in its registers, it is read, or refused by a typed error', async () => {
    await throughDoor({
      door: 'registers',
      send: (input) => {
        const registers = [...image]
        for (let flips = 1 + input.below(20); flips > 0; flips--) {
          const at = input.chance(0.5) ? input.below(80) : input.below(registers.length)
          registers[at] = input.pick([0, 1, 0xffff, 0x8000, 0x7fff, input.below(65_536)])
        }
        const bus: Bus = {
          connect: Effect.void,
          read: ({ unit, address, count }) => {
            const from = address - SUNSPEC_BASE
            return from < 0 || from + count > registers.length
              ? Effect.fail(new ModbusException({ line: 'fuzz', code: 2, unit, address, count }))
              : Effect.succeed(registers.slice(from, from + count))
          },
        }
        noDefect(
          Effect.runSyncExit(Effect.flatMap(discover(bus, { unit: 1 }), (chain) => readChain(bus, { unit: 1, chain }))),
        )
        noDefect(
          Effect.runSyncExit(Effect.flatMap(findGridMeter(bus, { unit: 1 }), (found) => readGridMeter(bus, found))),
        )
      },
    })
  })

  it('whatever a device answers, a read ends with as many registers as asked for, or with a typed error', async () => {
    const lanes = await Promise.all(
      Array.from({ length: 16 }, async () => {
        const device = await openHostileDevice(modbusAnswer)
        return {
          device,
          bus: await opened(
            openModbusLine({ line: { transport: 'tcp', host: HOST, port: device.port }, timeoutMs: 25 }),
          ),
        }
      }),
    )
    await throughDoor({
      door: 'Modbus answers',
      lanes: lanes.length,
      send: async (input) => {
        const lane = lanes.pop()
        if (lane === undefined) throw new Error('more inputs at a time than lanes')
        const { device, bus } = lane
        device.behave(input)
        const count = 1 + input.below(125)
        const exit = await Effect.runPromiseExit(bus.read({ unit: 1, address: 40_000, count }))
        noDefect(exit)
        if (Exit.isSuccess(exit)) {
          expect(exit.value.length).toBe(count)
          expect(exit.value.every((word) => Number.isInteger(word) && word >= 0 && word <= 0xffff)).toBe(true)
        }
        lanes.push(lane)
      },
    })
    for (const { device } of lanes) await device.close()
  })

  it('whatever is asked of an emulated device, its home stays as it is, and it answers the next', async () => {
    const emulated = await opened(emulateHome({ home, clock, host: HOST, port: 25_900 }))
    const before = stateOfHome()
    const read = Buffer.from([0, 1, 0, 0, 0, 6, 1, 3, 0x9c, 0x40, 0, 2])
    const frames = 25
    await throughDoor({
      door: 'Modbus requests',
      each: frames,
      lanes: 24,
      send: async (input) => {
        const frame = () => {
          if (input.chance(0.1)) return input.bytes(30)
          const asked = Buffer.from(read)
          asked.writeUInt8(input.below(130), 7)
          asked.writeUInt16BE(input.below(65_536), 8)
          asked.writeUInt16BE(input.below(65_536), 10)
          return input.chance(0.5) ? asked : input.mutatedBytes(asked)
        }
        await sendRaw(emulated.port, Buffer.concat(Array.from({ length: frames }, frame)), 20)
      },
    })
    expect((await sendRaw(emulated.port, read, 500)).toString('hex')).toBe('000100000007010304' + '53756e53')
    expect(stateOfHome()).toBe(before)
  })
})

describe('OPC UA', () => {
  it('whatever is sent to an emulated device, its home stays as it is, and it greets the next', async () => {
    const pkiDir = join(folder, 'servers')
    const login = { user: 'meter', password: 'secret' }
    const { port } = await opened(emulateHomeByOpcua({ home, clock, host: HOST, port: 25_950, pkiDir, ...login }))
    const before = stateOfHome()
    const frames = 10
    await throughDoor({
      door: 'OPC UA requests',
      each: frames,
      lanes: 8,
      send: async (input) => {
        const first = input.chance(0.5) ? [hello] : []
        const rest = Array.from({ length: frames - first.length }, () => opcuaFrame(input))
        await sendRaw(port, Buffer.concat([...first, ...rest]), 20)
      },
    })
    expect((await sendRaw(port, hello, 500)).subarray(0, 4).toString()).toBe('ACKF')
    expect(stateOfHome()).toBe(before)
  })

  it('whatever a device answers, the line ends with a typed error', async () => {
    const trust = { trusted: Effect.succeed(null), trust: () => Effect.void }
    const lanes = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const device = await openHostileDevice(opcuaAnswer)
        const address = { type: 'opcua', url: `opc.tcp://${HOST}:${device.port}` } as const
        return { device, line: await opened(openOpcuaLine(address, { timeoutMs: 60, trust })) }
      }),
    )
    await throughDoor({
      door: 'OPC UA answers',
      lanes: lanes.length,
      send: async (input) => {
        const lane = lanes.pop()
        if (lane === undefined) throw new Error('more inputs at a time than lanes')
        lane.device.behave(input)
        const exit = await Effect.runPromiseExit(lane.line.connect)
        noDefect(exit)
        if (Exit.isSuccess(exit)) throw new Error('it has shown no certificate')
        lanes.push(lane)
      },
    })
    for (const { device } of lanes) await device.close()
  })
})
