import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { deviceOfRequest } from '#platform/attach/device-of-request.ts'
import { refuseOnLine } from '#platform/attach/refuse-on-line.ts'
import { scanNetwork } from '#platform/attach/scan-network.ts'
import type { AttachDevice } from '#protocol/attach.ts'

const folder = mkdtempSync(join(tmpdir(), 'attach-device-'))
afterAll(() => rmSync(folder, { recursive: true }))
const secret = join(folder, 'password')
writeFileSync(secret, 'hunter2\n', { mode: 0o600 })

const named = (given: AttachDevice) => Effect.runPromise(deviceOfRequest(given, { folder }))
const refused = (given: AttachDevice) => Effect.runPromise(Effect.flip(deviceOfRequest(given, { folder })))

describe('a device that a request names', () => {
  it.each<[AttachDevice, object]>([
    [
      { profile: 'sunspec', address: '10.0.0.9' },
      { type: 'modbus', url: 'tcp://10.0.0.9:502?unit=1' },
    ],
    [
      { profile: 'sunspec', address: ' 10.0.0.9:1502 ', unit: 3 },
      { type: 'modbus', url: 'tcp://10.0.0.9:1502?unit=3' },
    ],
    [
      { profile: 'sunspec', address: 'tcp://a?unit=4' },
      { type: 'modbus', url: 'tcp://a:502?unit=4' },
    ],
    [
      { profile: 'eastron-sdm120', address: 'rtu:///dev/ttyUSB0?baud=2400', unit: 2 },
      { type: 'modbus', url: 'rtu:///dev/ttyUSB0?baud=2400&parity=none&stop=1&unit=2', profile: 'eastron-sdm120' },
    ],
    [
      { profile: 'p1', address: '10.0.0.9:2001' },
      { type: 'p1', url: 'p1:tcp://10.0.0.9:2001' },
    ],
    [
      { profile: 'p1', address: '/dev/ttyUSB0' },
      { type: 'p1', url: 'p1:serial:/dev/ttyUSB0' },
    ],
    [
      { profile: 'tasmota', address: 'broker/plug', user: 'me', passwordFile: secret },
      { type: 'mqtt', url: 'mqtt://broker/plug?profile=tasmota', login: { user: 'me', password: 'hunter2' } },
    ],
    [
      { profile: 'commonwatt-home', address: 'server', user: 'me', passwordFile: secret },
      { type: 'opcua', url: 'opc.tcp://server:4840', login: { user: 'me', password: 'hunter2' } },
    ],
  ])('%o', async (given, device) => {
    expect((await named(given)).device).toMatchObject(device)
  })

  it.each(['sunspec', 'p1', 'eastron-sdm120', 'tasmota', 'commonwatt-home'])(
    '%s is turned by one word',
    async (profile) => {
      const given = { profile, address: profile === 'tasmota' ? 'a/b' : 'a:1' }
      expect((await named({ ...given, sign: 'turned' })).device).toEqual({
        ...(await named(given)).device,
        sign: 'turned',
      })
    },
  )

  it.each<[string, AttachDevice, string]>([
    ['an unknown profile', { profile: 'nobody', address: 'a' }, 'profile'],
    ['a profile without the counters of a home', { profile: 'goodwe-dt', address: 'a' }, 'profile'],
    ['a unit of what has none', { profile: 'p1', address: 'a:1', unit: 1 }, 'unit'],
    ['a login of what has none', { profile: 'sunspec', address: 'a', user: 'me', passwordFile: secret }, 'user'],
    ['a user without a password', { profile: 'tasmota', address: 'a/b', user: 'me' }, 'passwordFile'],
    ['a password without a user', { profile: 'tasmota', address: 'a/b', passwordFile: secret }, 'user'],
    [
      'a file that is not there',
      { profile: 'tasmota', address: 'a/b', user: 'me', passwordFile: `${secret}2` },
      'passwordFile',
    ],
    [
      'a path from nowhere',
      { profile: 'tasmota', address: 'a/b', user: 'me', passwordFile: 'password' },
      'passwordFile',
    ],
    ['two units', { profile: 'sunspec', address: 'tcp://a?unit=1', unit: 2 }, 'address'],
    ['another scheme', { profile: 'sunspec', address: 'http://a' }, 'address'],
    ['a file as a P1 port', { profile: 'p1', address: 'p1:file:/etc/passwd' }, 'address'],
    ['a profile inside an address', { profile: 'tasmota', address: 'a/b?profile=/etc/passwd' }, 'address'],
    ['a broker without a topic', { profile: 'tasmota', address: 'a' }, 'address'],
  ])('is refused as %s, by its field', async (_, given, field) => {
    expect(await refused(given)).toMatchObject({ is: 'wrong', field })
  })

  it('waits for no pipe that nobody writes a password to', async () => {
    const passwordFile = join(folder, 'pipe')
    execFileSync('mkfifo', [passwordFile])
    const failure = await refused({ profile: 'tasmota', address: 'a/b', user: 'me', passwordFile })
    expect(failure).toMatchObject({ is: 'wrong', field: 'passwordFile' })
  })

  it('never says a password that stands in an address', async () => {
    for (const profile of ['sunspec', 'p1', 'tasmota', 'commonwatt-home']) {
      const scheme = { sunspec: 'tcp', p1: 'tcp', tasmota: 'mqtt', 'commonwatt-home': 'opc.tcp' }[profile]
      const failure = await refused({ profile, address: `${scheme}://me:hunter2@host:1/x` })
      expect(failure).toMatchObject({ is: 'wrong', field: 'address' })
      expect(JSON.stringify(failure)).not.toContain('hunter2')
    }
  })
})

describe('an address', () => {
  it.each<[string, AttachDevice, AttachDevice]>([
    [
      'the port',
      { profile: 'sunspec', address: '10.0.0.9' },
      { profile: 'sunspec', address: 'tcp://10.0.0.9:502/?unit=1' },
    ],
    ['the case', { profile: 'sunspec', address: 'Meter' }, { profile: 'sunspec', address: 'meter', unit: 1 }],
    [
      'the speed',
      { profile: 'schneider-pm3200', address: 'rtu:///dev/ttyUSB0' },
      { profile: 'schneider-pm3200', address: 'rtu:///dev/ttyUSB0?unit=1&baud=19200&parity=even' },
    ],
  ])('is the same whether %s is said or not', async (_, given, again) => {
    expect((await named(again)).address).toBe((await named(given)).address)
  })

  const onLine = async (...given: readonly AttachDevice[]) => {
    const [wished = '', ...others] = await Promise.all(given.map(async (device) => (await named(device)).address))
    const meters = others.map((address, i) => ({ home: `home-${i}`, address }))
    return Effect.runPromise(Effect.flip(refuseOnLine(wished, meters))).catch(() => null)
  }
  const sdm = (address: string, unit: number): AttachDevice => ({ profile: 'eastron-sdm120', address, unit })
  it('of another unit on the same line is welcome, the same unit is not', async () => {
    for (const line of ['10.0.0.9', 'rtu+tcp://10.0.0.9', 'rtu:///dev/ttyUSB0?baud=9600']) {
      expect(await onLine(sdm(line, 2), sdm(line, 1), sdm(line, 3))).toBe(null)
      expect(await onLine(sdm(line, 3), sdm(line, 1), sdm(line, 3))).toMatchObject({ code: 'METER_ATTACHED' })
    }
  })
  it('of a tty that is read with another speed or parity is refused, and told which', async () => {
    const tty = 'rtu:///dev/ttyUSB0'
    const slower = await onLine(sdm(`${tty}?baud=2400`, 2), sdm(`${tty}?baud=9600`, 1))
    expect(slower).toMatchObject({ code: 'LINE_SET_OTHERWISE', detail: expect.stringContaining('baud=9600') })
    expect(await onLine(sdm(`${tty}?baud=9600&parity=even`, 2), sdm(`${tty}?baud=9600`, 1))).not.toBe(null)
    expect(await onLine(sdm('rtu:///dev/ttyUSB1?baud=2400', 2), sdm(`${tty}?baud=9600`, 1))).toBe(null)
  })
})

describe('a scan', () => {
  it.each([
    [{ hosts: '10.0.0.1-300' }, 'hosts'],
    [{ hosts: '10.0.0.0/8' }, 'hosts'],
    [{ hosts: '10.0.0.1-10.0.0.9' }, 'hosts'],
    [{ hosts: '10.0.0.1', units: '5-2' }, 'units'],
    [{ hosts: '10.0.0.1-200', units: '1-2' }, 'hosts'],
  ])('of %o is refused by its field', async (wish, field) => {
    const failure = await Effect.runPromise(Effect.flip(scanNetwork(wish)))
    expect(failure).toMatchObject({ is: 'wrong', field })
    expect(failure.detail).not.toContain('--')
  })
})
