import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Lockfile, prunedLock } from '#platform/agent-package/pruned-lock.ts'
import { writeAgentPackage } from '#platform/agent-package/write-agent-package.ts'
import { emulateRecording, loadRecording } from '#sim/index.ts'
import { homeImage } from '../meter-agent/sunspec-image.ts'
import { type StreetProcess, startStreet } from './street-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-agent-package-'))
const agent = join(folder, 'agent')
const env = {
  ...process.env,
  PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`,
}

const MEBIBYTE = 1_024 * 1_024
/** What a small computer in a cupboard has for it, beside Node. */
const DISK_BYTES_MAX = 150 * MEBIBYTE
const MEMORY_KIB_MAX = 150 * 1_024

writeAgentPackage(agent)
const installed = spawnSync('npm', ['ci', '--omit=dev', '--loglevel=error'], { cwd: agent, env, encoding: 'utf8' })
const hasPackages = installed.status === 0
if (!hasPackages && !/E(?:NOTFOUND|AI_AGAIN|CONN|TIMEDOUT|NETUNREACH)|network/.test(installed.stderr)) {
  throw new Error(`npm ci in the agent's package: ${installed.stderr || installed.error?.message}`)
}
if (!hasPackages) console.warn("SKIPPED: the agent's package as it is installed; the registry cannot be reached")
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const bytesIn = (place: string): number =>
  readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).blocks * 512, 0)

/** A command of the installed agent, as its users call it. */
const run = (args: readonly string[]) =>
  spawn(process.execPath, [join(agent, 'platform/bootstrap.mjs'), ...args], { cwd: folder, env })

async function ended(args: readonly string[]) {
  const child = run(args)
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }
}

describe("the agent's package", () => {
  it('has the rooms that an agent needs, and neither market nor chain nor page', () => {
    expect(
      readdirSync(agent).filter((name) => statSync(join(agent, name)).isDirectory() && name !== 'node_modules'),
    ).toEqual(['meter-agent', 'platform', 'protocol'])
    const { dependencies } = JSON.parse(readFileSync(join(agent, 'package.json'), 'utf8'))
    for (const heavy of ['hardhat', 'vite', 'solc', 'node-opcua', 'socket.io', 'd3']) {
      expect(Object.keys(dependencies)).not.toContain(heavy)
    }
    expect(existsSync(join(agent, 'platform/start-street.ts'))).toBe(false)
  })

  it('is locked to the versions of the lockfile that it comes from', () => {
    const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Lockfile
    const whole = read(join(import.meta.dirname, '../../package-lock.json'))
    const own = read(join(agent, 'package-lock.json'))
    for (const [place, { version, integrity }] of Object.entries(own.packages)) {
      if (place === '') continue
      expect({ version, integrity }, place).toEqual({
        version: whole.packages[place]?.version,
        integrity: whole.packages[place]?.integrity,
      })
    }
    expect(Object.keys(own.packages).length).toBeLessThan(Object.keys(whole.packages).length)
  })

  it('is not written over something, and not from a lockfile that lacks a package', () => {
    const used = join(folder, 'used')
    mkdirSync(used)
    writeFileSync(join(used, 'file'), '')
    expect(() => writeAgentPackage(used)).toThrow(/is not empty/)
    const root = { name: 'x', version: '1.0.0', license: 'MIT', bin: {}, engines: {}, optionalDependencies: { c: '1' } }
    const lock = { lockfileVersion: 3, packages: { 'node_modules/a': { dependencies: { b: '1' } } } }
    expect(() => prunedLock(lock, { ...root, dependencies: { a: '1' } })).toThrow(
      /has no b, which node_modules\/a needs/,
    )
    expect(() => prunedLock({ ...lock, lockfileVersion: 2 }, { ...root, dependencies: {} })).toThrow(/version 2, not 3/)
  })
})

describe.skipIf(!hasPackages)('the agent, installed alone', () => {
  let street: StreetProcess
  beforeAll(async () => {
    street = await startStreet(['--homes', '2', '--speed', '60', '--names', 'names'])
  })
  afterAll(() => street.stop())

  it('takes little of a disk', () => {
    expect(bytesIn(agent)).toBeLessThan(DISK_BYTES_MAX)
  })

  it('reads a device', async () => {
    const image = join(folder, 'image.json')
    const words = [...homeImage({ powerW: 412, importWh: 5000, exportWh: 7 }).values()]
    const hex = words.map((word) => word.toString(16).padStart(4, '0')).join('')
    const registers = [{ address: 40_000, hex }]
    writeFileSync(image, JSON.stringify({ name: 'a home', unit_id: 1, base: 40_000, registers }))
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const recording = yield* loadRecording(image)
          const port = yield* emulateRecording({ recording, host: '127.0.0.1', port: 27_031 })
          const { code, stdout, stderr } = yield* Effect.promise(() =>
            ended(['meter', 'read', '--json', '--modbus', `tcp://127.0.0.1:${port}?unit=1`]),
          )
          expect([code, stderr]).toEqual([0, ''])
          expect(JSON.parse(stdout)).toMatchObject({
            profile: 'sunspec',
            measurements: { grid: { importWh: { value: 5000 }, exportWh: { value: 7 } } },
          })
        }),
      ),
    )
  })

  it('brings its profiles, refuses as the whole does, and has every driver', async () => {
    for (const profile of ['victron-gx', 'tasmota']) {
      expect((await ended(['meter', 'profile', 'test', profile])).code).toBe(0)
    }
    for (const [flag, url] of [
      ['--modbus', 'tcp://127.0.0.1:1'],
      ['--opcua', 'opc.tcp://127.0.0.1:1'],
      ['--p1', 'tcp://127.0.0.1:1'],
      ['--mqtt', 'mqtt://127.0.0.1:1/plug?profile=tasmota'],
    ] as const) {
      const { code, stderr } = await ended(['meter', 'read', flag, url])
      expect([code, stderr], url).toEqual([1, expect.stringContaining('127.0.0.1:1')])
    }
    expect((await ended(['meter', 'read'])).code).toBe(2)
  }, 180_000)

  it('runs a home in little memory', async () => {
    const [, device = ''] = /--modbus '(\S+)'/.exec(street.said.join('\n')) ?? []
    const child = spawn(
      process.execPath,
      [
        // as docs/attach.md has them in the unit
        ...['--max-semi-space-size=1', '--v8-pool-size=1'],
        ...[join(agent, 'platform/commonwatt-agent.ts'), 'meter', 'run', '--modbus', device],
        ...['--home', 'anna', '--data', join(folder, 'anna'), '--gateway', street.url],
      ],
      { env: { ...env, MALLOC_ARENA_MAX: '2' }, stdio: 'ignore' },
    )
    try {
      const end = Date.now() + 60_000
      const heard = async () => {
        const homes = (await (await fetch(`${street.url}/api/v1/homes`)).json()) as readonly {
          readonly home: string
          readonly readingTimeMs: number
        }[]
        return (homes.find(({ home }) => home === 'anna')?.readingTimeMs ?? 0) > 0
      }
      while (!(await heard())) {
        expect(Date.now()).toBeLessThan(end)
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      await new Promise((resolve) => setTimeout(resolve, 5_000))
      const [, kibibytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? []
      expect(Number(kibibytes)).toBeLessThan(MEMORY_KIB_MAX)
    } finally {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
    }
  }, 180_000)
})
