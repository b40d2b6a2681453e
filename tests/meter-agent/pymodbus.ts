import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { Effect } from 'effect'
import { freePort } from './modbus-serial.ts'

const PYTHON = '/usr/bin/python3'
/** Whether a Modbus server of other people is installed (Debian: python3-pymodbus); where not, it is said. */
export const hasPymodbus = spawnSync(PYTHON, ['-c', 'from pymodbus.server import StartTcpServer']).status === 0
if (!hasPymodbus) console.warn('SKIPPED: what an independent Modbus server serves; python3-pymodbus is not installed')

/** It has the registers of its input, by unit and table, and refuses all others. */
const server = `
import json, sys
from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server import StartTcpServer
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer
units, port, framing = json.load(sys.stdin), int(sys.argv[1]), sys.argv[2]
def block(words):
    return ModbusSparseDataBlock({int(a): w for a, w in words.items()} or {65535: 0})
slaves = {int(u): ModbusSlaveContext(hr=block(t["holding"]), ir=block(t["input"]), zero_mode=True) for u, t in units.items()}
framer = ModbusRtuFramer if framing == "rtu" else ModbusSocketFramer
StartTcpServer(context=ModbusServerContext(slaves=slaves, single=False), framer=framer, address=("127.0.0.1", port))
`

/** What a unit of it has. */
export interface UnitTables {
  readonly holding: Readonly<Record<number, number>>
  readonly input: Readonly<Record<number, number>>
}

/** The words of hexadecimal text by their addresses. */
export const wordsAt = (ranges: readonly { readonly address: number; readonly hex: string }[]) =>
  Object.fromEntries(
    ranges.flatMap(({ address, hex }) =>
      (hex.match(/.{4}/g) ?? []).map((word, i) => [address + i, Number.parseInt(word, 16)] as const),
    ),
  )

/** Starts it on a port of 127.0.0.1. Resolves when it listens. */
export async function startPymodbus(
  units: Readonly<Record<number, UnitTables>>,
  framing: 'tcp' | 'rtu',
): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
  const port = await Effect.runPromise(freePort)
  const child = spawn(PYTHON, ['-c', server, `${port}`, framing], { stdio: ['pipe', 'ignore', 'ignore'] })
  const gone = once(child, 'exit')
  child.stdin.end(JSON.stringify(units))
  for (let tries = 0; !(await listens(port)); tries++) {
    if (child.exitCode !== null || tries > 300) throw new Error('pymodbus does not listen')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    port,
    stop: async () => {
      child.kill()
      await gone
    },
  }
}

const listens = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
