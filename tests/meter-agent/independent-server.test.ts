import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { Effect, Schedule } from 'effect'
import { describe, expect, it } from 'vitest'
import { readDevice } from '#meter-agent/index.ts'
import { roleValues } from '#meter-agent/profiles/expected-values.ts'
import { loadModbusProfile } from '#meter-agent/profiles/load-modbus-profile.ts'
import { tableOf } from '#meter-agent/profiles/modbus-profile.ts'
import { freePort } from './modbus-serial.ts'

const PYTHON = '/usr/bin/python3'
const hasPymodbus = spawnSync(PYTHON, ['-c', 'from pymodbus.datastore import ModbusSlaveContext']).status === 0
if (!hasPymodbus)
  console.warn('SKIPPED: profiles against an independent Modbus server; python3-pymodbus is not installed')

/** A Modbus server of other people: it has the registers of its first argument, and refuses all others. */
const server = `
import json, sys
from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server import StartTcpServer
image, port, unit = json.loads(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
tables = {name: ModbusSparseDataBlock({int(a): w for a, w in image[name].items()} or {65535: 0}) for name in image}
slave = ModbusSlaveContext(hr=tables["holding"], ir=tables["input"], zero_mode=True)
StartTcpServer(context=ModbusServerContext(slaves={unit: slave}, single=False), address=("127.0.0.1", port))
`

describe.skipIf(!hasPymodbus)('an independent Modbus server', () => {
  it.each(['eastron-sdm630', 'goodwe-et', 'sma-inverter', 'solaredge-hybrid', 'sungrow-sh', 'victron-gx'])(
    'with the registers of a test of %s reads as the test expects',
    async (name) => {
      const profile = await Effect.runPromise(loadModbusProfile(name))
      const test = profile.tests.toSorted((a, b) => b.registers.length - a.registers.length)[0]
      const image: Record<string, Record<number, number>> = { holding: {}, input: {} }
      for (const range of test?.registers ?? []) {
        for (const [i, word] of (range.hex.match(/.{4}/g) ?? []).entries()) {
          Object.assign(image[tableOf(profile, range)] ?? {}, { [range.address + i]: Number.parseInt(word, 16) })
        }
      }
      const port = await Effect.runPromise(freePort)
      const args = ['-c', server, JSON.stringify(image), `${port}`, `${profile.transport.unit}`]
      const child = spawn(PYTHON, args, { stdio: 'ignore' })
      try {
        const device = { type: 'modbus', url: `tcp://127.0.0.1:${port}`, profile: name } as const
        const report = await Effect.runPromise(
          Effect.retry(readDevice({ device }), { times: 50, schedule: Schedule.spaced(100) }),
        )
        const actual = { ...report.values, ...roleValues(report) }
        for (const [value, expected] of Object.entries(test?.expected ?? {}))
          expect(actual[value], value).toBe(expected)
      } finally {
        const gone = child.exitCode === null ? once(child, 'exit') : null
        child.kill()
        await gone
      }
    },
  )
})
