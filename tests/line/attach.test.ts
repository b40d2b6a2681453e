import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../meter-agent/modbus-serial.ts'
import { commonwatt, program } from './command-line.ts'
import { type StreetProcess, startStreet } from './street-process.ts'

interface HomeView {
  readonly home: string
  readonly account: string
  readonly readingTimeMs: number
}

/** An agent as its home runs it: a process of its own. */
function runAgent(args: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, [program, 'meter', 'run', ...args])
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => said.push(String(text)))
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  return {
    said: () => said.join(''),
    stop: (signal: NodeJS.Signals) => {
      child.kill(signal)
      return ended
    },
  }
}

describe('a home that attaches itself to a street', () => {
  const folder = mkdtempSync(join(tmpdir(), 'commonwatt-attach-'))
  let street: StreetProcess
  let device: string
  const withHome = (url: string) => ['--home', 'anna', '--data', join(folder, 'anna'), '--gateway', url]

  beforeAll(async () => {
    street = await startStreet(['--homes', '2', '--speed', '600', '--names', 'names'])
    const [, found] = /--modbus '(\S+)'/.exec(street.said.join('\n')) ?? []
    device = found ?? ''
  })
  afterAll(async () => {
    await street.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const homeOf = async (name: string) => {
    const homes = (await (await fetch(`${street.url}/api/v1/homes`)).json()) as readonly HomeView[]
    return homes.find(({ home }) => home === name)
  }
  const readingTimeOf = async (name: string) => (await homeOf(name))?.readingTimeMs ?? 0
  const until = async (isThere: () => Promise<boolean>, agent: { readonly said: () => string }) => {
    const end = Date.now() + 60_000
    while (!(await isThere())) {
      if (Date.now() > end) throw new Error(`not within a minute:\n${agent.said()}`)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }

  it('enrols, is heard, trades, and is the same home after it was killed', async () => {
    const first = runAgent(['--modbus', device, ...withHome(street.url)])
    const { orders } = await street.status()
    await until(async () => (await readingTimeOf('anna')) > 0, first)
    await until(async () => (await street.status()).orders > orders, first)
    expect(await first.stop('SIGKILL')).toBe(null)
    const { account = '', readingTimeMs = 0 } = (await homeOf('anna')) ?? {}

    const second = runAgent(['--modbus', device, ...withHome(street.url)])
    // What the first one sent at last may be heard after it was killed: the second one has to have spoken, too.
    await until(async () => second.said().includes(account) && (await readingTimeOf('anna')) > readingTimeMs, second)
    expect((await homeOf('anna'))?.account).toBe(account)
    expect(account).toMatch(/^0x\w{40}$/)
    expect(second.said()).toContain(account)
    expect(await second.stop('SIGTERM')).toBe(0)
  })

  it('enrols by a command of its own, by a P-256 key, and shows its log to anybody', async () => {
    const data = join(folder, 'carl')
    const enroll = (...args: string[]) =>
      commonwatt(['meter', 'enroll', '--data', data, '--gateway', street.url, '--p256', '--json', ...args])
    const first = await enroll('--home', 'carl')
    expect([first.code, first.stderr]).toEqual([0, ''])
    expect(JSON.parse(first.stdout)).toMatchObject({
      home: 'carl',
      algorithm: 'p256',
      account: expect.stringMatching(/^0x\w{40}$/),
      deviceSigner: expect.stringMatching(/^0x\w{128}$/),
    })
    expect(await enroll()).toEqual(first)
    const agent = runAgent(['--modbus', device, '--data', data, '--gateway', street.url])
    const { account } = JSON.parse(first.stdout)
    await until(async () => agent.said().includes(account) && (await readingTimeOf('carl')) > 0, agent)
    const { statements } = await street.status()
    await until(async () => (await street.status()).statements > statements + 3, agent)
    const kept = await commonwatt(['meter', 'verify', data, '--json'])
    expect([kept.code, kept.stderr]).toEqual([0, ''])
    expect(JSON.parse(kept.stdout)).toMatchObject({ holds: true, vouched: true, account, sessions: 1 })
    expect(await agent.stop('SIGTERM')).toBe(0)

    const printed = await commonwatt(['meter', 'log', data])
    const file = join(folder, 'carl.ndjson')
    const verified = async (text: string) => {
      writeFileSync(file, text)
      return await commonwatt(['meter', 'verify', file])
    }
    const whole = await verified(printed.stdout)
    expect([whole.code, whole.stderr]).toEqual([0, ''])
    expect(whole.stdout).toContain('an unbroken chain')
    const changed = await verified(printed.stdout.replace(/"importWh":\d/, '"importWh":7'))
    expect([changed.code, changed.stderr]).toEqual([1, expect.stringMatching(/carl\.ndjson:\d+ signature/)])
    const notThere = await commonwatt(['meter', 'verify', join(folder, 'nobody')])
    expect([notThere.code, notThere.stderr]).toEqual([2, expect.stringContaining('there is nothing')])
  })

  it.each<[string, readonly string[], number, string]>([
    ['another kind of key than it has', ['--data', 'anna', '--home', 'anna', '--p256'], 2, 'one of p256'],
    ['another key than it has', ['--data', 'anna', '--device-key', '/nowhere/key'], 2, 'signs with'],
    ['no name', ['--data', 'dora'], 2, 'name the home'],
    ['a name that is taken', ['--data', 'dora', '--home', 'carl'], 2, 'there is a home of this name'],
    [
      'a key of a scheme that is not there',
      ['--data', 'ella', '--home', 'ella', '--device-key', 'tpm:x'],
      2,
      'file:///path',
    ],
  ])('does not enrol with %s', async (_, [flag = '', name = '', ...rest], code, why) => {
    const ended = await commonwatt(['meter', 'enroll', '--gateway', street.url, flag, join(folder, name), ...rest])
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([code, '', expect.stringContaining(why)])
  })

  it('takes another name with the same folder where the first was taken', async () => {
    const enrol = (home: string) =>
      commonwatt(['meter', 'enroll', '--gateway', street.url, '--data', join(folder, 'gina'), '--home', home])
    const taken = await enrol('carl')
    expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('take another')])
    const free = await enrol('gina')
    expect([free.code, free.stderr, free.stdout]).toEqual([0, '', expect.stringContaining('gina of')])
    const other = await enrol('hans')
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining("is the home gina's")])
  })

  it('waits for a street that is not there yet', async () => {
    const port = await Effect.runPromise(freePort)
    const agent = runAgent(['--modbus', device, ...withHome(`http://127.0.0.1:${port}`)])
    await until(async () => agent.said().includes('it is asked again'), agent)
    expect(agent.said()).toContain(`no street answers at http://127.0.0.1:${port}`)
    await agent.stop('SIGTERM')
  })

  it('does not go on as another account where its key has gone', async () => {
    rmSync(join(folder, 'anna/keys/account'))
    const { code, stderr } = await commonwatt(['meter', 'run', '--modbus', device, ...withHome(street.url)])
    expect([code, stderr]).toEqual([2, expect.stringContaining('put it back')])
  })

  it.each<[string, Readonly<Record<string, string | (() => string)>>, string]>([
    ['no device', {}, 'name one device'],
    ['two devices', { modbus: 'tcp://h', p1: '/x' }, 'name one device'],
    ['a gateway that is no address', { modbus: 'tcp://h', gateway: 'here' }, '--gateway here'],
    ['a gateway with a path', { modbus: 'tcp://h', gateway: 'http://127.0.0.1:1/api' }, 'nothing behind it'],
    ['a gateway with a password', { modbus: 'tcp://h', gateway: 'http://u:secret@h' }, '--gateway with a password'],
    ['a home that cannot be called so', { modbus: 'tcp://h', home: 'Anna!' }, '--home Anna!'],
    ["another home's folder", { modbus: 'tcp://h', data: () => join(folder, 'anna') }, "is the home anna's"],
    ['a name that another home has', { modbus: () => device, home: 'anna' }, 'there is a home of this name'],
    ['a place that is none', { modbus: 'tcp://h', place: '91,0' }, '--place 91,0'],
    ['a device that is no address', { modbus: 'udp://h' }, 'udp'],
  ])('is refused with %s', async (_, given, why) => {
    const own = { home: 'bob', data: mkdtempSync(join(folder, 'bob-')), gateway: street.url }
    const flags: typeof given = { ...own, ...given }
    const { code, stderr } = await commonwatt([
      'meter',
      'run',
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, typeof value === 'string' ? value : value()]),
    ])
    expect([code, stderr]).toEqual([2, expect.stringContaining(why)])
  })
})
