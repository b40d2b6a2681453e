import { Effect, Option } from 'effect'
import { describe, expect, it } from 'vitest'
import { type ScanFlags, scanMeters } from '#platform/scan-meters.ts'

const asked: ScanFlags = {
  hosts: Option.none(),
  line: Option.none(),
  port: 502,
  units: '1',
  timeoutMs: 100,
  json: true,
}
const hosts = Option.some('127.0.0.1')
const line = Option.some('rtu:///dev/ttyUSB0')

describe('the flags of meter scan', () => {
  it.each<[string, Partial<ScanFlags>, RegExp]>([
    ['nothing to ask', {}, /either --hosts .* or --line/],
    ['both', { hosts, line }, /either --hosts .* or --line/],
    ['a network that has no such hosts', { hosts: Option.some('10.0.0.200-300') }, /--hosts 200-300/],
    ['a range that goes backwards', { hosts: Option.some('10.0.0.9-1') }, /--hosts 9-1/],
    ['an address that is none', { hosts: Option.some('10.0.0.300') }, /--hosts 10\.0\.0\.300: expected an address/],
    ['two whole addresses', { hosts: Option.some('10.0.0.1-10.0.0.9') }, /like 192\.168\.1\.1-254/],
    ['a network without its host', { hosts: Option.some('10.0.0') }, /like 192\.168\.1\.1-254/],
    ['a host with a path', { hosts: Option.some('here/there') }, /--hosts: path/],
    ['a port that is none', { hosts, port: 70_000 }, /--hosts: url/],
    ['units that are none', { hosts, units: '1-256' }, /--units 1-256/],
    ['a line with a unit', { line: Option.some('rtu:///dev/null?unit=3') }, /the units are --units/],
    ['a line that is none', { line: Option.some('rtu:///dev/ttyUSB0?baud=1') }, /--line: query/],
    ['more than a home has', { hosts: Option.some('10.0.0.0-255'), units: '1-100' }, /more than 4096/],
  ])('refuse %s', async (_, flags, why) => {
    const error = await Effect.runPromise(Effect.flip(scanMeters({ ...asked, ...flags })))
    expect(error.message).toMatch(why)
  })
})
