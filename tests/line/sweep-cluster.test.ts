import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
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

/** What workers say to sweeps. */
const words = `commonwatt.sweep.${manifest.version}.of.>`
const runs = `commonwatt.sweep.${manifest.version}.run`
const axes = ['--over', 'market.mechanism=continuous,call', '--over', 'seed=1,2', '--over', 'homes=2']
const sweepArgs = ['sweep', 'street', ...axes, '--json']
/** A run that takes some seconds, and one that nobody waits for. */
const longArgs = ['sweep', 'street', '--over', 'homes=60', '--json']
const endlessArgs = ['sweep', 'street', '--over', 'homes=100', '--days', '3000']

describe.skipIf(!hasNats)('a sweep on a cluster', () => {
  let server: TestNats
  beforeAll(async () => {
    server = await TestNats.start()
  })
  afterAll(() => server.end())

  it('gives the same bytes as on one machine, whichever worker simulated what', async () => {
    const here = commonwatt(sweepArgs)
    await Promise.all([workerAt(server), workerAt(server)])
    const { code, stdout, stderr } = await commonwatt([...sweepArgs, '--nats', server.url])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.trim().split('\n')).toHaveLength(4)
    expect(stdout).toBe((await here).stdout)
  })

  it('goes on when a worker dies at a run, and when the server does', async () => {
    const here = commonwatt(longArgs)
    const heard = await server.listen(words)
    const first = await workerAt(server)
    const sweep = running([...longArgs, '--nats', server.url])
    await expect.poll(heard.text).toContain('"held"')
    heard.end()
    await first.stop('SIGKILL')
    await server.kill()
    await server.restart()
    await workerAt(server)
    expect([await sweep.ended, sweep.out()]).toEqual([0, (await here).stdout])
    expect(sweep.said()).toMatch(/the connection is lost; it is tried again\n(.*\n)*.*connected again\n/)
  })

  it('is taken over at once from a worker that is stopped', async () => {
    const heard = await server.listen(words)
    const first = await workerAt(server)
    const sweep = running([...longArgs, '--nats', server.url])
    await expect.poll(heard.text).toContain('"held"')
    expect(await first.stop('SIGTERM')).toBe(0)
    expect(heard.text()).toContain('"back"')
    heard.end()
    await workerAt(server)
    expect(await sweep.ended).toBe(0)
  })

  it('says that no worker is heard, and leaves workers to others when it is stopped', async () => {
    const sweep = running([...endlessArgs, '--nats', server.url])
    await expect.poll(sweep.said).toContain(`heard at ${server.url}: start 'npx commonwatt sim-worker --nats`)
    const heard = await server.listen(words)
    await workerAt(server)
    await expect.poll(heard.text).toContain('"held"')
    heard.end()
    expect([await sweep.stop('SIGTERM'), sweep.out()]).toEqual([1, ''])
    expect((await commonwatt([...sweepArgs, '--nats', server.url])).code).toBe(0)
  })

  it('shares the workers with another one', async () => {
    const endless = running([...endlessArgs, '--nats', server.url])
    await Promise.all([workerAt(server), workerAt(server)])
    expect((await commonwatt([...sweepArgs, '--nats', server.url])).code).toBe(0)
    await endless.stop('SIGTERM')
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

  it('is not disturbed by what others say', async () => {
    const other = await server.answer(runs, 'sweeps', '{"sweep":"../..","key":1}')
    const worker = await workerAt(server)
    await expect.poll(worker.said).toContain('no run of a sweep was offered')
    other.end()
    const sweep = running([...sweepArgs, '--nats', server.url])
    for (const text of ['', '{', 'null', '{"worker":"a b"}']) await server.publish(runs, text)
    const heard = await server.listen(words)
    await expect.poll(heard.text).toMatch(/commonwatt\.sweep\.\S+\.of\.\S+/)
    const [subject = ''] = /commonwatt\.sweep\.\S+\.of\.\S+/.exec(heard.text()) ?? []
    heard.end()
    const report = { worker: 'other', key: 'none', says: { report: {} } }
    for (const text of ['', '{', JSON.stringify(report)]) await server.publish(subject, text)
    expect(await sweep.ended).toBe(0)
  })

  it('logs in, and says what is wrong with a server', async () => {
    const guarded = await TestNats.start('--user', 'street', '--pass', 'secret')
    const { url } = guarded
    const password = join(folder, 'password')
    writeFileSync(password, 'secret\n')
    const login = ['--user', 'street', '--password-file', password]
    const args = ['sweep', 'street', '--over', 'homes=2', '--nats']
    const refused = async (at: string) => {
      const { code, stderr } = await commonwatt([...args, at])
      return [code, stderr]
    }
    try {
      await workerAt(guarded, folder, ...login)
      expect((await commonwatt([...args, url, ...login])).code).toBe(0)
      expect(await refused(url)).toEqual([
        1,
        `commonwatt: NATS server ${url}: it wants another login: name one with --user and --password-file\n`,
      ])
      const encrypted = server.url.replace('nats:', 'tls:')
      expect(await refused(encrypted)).toEqual([1, expect.stringMatching(/^commonwatt: NATS server tls:\S+: .*tls/i)])
    } finally {
      await guarded.end()
    }
    expect(await refused(url)).toEqual([1, expect.stringMatching(/^commonwatt: NATS server \S+: .*refused/)])
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
