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

interface Running {
  readonly said: () => string
  readonly out: () => string
  readonly ended: Promise<number | null>
  readonly stop: (signal: NodeJS.Signals) => Promise<number | null>
}

/** A command that goes on, what it says on stderr, and its end. */
function running(args: readonly string[], cwd = folder): Running {
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
  const command = { said: () => said, out: () => out, ended, stop }
  started.push(command)
  return command
}

const started: Running[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.stop('SIGKILL')))
})

async function workerAt(server: TestNats, cwd = folder, ...flags: readonly string[]): Promise<Running> {
  const worker = running(['sim-worker', '--nats', server.url, '--workers', '1', ...flags], cwd)
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

  /** Waits until a worker says that it is at a run. */
  const runIsHeld = async () => {
    const heard = await server.listen(words)
    await expect.poll(heard.text).toContain('"held"')
    heard.end()
  }

  it('gives the same bytes as on one machine, whichever worker simulated what', async () => {
    const here = commonwatt(sweepArgs)
    await Promise.all([workerAt(server), workerAt(server)])
    const { code, stdout, stderr } = await commonwatt([...sweepArgs, '--nats', server.url])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.trim().split('\n')).toHaveLength(4)
    expect(stdout).toBe((await here).stdout)
  })

  it('goes on when a worker is not heard of again, and when the server dies under the one that took its run', async () => {
    const args = ['sweep', 'street', '--over', 'homes=90', '--json']
    const here = commonwatt(args)
    const sweep = running([...args, '--nats', server.url])
    expect(await server.ask(runs, '{"worker":"silent"}')).toContain('"varied":{"homes":90}')
    await workerAt(server)
    await expect.poll(sweep.said).toContain('{"homes":90} is lent anew: its worker fell silent')
    await runIsHeld()
    await server.kill()
    await server.restart()
    expect([await sweep.ended, sweep.out()]).toEqual([0, (await here).stdout])
    expect(sweep.said()).toMatch(/the connection is lost; it is tried again\n(.*\n)*.*connected again\n/)
    expect(sweep.said().match(/lent anew/g)).toHaveLength(1)
  })

  it('is taken over from a worker that is stopped', async () => {
    const heard = await server.listen(words)
    const sweep = running([...endlessArgs, '--nats', server.url])
    const first = await workerAt(server)
    await expect.poll(heard.text).toContain('"held"')
    expect(await first.stop('SIGTERM')).toBe(0)
    await expect.poll(heard.text).toContain('"back"')
    heard.end()
    await workerAt(server)
    await runIsHeld()
    expect(sweep.said()).not.toContain('lent anew')
  })

  it('says that no worker is free, lets others have those that it has no run for, and leaves them its own in the end', async () => {
    const endless = running([...endlessArgs, '--nats', server.url])
    await expect.poll(endless.said).toContain(`free at ${server.url}: start 'npx commonwatt sim-worker --nats`)
    await workerAt(server)
    await runIsHeld()
    const second = await workerAt(server)
    const other = () => commonwatt(['sweep', 'street', '--over', 'homes=2', '--nats', server.url])
    expect((await other()).code).toBe(0)
    await second.stop('SIGTERM')
    expect([await endless.stop('SIGTERM'), endless.out()]).toEqual([1, ''])
    expect((await other()).code).toBe(0)
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
    const here = commonwatt(longArgs)
    const heard = await server.listen(words)
    const sweep = running([...longArgs, '--nats', server.url])
    await expect.poll(heard.text).toContain('"held"')
    heard.end()
    const [, subject = ''] = /MSG (\S+) /.exec(heard.text()) ?? []
    for (const text of ['', '{', 'null', '{"worker":"a b"}']) await server.publish(runs, text)
    const unknown = { worker: 'other', key: 'none', says: { report: {} } }
    for (const text of ['', '{', JSON.stringify(unknown)]) await server.publish(subject, text)
    expect([await sweep.ended, sweep.said(), sweep.out()]).toEqual([0, '', (await here).stdout])
  })

  it('ends when a worker tells of a run what cannot be of it', async () => {
    const heard = await server.listen(words)
    await workerAt(server)
    const sweep = running([...endlessArgs, '--nats', server.url])
    await expect.poll(heard.text).toContain('"held"')
    const [, subject = '', word = ''] = /MSG (\S+).*\r\n(.*)\r\n/.exec(heard.text()) ?? []
    heard.end()
    const { key } = JSON.parse(word)
    const report = { scenarioHash: key.slice(0, 64), seed: 1, homes: 100, resultHash: '0'.repeat(64) }
    await server.publish(subject, JSON.stringify({ worker: 'other', key, says: { report } }))
    expect([await sweep.ended, sweep.said()]).toEqual([
      1,
      'commonwatt: the run with {"homes":100} failed: what its worker told is not of this run, or not whole\n',
    ])
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
