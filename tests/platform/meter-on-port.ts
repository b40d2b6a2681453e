import type { Effect, Scope } from 'effect'
import { type EmulatorFailure, emulateRecording } from '#sim/index.ts'

const wordsOf = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatBE(value)
  return [bytes.readUInt16BE(0), bytes.readUInt16BE(2)]
}

/** An Eastron SDM120 on a port of this machine until the scope closes: 1234.5 kWh taken, 77.25 kWh given. */
export const meterOnPort = (says: { readonly powerW: number }): Effect.Effect<number, EmulatorFailure, Scope.Scope> => {
  const values = new Map([
    [0, 230],
    [6, Math.abs(says.powerW) / 230],
    [12, says.powerW],
    [70, 50],
    [72, 1_234.5],
    [74, 77.25],
  ])
  const input = new Map<number, number>()
  for (const first of [...Array(7).keys()].map((i) => 2 * i).concat(70, 72, 74)) {
    for (const [i, word] of wordsOf(values.get(first) ?? 0).entries()) input.set(first + i, word)
  }
  const units = new Map([[1, { holding: new Map<number, number>(), input }]])
  const recording = { type: 'modbus', name: 'SDM120', units, base: null } as const
  return emulateRecording({ recording, host: '127.0.0.1', port: 27_640 })
}
