import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { commonwatt, program } from './command-line.ts'
import { hasNats, TestNats } from './nats-server.ts'

if (!hasNats) console.warn('SKIPPED: sweeps on a cluster; nats-server is not installed')

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-cluster-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A command that goes on, what it says on stderr, and its end. */
function running(args: readonly string[], cwd = folder) {
  const child = spawn(process.execPath, [program, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let out = ''
  child.stderr.on('data', (text: Buffer) => {
    said += text.toString()
  })
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString()
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const stop = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  return { said: () => said, out: () => out, ended, stop }
}

type Running = ReturnType<typeof running>

const workers: Running[] = []
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop('SIGKILL')))
})

async function workerAt(server: TestNats, cwd = folder, ...flags: readonly string[]): Promise<Running> {
  const worker = running(['sim-worker', '--nats', server.url, '--workers', '1', ...flags], cwd)
  workers.push(worker)
  await expect.poll(worker.said).toContain('takes runs of sweeps')
  return worker
}

const axes = ['--over', 'market.mechanism=continuous,call', '--over', 'seed=1,2', '--over', 'homes=2']
const sweepArgs = ['sweep', 'street', ...axes, '--json']
/** A run that takes some seconds. */
const longArgs = ['sweep', 'street', '--over', 'homes=100', '--json']

describe.skipIf(!hasNats)('a sweep on a cluster', () => {
  let server: TestNats
  beforeAll(async () => {
    server = await TestNats.start('-js')
  })
  afterAll(() => server.end())

  const underWay = async () => (await server.work()).underWay

  it('gives the same bytes as on one machine, whichever worker simulated what, and leaves nothing at the server', async () => {
    const here = commonwatt(sweepArgs)
    await Promise.all([workerAt(server), workerAt(server)])
    const { code, stdout, stderr } = await commonwatt([...sweepArgs, '--nats', server.url])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.trim().split('\n')).toHaveLength(4)
    expect(stdout).toBe((await here).stdout)
    expect(await server.work()).toEqual({ messages: 0, underWay: 0, takers: ['sim-workers'] })
  })

  it('goes on when a worker dies at a run, and when the server does', async () => {
    const here = commonwatt(longArgs)
    const first = await workerAt(server)
    const sweep = running([...longArgs, '--nats', server.url])
    await expect.poll(underWay).toBe(1)
    await first.stop('SIGKILL')
    await server.kill()
    await server.restart()
    const second = await workerAt(server)
    expect([await sweep.ended, sweep.out()]).toEqual([0, (await here).stdout])
    expect(sweep.said()).toMatch(/the connection is lost; it is tried again\n.*connected again\n$/)
    expect(await second.stop('SIGTERM')).toBe(0)
  })

  it('says that nobody takes its runs, and leaves nothing at the server when it is stopped', async () => {
    const sweep = running([...sweepArgs, '--nats', server.url])
    await expect.poll(sweep.said).toContain(`nobody takes runs from ${server.url}: start 'npx commonwatt sim-worker`)
    expect((await server.work()).messages).toBe(4)
    expect([await sweep.stop('SIGTERM'), sweep.out()]).toEqual([1, ''])
    expect((await server.work()).messages).toBe(0)
  })

  it('gives back the run that a worker is at when it is stopped', async () => {
    const naked = await server.listen('$JS.EVENT.ADVISORY.CONSUMER.MSG_NAKED.*.sim-workers')
    const first = await workerAt(server)
    const sweep = running([...longArgs, '--nats', server.url])
    await expect.poll(underWay).toBe(1)
    expect(await first.stop('SIGTERM')).toBe(0)
    await expect.poll(naked.text).toContain('MSG_NAKED')
    await sweep.stop('SIGTERM')
    naked.end()
  })

  it('ends with the first run that fails: a scenario that a worker does not have, or has in other words', async () => {
    const there = join(folder, 'there')
    mkdirSync(there)
    await workerAt(server, there)
    const sweep = () => commonwatt(['sweep', 'own.json', '--over', 'seed=1,2', '--nats', server.url], '', folder)
    const scenario = (homes: number) =>
      JSON.stringify({ neighbourhood: 'own', start: '2026-06-21T00:00:00Z', homes: { generate: { homes } } })
    writeFileSync(join(folder, 'own.json'), scenario(3))
    expect(await sweep()).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        `^commonwatt: the run with {"seed":[12]} failed: own.json: expected a file that can be read.*\\(worker on ${hostname()}\\)\n$`,
      ),
    })
    writeFileSync(join(there, 'own.json'), scenario(4))
    const { code, stderr } = await sweep()
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('own.json or a file that it reads says another thing than where the sweep began'),
    ])
    writeFileSync(join(there, 'own.json'), scenario(3))
    expect((await sweep()).code).toBe(0)
  })

  it('is not disturbed by what is no run, nor by one of another version', async () => {
    const worker = await workerAt(server)
    await server.publish('commonwatt.sweep-job.x', '{"version":')
    await server.publish('commonwatt.sweep-job.x', JSON.stringify({ sweep: '../..', key: 1 }))
    const job = { version: '0.0.1', sweep: 'x', key: 'k', varied: {}, request: {} }
    await server.publish('commonwatt.sweep-job.x', JSON.stringify(job))
    await expect.poll(async () => (await server.work()).messages).toBe(0) // what nobody waits for is not kept
    expect(worker.said().match(/no run of a sweep/g)).toHaveLength(2)
    expect((await commonwatt(['sweep', 'street', '--over', 'homes=2', '--nats', server.url])).code).toBe(0)
  })

  it('logs in, and says what is wrong with a server', async () => {
    const guarded = await TestNats.start('-js', '--user', 'street', '--pass', 'secret')
    const bare = await TestNats.start()
    const password = join(folder, 'password')
    writeFileSync(password, 'secret\n')
    const login = ['--user', 'street', '--password-file', password]
    const args = ['sweep', 'street', '--over', 'homes=2']
    await workerAt(guarded, folder, ...login)
    expect((await commonwatt([...args, '--nats', guarded.url, ...login])).code).toBe(0)
    const refused = async (url: string) => {
      const { code, stderr } = await commonwatt([...args, '--nats', url])
      return [code, stderr]
    }
    expect(await refused(guarded.url)).toEqual([
      1,
      `commonwatt: NATS server ${guarded.url}: it wants another login: name one with --user and --password-file\n`,
    ])
    expect(await refused(bare.url)).toEqual([
      1,
      `commonwatt: NATS server ${bare.url}: it has no JetStream: start nats-server with -js\n`,
    ])
    await Promise.all([guarded.end(), bare.end()])
    expect(await refused(bare.url)).toEqual([1, expect.stringMatching(/^commonwatt: NATS server \S+: .*refused/)])
  })
})

describe('a cluster is refused', () => {
  it.each([
    [['--nats', 'http://127.0.0.1:4222'], /--nats: expected nats:\/\/HOST:4222 or tls:\/\/HOST:4222/],
    [['--nats', 'nats://me:secret@127.0.0.1'], /who we are there is said with --user and --password-file/],
    [['--nats', 'nats://127.0.0.1:99999'], /expected nats:\/\/HOST:4222/],
    [['--nats', 'nats://127.0.0.1', '--workers', '2'], /--workers is for this machine/],
    [['--nats', 'nats://127.0.0.1', '--user', 'me'], /--user and --password-file go together/],
    [['--user', 'me'], /are for the server that --nats names/],
  ])('%j', async (flags, why) => {
    const { code, stdout, stderr } = await commonwatt(['sweep', 'street', '--over', 'seed=1', ...flags])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(why)
    expect(stderr).not.toContain('secret')
  })
})
