import { Effect, Option } from 'effect'
import { describe, expect, it } from 'vitest'
import { readMeter } from '#platform/read-meter.ts'

const nothing: Parameters<typeof readMeter>[0] = {
  address: Option.none(),
  modbus: Option.none(),
  base: Option.none(),
  opcua: Option.none(),
  p1: Option.none(),
  mqtt: Option.none(),
  user: Option.none(),
  passwordFile: Option.none(),
  userCertificate: Option.none(),
  subscribeMs: Option.none(),
  policy: Option.none(),
  certificate: Option.none(),
  identity: Option.none(),
  profile: Option.none(),
  sign: Option.none(),
  watch: false,
  every: Option.none(),
  json: true,
}
const modbus = Option.some('tcp://127.0.0.1:502')
const opcua = Option.some('opc.tcp://127.0.0.1:4840')
const mqtt = Option.some('mqtt://127.0.0.1:1883/meter?profile=tasmota')
const p1 = Option.some('tcp://127.0.0.1:2001')

describe('the flags of meter read', () => {
  it.each<[string, Partial<typeof nothing>, RegExp]>([
    ['no device', {}, /either --modbus URL or --opcua URL/],
    ['two devices', { modbus, opcua }, /name one device/],
    ['two devices of other kinds', { modbus, p1 }, /name one device/],
    ['two more devices of other kinds', { opcua, p1 }, /name one device/],
    ['two devices of the fourth kind', { mqtt, p1 }, /name one device/],
    ['a profile beside the address', { mqtt, profile: Option.some('x') }, /--profile .*not with --mqtt: its address/],
    ['a policy for MQTT', { mqtt, policy: Option.some('None') }, /--policy goes with --opcua, not with --mqtt/],
    ['an unknown MQTT profile', { mqtt: Option.some('mqtt://h/t?profile=x') }, /--mqtt: profile x: .*shelly-em-rpc/],
    ['an MQTT address without a topic', { mqtt: Option.some('mqtt://h?profile=tasmota') }, /--mqtt: topic ""/],
    ['one P1 port twice', { address: Option.some('p1:file:/x'), p1 }, /either p1:… or --p1/],
    ['an address that is no P1 port', { address: modbus }, /no address like p1:tcp:/],
    ['a login for P1', { p1, user: Option.some('me') }, /--user goes with --opcua and --mqtt, not with --p1/],
    ['a register for P1', { p1, base: Option.some(4_096) }, /--base goes with --modbus, not with --p1/],
    ['a P1 port without a port', { p1: Option.some('tcp://host') }, /--p1: port "" in "p1:tcp:/],
    ['a login for Modbus', { modbus, user: Option.some('me') }, /--user goes with --opcua/],
    ['a password for Modbus', { modbus, passwordFile: Option.some('f') }, /--password-file goes with --opcua/],
    ['a subscription for Modbus', { modbus, subscribeMs: Option.some(1_000) }, /--subscribe goes with --opcua/],
    [
      'two logins',
      { opcua, user: Option.some('me'), userCertificate: Option.some('f') },
      /--user-certificate is a login of its own/,
    ],
    ['an unknown profile for Modbus', { modbus, profile: Option.some('x') }, /--profile: profile x: .*victron-gx/],
    [
      'SunSpec and a profile',
      { modbus, base: Option.some(1), profile: Option.some('x') },
      /with --profile there is none/,
    ],
    ['a register for OPC UA', { opcua, base: Option.some(4_096) }, /--base goes with --modbus/],
    ['another scheme', { opcua: modbus }, /--opcua: scheme "tcp"/],
    ['a user without a password', { opcua, user: Option.some('me') }, /--user and --password-file go together/],
    [
      'a password file that is not there',
      { opcua, user: Option.some('me'), passwordFile: Option.some('/nowhere/at-all') },
      /--password-file \/nowhere\/at-all: ENOENT/,
    ],
    [
      'a policy that does not encrypt',
      { opcua, policy: Option.some('None') },
      /--policy None: there are Basic256Sha256/,
    ],
    ['half a fingerprint', { opcua, certificate: Option.some('abcd') }, /64 hexadecimal digits/],
    ['an unknown profile', { opcua, profile: Option.some('x') }, /--profile: profile x: expected a built-in one/],
    ['a pace without --watch', { opcua, every: Option.some(2) }, /--every goes with --watch/],
    ['an identity that is none', { opcua, identity: Option.some('/dev/null') }, /--identity: .*\/dev\/null/],
  ])('refuse %s', async (_, flags, reason) => {
    const refused = await Effect.runPromise(Effect.flip(readMeter({ ...nothing, ...flags })))
    expect(refused._tag).toBe('BadInput')
    expect(refused.message).toMatch(reason)
  })
})
