import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { dumpDevice, readDevice } from '#meter-agent/index.ts'
import { modelDefinitions } from '#meter-agent/sunspec/models.ts'
import { emulateRecording, loadRecording } from '#sim/index.ts'
import { telegrams } from '../meter-agent/p1-telegrams.ts'
import { compare, images, folder as recordings, there } from '../meter-agent/recorded-sunspec.ts'
import { homeImage } from '../meter-agent/sunspec-image.ts'
import { commonwatt, program } from './command-line.ts'

const HOST = '127.0.0.1'
const folder = mkdtempSync(join(tmpdir(), 'devices-'))
afterAll(() => rmSync(folder, { recursive: true }))
const written = (name: string, content: unknown): string => {
  const file = join(folder, name)
  writeFileSync(file, JSON.stringify(content))
  return file
}

/** Runs `commonwatt meter emulate` until the work with what it printed is done. */
async function emulating<A>(
  file: string,
  work: (devices: readonly { readonly address: string; readonly command: string }[]) => Promise<A>,
): Promise<A> {
  const child = spawn(process.execPath, [program, 'meter', 'emulate', file, '--json', '--port', '27020'])
  try {
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (data) => resolve(String(data)))
      child.once('close', (code) => reject(new Error(`it ended with ${code}`)))
    })
    return await work((JSON.parse(line) as { devices: { address: string; command: string }[] }).devices)
  } finally {
    child.kill('SIGINT')
  }
}
/** The words of a printed command as a shell would give them, behind `npx commonwatt`. */
const wordsOf = (command: string) => command.replaceAll("'", '').split(' ').slice(2)

describe('commonwatt meter emulate', () => {
  const home = homeImage({ powerW: 412, importWh: 5000, exportWh: 7 })
  const hex = [...home.values()].map((word) => word.toString(16).padStart(4, '0')).join('')
  const image = { name: 'a home', unit_id: 12, base: 40_000, registers: [{ address: 40_000, hex }] }

  it('prints a command that reads a SunSpec device, whose image dump writes again', async () => {
    await emulating(written('home.json', image), async ([device]) => {
      expect(device?.address).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+\?unit=12$/)
      const read = await commonwatt([...wordsOf(device?.command ?? ''), '--json'])
      expect(JSON.parse(read.stdout).measurements.grid.importWh.value).toBe(5000)
      const kept = await commonwatt(['meter', 'dump', device?.address ?? '', '--serials', '--name', 'a home'])
      expect(JSON.parse(kept.stdout)).toMatchObject(image)
      const masked = await commonwatt(['meter', 'dump', device?.address ?? ''])
      expect(masked.stdout).not.toContain(Buffer.from('T-1').toString('hex'))
      expect(JSON.parse(masked.stdout).serials).toBe('masked')
    })
  })

  it('prints a command that reads a P1 port, and one that dumps what is no SunSpec device', async () => {
    await emulating(written('p1.json', { name: 'p1', telegram: telegrams.dsmr5 }), async ([device]) => {
      const read = await commonwatt([...wordsOf(device?.command ?? ''), '--json'])
      expect(JSON.parse(read.stdout).measurements.grid.powerW.value).toBe(-1234)
    })
    const map = {
      name: 'map',
      registers: [
        { address: 30_000, hex: '00010002' },
        { address: 30_010, hex: '0003' },
      ],
    }
    await emulating(written('map.json', map), async ([device]) => {
      expect(device?.command).toContain('--ranges 30000-30001,30010-30010')
      const dumped = await commonwatt(wordsOf(device?.command ?? ''))
      expect(JSON.parse(dumped.stdout).registers).toEqual(map.registers)
    })
  })

  it('prints a command that dumps input registers, which says what it read', async () => {
    const map = { name: 'map', function: 'input', registers: [{ address: 30_000, hex: '00010002' }] }
    await emulating(written('input.json', map), async ([device]) => {
      expect(device?.command).toContain('--table input --ranges 30000-30001')
      const dumped = await commonwatt(wordsOf(device?.command ?? ''))
      expect(JSON.parse(dumped.stdout)).toMatchObject({ function: 'input', registers: map.registers })
      expect(dumped.stderr).toContain('read 2 input registers (function 4) of unit 1, of the ranges')
      const holding = await commonwatt(['meter', 'dump', device?.address ?? '', '--ranges', '30000-30001'])
      expect(JSON.parse(holding.stdout).registers).toEqual([])
      expect(holding.stderr).toContain('read 0 holding registers (function 3)')
    })
  })

  it('prints a command with the profile of a device that says what it is', async () => {
    const em24 = {
      name: 'em24',
      function: 'input',
      registers: [
        { address: 0, hex: '0000'.repeat(11) },
        { address: 11, hex: '0670' },
      ],
    }
    await emulating(written('em24.json', em24), async ([device]) => {
      expect(device?.command).toMatch(/meter read --modbus 'tcp:.*unit=1' --profile carlo-gavazzi-em24-e1$/)
      const read = await commonwatt([...wordsOf(device?.command ?? ''), '--json'])
      expect(JSON.parse(read.stdout).profile).toBe('carlo-gavazzi-em24-e1')
    })
  })

  it('and dump end with 2 on what cannot be used, naming it', async () => {
    const bad = written('bad.json', { name: 'x', registers: [{ address: -1, hex: '0000' }] })
    const ended = await commonwatt(['meter', 'emulate', bad])
    expect([ended.code, ended.stdout]).toEqual([2, ''])
    expect(ended.stderr).toMatch(/bad\.json: registers\.0\.address: expected/)
    for (const [args, reason] of [
      [['p1:tcp://host:1'], /an address like tcp:/],
      [['tcp://host', '--ranges', '7-5'], /--ranges "7-5": expected FIRST-LAST/],
      [['tcp://host', '--ranges', '7', '--base', '9'], /--base 9/],
      [['tcp://host', '--table', 'input'], /--table input goes with --ranges/],
    ] as const) {
      const { code, stderr } = await commonwatt(['meter', 'dump', ...args])
      expect(code).toBe(2)
      expect(stderr).toMatch(reason)
    }
  })
})

describe.skipIf(!there)('a recorded SunSpec device on a port', () => {
  it.each(images)('%s reads as an independent reader read it, and dumps as it was recorded', (file, recorded) =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const recording = yield* loadRecording(new URL(file, recordings).pathname)
          const port = yield* emulateRecording({ recording, host: HOST, port: 27_021 })
          const device = { type: 'modbus', url: `tcp://${HOST}:${port}?unit=1`, bases: [recorded.base] } as const
          const report = yield* readDevice({ device })
          expect(report.sunspec?.base).toBe(recorded.base)
          for (const [i, { id, points }] of recorded.expected.entries()) {
            const model = report.sunspec?.models[i]
            expect(model?.id).toBe(id)
            if (modelDefinitions.has(id)) compare(String(id), points, model?.points)
          }
          const image = yield* dumpDevice({ device, name: recording.name, ranges: [], serials: 'kept' })
          expect(image.registers).toEqual(recorded.registers)
          expect(image.chain).toEqual(recorded.chain)
          if (recorded.end_marker_at !== undefined) expect(image.end_marker_at).toBe(recorded.end_marker_at)
          const masked = yield* dumpDevice({ device, name: recording.name, ranges: [], serials: 'masked' })
          const serial = report.device.serial
          if (serial !== null) expect(textIn(masked.registers)).not.toContain(serial)
          expect(masked.registers.map(({ hex }) => hex.length)).toEqual(recorded.registers.map(({ hex }) => hex.length))
        }),
      ),
    ),
  )
})

describe.skipIf(!there)('a recorded device of the 700 models', () => {
  const measured = (file: string) =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const recording = yield* loadRecording(new URL(file, recordings).pathname)
          const port = yield* emulateRecording({ recording, host: HOST, port: 27_024 })
          const { measurements } = yield* readDevice({
            device: { type: 'modbus', url: `tcp://${HOST}:${port}?unit=1` },
          })
          return measurements
        }),
      ),
    )
  const good = (value: number) => ({ value, quality: 'good' })

  it('produces what it says it injects', async () => {
    expect(await measured('emulated-der-7xx.json')).toEqual({
      pv: { powerW: good(-9800), exportWh: good(150) },
    })
  })

  it('is a battery if its only port is one', async () => {
    const { battery, pv } = await measured('outback-ogh-der.json')
    expect(battery).toEqual({ powerW: good(0), soc: good(100) })
    expect(pv).toBeUndefined()
  })
})

const maps = !there
  ? []
  : readdirSync(recordings).filter((file) => {
      const json = JSON.parse(readFileSync(new URL(file, recordings), 'utf8'))
      return !('chain' in json) && ('registers' in json || 'frames' in json)
    })

describe.skipIf(!there)('a recorded device without SunSpec, or with a part of it, on a port', () => {
  it.each(maps)('%s dumps as it was recorded, and is taken for no SunSpec device', (file) =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const path = new URL(file, recordings).pathname
          const json = JSON.parse(readFileSync(path, 'utf8'))
          const port = yield* emulateRecording({ recording: yield* loadRecording(path), host: HOST, port: 27_023 })
          const url = `tcp://${HOST}:${port}?unit=${json.unit_id ?? 1}`
          const device = { type: 'modbus', url } as const
          expect((yield* Effect.flip(readDevice({ device })))._tag).toBe('NotSunspec')
          const runs = (json.registers ?? json.frames) as readonly { address: number; hex: string }[]
          const ranges = runs.map(({ address, hex }) => ({ first: address, last: address + hex.length / 4 - 1 }))
          const { registers } = yield* dumpDevice({ device, name: json.name, ranges, serials: 'kept' })
          // Neighbouring ranges come back as one.
          const all = (list: typeof runs) => list.map(({ hex }) => hex).join('')
          expect(all(registers)).toBe(all(runs))
        }),
      ),
    ),
  )
})

const p1Files = there ? ['p1-v4-2.json', 'p1-v5.json', 'p1-v5-two-mbus.json', 'p1-fluvius-v171.json'] : []

describe.skipIf(!there)('a recorded P1 meter on a port', () => {
  it.each(p1Files)('%s reads as an independent reader read it', (file) =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const path = new URL(file, recordings).pathname
          const port = yield* emulateRecording({ recording: yield* loadRecording(path), host: HOST, port: 27_022 })
          const { measurements } = yield* readDevice({ device: { type: 'p1', url: `p1:tcp://${HOST}:${port}` } })
          const { expected } = JSON.parse(readFileSync(path, 'utf8'))
          const wh = (direction: string) =>
            [1, 2].reduce(
              (sum, n) => sum + Math.round(expected[`ELECTRICITY_${direction}_TARIFF_${n}`].value * 1000),
              0,
            )
          expect(measurements.grid?.importWh.value).toBe(wh('USED'))
          expect(measurements.grid?.exportWh.value).toBe(wh('DELIVERED'))
        }),
      ),
    ),
  )
})

/** All text in an image, as it stands in its registers. */
function textIn(registers: readonly { readonly hex: string }[]): string {
  return registers.map(({ hex }) => Buffer.from(hex, 'hex').toString('latin1')).join('\n')
}
