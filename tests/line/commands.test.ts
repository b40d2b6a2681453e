import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { telegrams } from '../meter-agent/p1-telegrams.ts'
import { meterProfile } from '../meter-agent/profile-json.ts'
import { commonwatt, program } from './command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-commands-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const order = (id: string, side: 'buy' | 'sell', acct: string) =>
  JSON.stringify({ op: 'new', id, acct, side, type: 'limit', price: 100, qty: 4, tif: 'GTC' })

describe('commonwatt match', () => {
  const lines = [order('s1', 'sell', 'A'), order('b1', 'buy', 'B'), '{"op":"book"}']
  const answers = [
    { trades: [], orders: { s1: ['open', 0, 4] } },
    { trades: [['s1', 'b1', 100, 4]], orders: { s1: ['filled', 4, 0], b1: ['filled', 4, 0] } },
    { trades: [], orders: {}, book: { bids: [], asks: [] } },
  ]

  it.each([
    ['standard input', []],
    ['-', ['-']],
  ])('answers each line of %s by a line', async (_, args) => {
    const { code, stdout } = await commonwatt(['match', ...args], lines.join('\n'))
    expect(code).toBe(0)
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(answers)
  })

  it('reads a file', async () => {
    const file = join(folder, 'orders.ndjson')
    writeFileSync(file, `${lines.join('\r\n')}\r\n`)
    const { code, stdout, stderr } = await commonwatt(['match', file])
    expect([code, stderr]).toEqual([0, ''])
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(answers)
  })

  it('ends without a word when nobody reads on', async () => {
    const file = join(folder, 'many.ndjson')
    writeFileSync(file, Array.from({ length: 5_000 }, (_, i) => order(`s${i}`, 'sell', 'A')).join('\n'))
    const script = `set -o pipefail; "$0" "$1" match "$2" | head -n 1`
    const ended = spawnSync('bash', ['-c', script, process.execPath, program, file], { encoding: 'utf8' })
    expect([ended.status, ended.stderr]).toEqual([0, ''])
    expect(JSON.parse(ended.stdout)).toEqual({ trades: [], orders: { s0: ['open', 0, 4] } })
  })

  it('stops at a line that is no command, with its number, after answering those before it', async () => {
    const { code, stdout, stderr } = await commonwatt(['match'], `${lines[0]}\n{"op":"order"}\n${lines[1]}`)
    expect(code).toBe(2)
    expect(stdout.trim().split('\n').length).toBe(1)
    expect(stderr).toMatch(/standard input:2: .*"op".*"order".*new, cancel, amend/)
  })
})

describe('bad usage and bad input', () => {
  const scenario = join(folder, 'scenario.json')
  writeFileSync(scenario, '{"neighbourhood":"street","start":"2026-06-21T06:00:00Z","homes":{"generate":{"homes":0}}}')
  const notDirectory = join(folder, 'file')
  writeFileSync(notDirectory, '')
  const joining = ['--data', join(folder, 'home'), '--home', 'anna']
  const telegram = join(folder, 'telegram.txt')
  writeFileSync(telegram, telegrams.dsmr4)
  const marked = join(folder, 'marked.json')
  writeFileSync(marked, `\ufeff${JSON.stringify(meterProfile())}`)
  const database = join(folder, 'other.sqlite')
  new DatabaseSync(database).exec('CREATE TABLE note (a)')

  it.each([
    [['trade'], /Unknown subcommand "trade"/],
    [['start', '--homes', 'many'], /homes/],
    [['start', '--homes', '201'], /--homes 201 is outside 1 to 200/],
    [['start', '--speed', '0'], /--speed 0 is outside/],
    [['start', '--port', '70000'], /--port 70000 is outside/],
    [['start', '--bogus'], /--bogus/],
    [['start', '--scenario', join(folder, 'none.json')], /none\.json/],
    [['start', '--scenario', scenario], /scenario\.json: homes\.generate\.homes.*not 0/],
    [['start', '--scenario', scenario, '--homes', '3'], /leave --homes and --seed out/],
    [['start', '--data', notDirectory], /--data .*file/],
    [['start', '--rpc', 'http://127.0.0.1:1'], /--rpc and --operator-key go together/],
    [['start', '--confirmations', '3'], /--confirmations is for --rpc: a chain of its own makes no blocks/],
    [['verify', 'audit', '--data', folder, '--confirmations', '-1'], /--confirmations.*is outside 0 to 1000/],
    [['match', join(folder, 'none.ndjson')], /none\.ndjson.*no such file/],
    [['meter', 'read', '--modbus', 'http://127.0.0.1'], /--modbus: scheme "http"/],
    [['meter', 'read'], /modbus/],
    [['meter', 'emulate', 'x.json', '--port', '99999'], /--port: "99999"\. Expected: a port, 1 to 65535/],
    [['meter', 'emulate', telegram, '--writable'], /--writable goes with a Modbus device/],
    [['meter', 'scan', '--line', 'rtu:///dev/ttyNONE'], /--line rtu:.*there is no \/dev\/ttyNONE\n/],
    [['meter', 'keygen', '--out', ''], /--out: names no file/],
    [
      ['meter', 'enroll', ...joining, '--gateway', 'http://127.0.0.1:0'],
      /--gateway http:\/\/127\.0\.0\.1:0: the address/,
    ],
    [['meter', 'enroll', ...joining, '--gateway', 'http://127.0.0.1:1', '--device-key', ''], /--device-key: names no/],
    [['meter', 'verify', database], /other\.sqlite: no home's outbox/],
    [['meter', 'log', database], /other\.sqlite: no home's outbox/],
    [['meter', 'profile', 'lint', marked], /expected JSON, in UTF-8 as it is, not a byte order mark before it/],
    [['replay', 'street', '--data', folder], /holds no event log/],
    [['replay', 'street', '--data', folder, '--to', '0'], /sequences count from 1/],
  ])('%j exits 2 and says what would be right, on stderr only', async (args, message) => {
    const { code, stdout, stderr } = await commonwatt(args)
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect([code, stdout]).toEqual([2, ''])
  })

  it('a device that does not answer exits 1', async () => {
    const { code, stdout, stderr } = await commonwatt([
      'meter',
      'read',
      '--modbus',
      'tcp://127.0.0.1:1?unit=1',
      '--json',
    ])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/127\.0\.0\.1:1/)
  })

  it('a file with no telegram in it exits 1, named', async () => {
    const { code, stderr } = await commonwatt(['meter', 'read', `p1:file:${notDirectory}`])
    expect([code, stderr]).toEqual([1, `commonwatt: P1 telegram, line 1: there is none in ${notDirectory}\n`])
  })

  it("a line that is not there exits 1, without the name of an error's class", async () => {
    const { code, stderr } = await commonwatt(['meter', 'read', '--modbus', 'rtu:///dev/ttyNONE'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/\/dev\/ttyNONE/)
    expect(stderr).not.toContain('Error:')
  })

  it('help is no error', async () => {
    const { code, stdout } = await commonwatt(['start', '--help'])
    expect(code).toBe(0)
    for (const flag of ['--homes', '--speed', '--port', '--data', '--scenario', '--seed'])
      expect(stdout).toContain(flag)
  })
})
