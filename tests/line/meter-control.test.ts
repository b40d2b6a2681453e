import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { generateKey, readDevice } from '#meter-agent/index.ts'
import type { Points } from '#meter-agent/sunspec/decode-model.ts'
import { emulateRecording, loadRecording } from '#sim/index.ts'
import { hybrid } from '../meter-agent/controlled-device.ts'
import { sunspecImage } from '../meter-agent/sunspec-image.ts'
import { commonwatt, program } from './command-line.ts'

const HOST = '127.0.0.1'
const folder = mkdtempSync(join(tmpdir(), 'meter-control-'))
afterAll(() => rmSync(folder, { recursive: true }))

const image = join(folder, 'hybrid.json')
const words = [...sunspecImage(hybrid).values()].map((word) => word.toString(16).padStart(4, '0')).join('')
writeFileSync(image, JSON.stringify({ name: 'hybrid', base: 40_000, registers: [{ address: 40_000, hex: words }] }))

/** An emulated hybrid inverter, until the work with its address is done. */
const served = <A>(writes: 'refused' | 'kept', work: (url: string) => Promise<A>, wish = 27_030): Promise<A> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const recording = yield* loadRecording(image)
        const port = yield* emulateRecording({ recording, host: HOST, port: wish, writes })
        return yield* Effect.promise(() => work(`tcp://${HOST}:${port}?unit=1`))
      }),
    ),
  )
const controlsOf = async (url: string): Promise<Points> => {
  const { sunspec } = await Effect.runPromise(readDevice({ device: { type: 'modbus', url } }))
  return sunspec?.models.find(({ id }) => id === 123)?.points ?? {}
}
const home = async (name: string): Promise<string> => {
  const data = join(folder, name)
  await Effect.runPromise(generateKey(pathToFileURL(join(data, 'keys', 'account')).href))
  return data
}

describe('commonwatt meter control', () => {
  it('curtails until the time is over, and then puts the device back', async () => {
    const data = await home('timed')
    await served('kept', async (url) => {
      const before = await controlsOf(url)
      const ended = await commonwatt(
        ['meter', 'control', 'curtail', '--power', '4000', '--for', '1', '--allow', 'curtail=0-5000', '--json'].concat([
          '--modbus',
          url,
          '--data',
          data,
        ]),
      )
      const lines = ended.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(lines).toMatchObject([
        { event: 'applied', action: 'curtail', powerW: 4_000 },
        { event: 'reverted', reason: 'expired' },
      ])
      expect(await controlsOf(url)).toEqual(before)
    })
  })

  it('puts the device back when it is stopped', async () => {
    const data = await home('stopped')
    await served('kept', async (url) => {
      const before = await controlsOf(url)
      const args = ['curtail', '--power', '2000', '--allow', 'curtail=0-5000', '--modbus', url, '--data', data]
      const child = spawn(process.execPath, [program, 'meter', 'control', ...args])
      await once(child.stdout, 'data')
      expect(await controlsOf(url)).toMatchObject({ WMaxLimPct: 20, WMaxLim_Ena: 1 })
      child.kill('SIGINT')
      expect((await once(child, 'exit'))[0]).toBe(0)
      expect(await controlsOf(url)).toEqual(before)
      expect(readFileSync(join(data, 'control.ndjson'), 'utf8')).toContain('"reason":"stopped"')
    })
  })

  it('says so with 1 where it is stopped and cannot put the device back, and the next start does', async () => {
    const data = await home('lost')
    const port = 27_031
    const serve = (work: (url: string) => Promise<void>) => served('kept', work, port)
    const args = (action: string, url: string) => ['meter', 'control', action, '--modbus', url, '--data', data]
    const allowed = ['--allow', 'curtail=0-5000']
    let ended: Promise<readonly [number | null, string]> | undefined
    await serve(async (url) => {
      const child = spawn(process.execPath, [program, ...args('curtail', url), '--power', '2000', ...allowed])
      let said = ''
      child.stderr.on('data', (text) => {
        said += String(text)
      })
      await once(child.stdout, 'data')
      ended = once(child, 'exit').then(([code]) => [code, said] as const)
      setTimeout(() => child.kill('SIGINT'), 500) // when the device is gone
    })
    expect(await ended).toEqual([1, expect.stringMatching(/may still do what it was told, and could not be put back/)])
    expect(readFileSync(join(data, 'control.ndjson'), 'utf8')).not.toContain('"event":"reverted"')
    await serve(async (url) => {
      const released = await commonwatt(args('release', url))
      expect([released.code, released.stdout]).toEqual([0, 'released\n'])
    })
    expect(readFileSync(join(data, 'control.ndjson'), 'utf8')).toContain('"event":"reverted"')
  })

  it('puts the device back when its terminal is closed, and when nobody reads what it says any more', async () => {
    const data = await home('hung-up')
    await served('kept', async (url) => {
      const before = await controlsOf(url)
      const args = ['curtail', '--power', '2000', '--allow', 'curtail=0-5000', '--modbus', url, '--data', data]
      const hungUp = spawn(process.execPath, [program, 'meter', 'control', ...args])
      await once(hungUp.stdout, 'data')
      hungUp.kill('SIGHUP')
      expect((await once(hungUp, 'exit'))[0]).toBe(0)
      expect(await controlsOf(url)).toEqual(before)

      const unread = spawn(process.execPath, [program, 'meter', 'control', ...args, '--for', '2'])
      unread.stdout.destroy()
      expect((await once(unread, 'exit'))[0]).toBe(0)
      expect(await controlsOf(url)).toEqual(before)
      expect(readFileSync(join(data, 'control.ndjson'), 'utf8')).toContain('"reason":"expired"')
    })
  })

  it('ends with 2 on what it is not allowed or cannot be used, and has written nothing', async () => {
    const data = await home('refused')
    await served('kept', async (url) => {
      const before = await controlsOf(url)
      const where = ['--modbus', url, '--data', data]
      const allowed = ['--allow', 'curtail=0-5000']
      for (const [args, reason] of [
        [['curtail', '--power', '1', ...where], /allow/],
        [
          ['curtail', '--power', '1', '--allow', 'everything', ...where],
          /--allow everything: expected curtail, charge/,
        ],
        [['curtail', '--power', '1', '--allow', 'curtail=9-3', ...where], /--allow curtail=9-3/],
        [['curtail', ...allowed, ...where], /--power: how many W/],
        [['curtail', '--power', '6000', ...allowed, ...where], /out-of-range.*0 to 5000/],
        [['charge', '--power', '1', ...allowed, ...where], /not-allowed.*one of: curtail/],
        [['curtail', '--power', '1', '--for', '0', ...allowed, ...where], /--for 0: 1 to 86400/],
        [['curtail', '--power', '1', ...allowed, '--modbus', url, '--data', join(folder, 'nobody')], /keys\/account/],
      ] as const) {
        const { code, stderr } = await commonwatt(['meter', 'control', ...args])
        expect([code, stderr]).toEqual([2, expect.stringMatching(reason)])
      }
      expect(await controlsOf(url)).toEqual(before)
    })
  }, 60_000)

  it('names the flag that allows more where it is told too often', async () => {
    const data = await home('often')
    await served('kept', async (url) => {
      const args = [
        'meter',
        'control',
        'curtail',
        '--power',
        '1',
        '--allow',
        'curtail=0-5000',
        '--rate',
        '1',
        '--for',
        '1',
      ]
      expect((await commonwatt([...args, '--modbus', url, '--data', data])).code).toBe(0)
      const { code, stderr } = await commonwatt([...args, '--modbus', url, '--data', data])
      expect([code, stderr]).toEqual([2, expect.stringMatching(/too-often.*allow more by --rate\n$/)])
    })
  }, 60_000)

  it('fails with 1 where the device takes no writes', async () => {
    const data = await home('read-only')
    await served('refused', async (url) => {
      const args = ['curtail', '--power', '1', '--allow', 'curtail=0-5', '--modbus', url, '--data', data]
      const { code, stderr } = await commonwatt(['meter', 'control', ...args])
      expect([code, stderr]).toEqual([1, expect.stringMatching(/Modbus exception 1/)])
    })
  })
})
