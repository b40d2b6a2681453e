import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { Effect, Exit, Scope } from 'effect'
import { describe, expect, it } from 'vitest'
import { freePort, serveRegisters } from '../meter-agent/modbus-serial.ts'
import { homeImage } from '../meter-agent/sunspec-image.ts'
import { program } from './command-line.ts'

const LONG_MS = 60_000
const at = (powerW: number) => homeImage({ powerW, importWh: 5000, exportWh: 7, battery: true })

/** A watching `meter read`, what it printed so far, and a wait for more of it. */
function watching(url: string, ...flags: readonly string[]) {
  const child = spawn(process.execPath, [program, 'meter', 'read', '--modbus', url, '--watch', ...flags])
  const lines: string[] = []
  let complaints = ''
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  child.stderr.on('data', (text: Buffer) => {
    complaints += text.toString()
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const until = async (isSo: () => boolean) => {
    while (!isSo()) {
      if (child.exitCode !== null) throw new Error(`it ended: ${complaints}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return { child, lines, complaints: () => complaints, ended, until }
}

const serving = async (registers: () => ReadonlyMap<number, number>, port: number) => {
  const scope = Effect.runSync(Scope.make())
  await Effect.runPromise(Scope.provide(serveRegisters(registers, port), scope))
  return () => Effect.runPromise(Scope.close(scope, Exit.void))
}

describe('meter read --watch', () => {
  it(
    'prints a JSON line a sample, outlives a device that goes away, and ends cleanly when it is stopped',
    async () => {
      const port = await Effect.runPromise(freePort)
      let powerW = 100
      const stop = await serving(() => at(powerW++), port)
      const { child, lines, complaints, ended, until } = watching(`tcp://127.0.0.1:${port}`, '--json', '--every', '0.1')
      await until(() => lines.length >= 3)
      const samples = lines.map((line) => JSON.parse(line))
      const powers = samples.map(({ measurements }) => measurements.grid.powerW.value)
      expect(powers).toEqual(powers.toSorted((a, b) => a - b))
      expect(new Set(powers).size).toBe(powers.length)
      expect(Date.parse(samples[0].time)).toBeGreaterThan(Date.now() - LONG_MS)
      await stop()
      await until(() => complaints().includes('it is read again'))
      const before = lines.length
      const stopAgain = await serving(() => at(-900), port)
      await until(() => lines.length > before)
      expect(JSON.parse(lines.at(-1) ?? '').measurements.grid.powerW.value).toBe(-900)
      child.kill('SIGINT')
      expect(await ended).toBe(0)
      await stopAgain()
    },
    LONG_MS,
  )

  it(
    'shows values in words off a terminal, ends when nobody reads on, and fails at once where nobody answers',
    async () => {
      const port = await Effect.runPromise(freePort)
      const stop = await serving(() => at(-1_234), port)
      const { child, lines, ended, until } = watching(`tcp://127.0.0.1:${port}`, '--every', '0.1')
      await until(() => lines.includes(''))
      expect(lines.join('\n')).toContain('exports 1,234 W')
      expect(lines.join('\n')).toContain('import 5 kWh')
      child.stdout.destroy()
      expect(await ended).toBe(0)
      await stop()
      const nobody = watching(`tcp://127.0.0.1:${port}`)
      expect(await nobody.ended).toBe(1)
      expect(nobody.complaints()).toContain('no connection to')
    },
    LONG_MS,
  )
})
