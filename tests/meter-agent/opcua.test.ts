import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect, Exit, Fiber, Scope } from 'effect'
import fc from 'fast-check'
import { crypto_utils, DataType, StatusCodes, VariantArrayType } from 'node-opcua'
import { afterAll, describe, expect, it } from 'vitest'
import { sampleTimeMs } from '#meter-agent/device-link.ts'
import { plainValue } from '#meter-agent/drivers/opcua-value.ts'
import { type OpcuaLineOptions, openOpcua } from '#meter-agent/drivers/open-opcua.ts'
import { makeAgent, parseOpcuaUrl, rampTrader, readDevice } from '#meter-agent/index.ts'
import commonwattHome from '#meter-agent/profiles/commonwatt-home.opcua.json' with { type: 'json' }
import { decodeOpcuaProfile, loadOpcuaProfile } from '#meter-agent/profiles/opcua-profile.ts'
import { secp256k1Signer } from '#protocol/signing.ts'
import { NAMESPACE, type Said, serveLine, serveNodes, USER } from './node-opcua.ts'
import { serveGateway } from './test-gateway.ts'
import { againAfterStandstill, awakeFor } from './turns.ts'

const SLOT_MS = 900_000
const START_MS = 1_900_000 * SLOT_MS
const TIMEOUT_MS = 10_000
/** of a server that does not answer */
const SHORT_MS = 800
const folder = mkdtempSync(join(tmpdir(), 'opcua-'))
afterAll(() => rmSync(folder, { recursive: true }))
const pkiDir = join(folder, 'server')
const identityFile = join(folder, 'client.pem')

const int32 =
  (value: number): Said =>
  () => ({
    value: { dataType: DataType.Int32, value },
    sourceTimestamp: new Date(START_MS),
  })
const uint64 =
  (value: number): Said =>
  () => ({
    value: {
      dataType: DataType.UInt64,
      arrayType: VariantArrayType.Scalar,
      value: [Math.floor(value / 2 ** 32), value % 2 ** 32],
    },
    sourceTimestamp: new Date(START_MS),
  })
const text =
  (value: string): Said =>
  () => ({ value: { dataType: DataType.String, value } })
const bad: Said = () => ({ statusCode: StatusCodes.BadSensorFailure, value: { dataType: DataType.Int32, value: 7 } })

/** A home with a meter and a roof whose counter needs more than 32 bits. */
const homeNodes = (): Map<string, Said> =>
  new Map([
    ['Device.Manufacturer', text('Maker')],
    ['Device.SerialNumber', text('S-1')],
    ['Grid.PowerW', int32(-900)],
    ['Grid.ImportWh', uint64(2 ** 32 + 5)],
    ['Grid.ExportWh', uint64(0)],
    ['Grid.FrequencyHz', bad],
    ['Grid.VoltageV', () => ({ value: { dataType: DataType.Double, value: 230.5 } })],
    ['Pv.PowerW', int32(1_080)],
    ['Pv.ExportWh', uint64(2 ** 53 - 1)],
  ])
const node = (name: string) => ({ namespaceUri: NAMESPACE, identifier: `s=${name}` })

const firstUse = () => {
  const kept: string[] = []
  return {
    kept,
    trusted: Effect.sync(() => kept[0] ?? null),
    trust: (certificate: string) => Effect.sync(() => void kept.push(certificate)),
  }
}
const line = (url: string, options: Partial<OpcuaLineOptions<never>> = {}) =>
  openOpcua({
    url,
    policy: 'Basic256Sha256',
    login: USER,
    trust: firstUse(),
    identityFile,
    timeoutMs: TIMEOUT_MS,
    ...options,
  })
/** A key and a certificate of its own, as openssl would make them. */
const writePem = async (file: string) => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const { cert } = await crypto_utils.createSelfSignedCertificate({
    privateKey: await crypto_utils.pemToPrivateKey(pem),
    subject: 'CN=anna',
    notBefore: new Date(0),
    notAfter: new Date('2099-12-31'),
    purpose: crypto_utils.CertificatePurpose.ForUserAuthentication,
  })
  writeFileSync(file, `${pem}${cert}\n`, { mode: 0o600 })
}
const test = <E>(steps: Effect.Effect<void, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(steps))
const testOfShort = <E>(steps: Effect.Effect<void, E, Scope.Scope>) =>
  Effect.runPromise(againAfterStandstill(SHORT_MS, steps))

describe('a line to an OPC UA server', () => {
  it('reads numbers above 2³², says what is not there and what is not good, and when a value is from', () =>
    test(
      Effect.gen(function* () {
        const { url } = yield* serveNodes({ nodes: homeNodes(), pkiDir })
        const at = yield* line(url)
        const names = ['Grid.ImportWh', 'Pv.ExportWh', 'Battery.Soc', 'Grid.FrequencyHz', 'Device.SerialNumber']
        expect(yield* at.read(names.map(node))).toEqual([
          { status: 'good', value: 2 ** 32 + 5, sourceTimeMs: START_MS },
          { status: 'good', value: 2 ** 53 - 1, sourceTimeMs: START_MS },
          { status: 'absent', value: null, sourceTimeMs: null },
          { status: 'bad', value: null, sourceTimeMs: null },
          { status: 'good', value: 'S-1', sourceTimeMs: null },
        ])
        expect(yield* at.read([{ namespaceUri: 'urn:nowhere', identifier: 's=Grid.PowerW' }])).toEqual([
          { status: 'absent', value: null, sourceTimeMs: null },
        ])
        expect(statSync(identityFile).mode & 0o777).toBe(0o600)
      }),
    ))

  it('is refused with a wrong password, as nobody, and where the encryption is not offered', () =>
    test(
      Effect.gen(function* () {
        const { url } = yield* serveNodes({ nodes: homeNodes(), pkiDir })
        const refusal = (options: Partial<OpcuaLineOptions<never>>) =>
          Effect.flatMap(line(url, options), (at) => Effect.flip(at.connect))
        expect(yield* refusal({ login: { ...USER, password: 'wrong' } })).toMatchObject({
          _tag: 'OpcuaRefused',
          code: expect.stringMatching(/^Bad(UserAccessDenied|IdentityToken\w*)$/),
        })
        expect(yield* refusal({ login: null })).toMatchObject({
          _tag: 'OpcuaRefused',
          code: 'BadIdentityTokenRejected',
        })
        expect(yield* refusal({ policy: 'Aes256_Sha256_RsaPss' })).toMatchObject({
          _tag: 'OpcuaRefused',
          code: 'BadSecurityPolicyRejected',
        })
        expect((yield* Effect.flatMap(line(url), (at) => at.read([node('Grid.PowerW')])))[0]?.value).toBe(-900)
      }),
    ))

  it('logs in by a certificate that the server knows, and not by another or one that others may read', () =>
    test(
      Effect.gen(function* () {
        const [known, stranger] = [join(folder, 'known.pem'), join(folder, 'stranger.pem')]
        yield* Effect.promise(() => writePem(known))
        yield* Effect.promise(() => writePem(stranger))
        const userCertificate = new X509Certificate(readFileSync(known)).raw
        const { url } = yield* serveNodes({ nodes: homeNodes(), pkiDir, userCertificate })
        const at = yield* line(url, { login: { userFile: known } })
        expect((yield* at.read([node('Grid.PowerW')]))[0]?.value).toBe(-900)
        const refusal = (userFile: string) =>
          Effect.flatMap(line(url, { login: { userFile } }), (other) => Effect.flip(other.connect))
        expect(yield* refusal(stranger)).toMatchObject({ _tag: 'OpcuaRefused', code: 'BadIdentityTokenRejected' })
        chmodSync(known, 0o644)
        expect(yield* refusal(known)).toMatchObject({
          _tag: 'OpcuaIdentityFailure',
          detail: expect.stringContaining('mode 644'),
        })
        expect(yield* refusal(join(folder, 'nobody.pem'))).toMatchObject({ _tag: 'OpcuaIdentityFailure' })
      }),
    ))

  it('subscribes: is told what has changed, that nothing has, and what is not there', () =>
    test(
      Effect.gen(function* () {
        let powerW = -900
        const nodes = homeNodes()
        nodes.set('Grid.PowerW', () => ({ value: { dataType: DataType.Int32, value: powerW } }))
        const { url } = yield* serveNodes({ nodes, pkiDir })
        const at = yield* line(url)
        const names = ['Grid.PowerW', 'Battery.Soc', 'Grid.FrequencyHz', 'Grid.ImportWh']
        const heard = Effect.map(at.watch(names.map(node), 100), (values) => values.map(({ value }) => value))
        expect(yield* heard).toEqual([-900, null, null, 2 ** 32 + 5])
        expect((yield* at.watch(names.map(node), 100)).map(({ status }) => status)).toEqual([
          'good',
          'absent',
          'bad',
          'good',
        ])
        powerW = 250
        let power: unknown = -900
        for (let publication = 0; publication < 5 && power === -900; publication++) power = (yield* heard)[0]
        expect(power).toBe(250)
        expect(yield* heard).toEqual([250, null, null, 2 ** 32 + 5]) // a keep-alive
        expect((yield* at.read([node('Grid.PowerW')]))[0]?.value).toBe(250)
        expect(yield* at.watch([{ namespaceUri: 'urn:nowhere', identifier: 's=x' }], 100)).toEqual([
          { status: 'absent', value: null, sourceTimeMs: null },
        ])
      }),
    ))

  it('times out on a subscription that falls silent, and subscribes anew to the server that is there again', () =>
    testOfShort(
      Effect.gen(function* () {
        const { port } = yield* serveNodes({ nodes: homeNodes(), pkiDir })
        const wire = yield* serveLine(port)
        const at = yield* line(wire.url, { timeoutMs: SHORT_MS })
        const heard = Effect.map(at.watch([node('Grid.PowerW')], 100), ([value]) => value?.value)
        expect(yield* heard).toBe(-900)
        wire.freeze(true)
        const silent = yield* Effect.flip(heard)
        expect(silent).toMatchObject({ _tag: 'OpcuaTimeout', request: 'publication' })
        wire.freeze(false)
        expect(yield* heard).toBe(-900)
        wire.cut()
        const results = yield* Effect.forEach([1, 2, 3], () => Effect.exit(heard))
        expect(results.some(Exit.isSuccess)).toBe(true)
      }),
    ))

  it('keeps the first certificate, and sends nothing to a server that shows another', () =>
    test(
      Effect.gen(function* () {
        const trust = firstUse()
        const first = yield* Effect.scoped(
          Effect.gen(function* () {
            const server = yield* serveNodes({ nodes: homeNodes(), pkiDir })
            const at = yield* line(server.url, { trust })
            expect(yield* at.connect).toBe(server.certificate)
            expect(trust.kept).toEqual([server.certificate])
            return server
          }),
        )
        const other = yield* serveNodes({ nodes: homeNodes(), pkiDir: join(folder, 'other'), port: first.port })
        const changed = yield* Effect.flip((yield* line(other.url, { trust })).connect)
        expect(changed).toMatchObject({
          _tag: 'OpcuaCertificateChanged',
          trusted: first.certificate,
          presented: other.certificate,
        })
        expect(changed.message).toContain(first.certificate)
        expect(changed.message).toContain(other.certificate)
        expect(trust.kept).toEqual([first.certificate])
      }),
    ))

  it('times out on a server that hangs, whatever it was doing, and is there again when the server is', () =>
    testOfShort(
      Effect.gen(function* () {
        const server = yield* serveNodes({ nodes: homeNodes(), pkiDir })
        const proxy = yield* serveLine(server.port)
        const read = (yield* line(proxy.url, { timeoutMs: SHORT_MS })).read([node('Grid.PowerW')])
        yield* read
        proxy.freeze(true)
        const twice = Effect.gen(function* () {
          expect((yield* Effect.flip(read))._tag).toBe('OpcuaTimeout')
          expect((yield* Effect.flip(read))._tag).toBe('OpcuaTimeout') // now while it connects
          return 'timed out twice'
        })
        expect(yield* Effect.raceFirst(twice, awakeFor(3 * SHORT_MS))).toBe('timed out twice')
        proxy.freeze(false)
        expect((yield* read)[0]?.value).toBe(-900)
        proxy.cut()
        yield* Effect.sleep(50)
        expect((yield* read)[0]?.value).toBe(-900)
        const patiently = (yield* line(proxy.url)).read([node('Grid.PowerW')])
        yield* patiently
        proxy.freeze(true)
        const reading = yield* Effect.forkScoped(Effect.flip(patiently))
        yield* Effect.sleep(50)
        proxy.cut()
        expect((yield* Fiber.join(reading))._tag).toBe('OpcuaClosed')
      }),
    ))

  it('fails while the server is down and goes on when it has started again', () =>
    test(
      Effect.gen(function* () {
        const up = yield* Scope.make()
        const { url, port } = yield* serveNodes({ nodes: homeNodes(), pkiDir }).pipe(Scope.provide(up))
        const at = yield* line(url)
        const read = at.read([node('Grid.PowerW')])
        yield* read
        yield* Scope.close(up, Exit.void)
        expect((yield* Effect.flip(read))._tag).toBe('OpcuaClosed')
        yield* serveNodes({ nodes: homeNodes(), pkiDir, port })
        expect((yield* read)[0]?.value).toBe(-900)
      }),
    ))
})

describe('a value of OPC UA', () => {
  it('is exact or nothing: 64-bit integers that a double cannot hold, NaN, arrays and structures are not taken', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (wide) => {
        const bits = BigInt.asUintN(64, wide)
        const words = [Number(bits >> 32n), Number(bits & 0xffff_ffffn)]
        const exact = (number: bigint) => (Number.isSafeInteger(Number(number)) ? Number(number) : null)
        expect(plainValue({ type: 'Int64', value: words })).toBe(exact(wide))
        expect(plainValue({ type: 'UInt64', value: words })).toBe(exact(bits))
      }),
    )
    expect(plainValue({ type: 'Int64', value: [0xffff_ffff, 0xffff_ffff] })).toBe(-1)
    expect(plainValue({ type: 'Double', value: Number.NaN })).toBeNull()
    expect(plainValue({ type: 'UInt64', value: 7 })).toBeNull()
    expect(plainValue({ type: 'ExtensionObject', value: {} })).toBeNull()
  })
})

describe('the time of a sample', () => {
  const request = { beforeMs: 10_000, afterMs: 10_020, clockSpeed: 1 }

  it('is the device’s where its clock agrees with ours, and never after we have it', () => {
    expect(sampleTimeMs({ ...request, sourceTimeMs: 9_400 })).toBe(9_400)
    expect(sampleTimeMs({ ...request, sourceTimeMs: 10_900 })).toBe(10_020)
  })

  it('is the middle of the request where the device says none, or has another idea of time', () => {
    for (const sourceTimeMs of [null, 8_000, 20_000]) expect(sampleTimeMs({ ...request, sourceTimeMs })).toBe(10_010)
  })
})

describe('a profile', () => {
  const refusalOf = async (change: (profile: Record<string, Record<string, unknown>>) => void) => {
    const profile = structuredClone(commonwattHome) as unknown as Record<string, Record<string, unknown>>
    change(profile)
    return Effect.runPromise(Effect.flip(decodeOpcuaProfile('mine', profile)))
  }

  it('is refused by the field that is wrong', async () => {
    const point = { node: 'nsu=urn:a;s=b', unit: 'Wh' }
    expect(
      await refusalOf(({ grid }) => Object.assign(grid ?? {}, { importWh: { ...point, unit: 'MWh' } })),
    ).toMatchObject({ _tag: 'BadProfile', profile: 'mine', field: 'grid.importWh.unit', value: '"MWh"' })
    expect(
      await refusalOf(({ grid }) => Object.assign(grid ?? {}, { importWh: { ...point, node: 'ns=2;s=b' } })),
    ).toMatchObject({ field: 'grid.importWh.node', expected: expect.stringContaining('nsu=') })
    expect(await refusalOf(({ grid }) => delete grid?.exportWh)).toMatchObject({ field: 'grid.exportWh' })
    expect(await refusalOf((profile) => Object.assign(profile, { wind: {} }))).toMatchObject({ field: 'wind' })
  })

  it('is refused where there is none of that name, no such file, or no JSON in it', async () => {
    const file = join(folder, 'broken.json')
    writeFileSync(file, '{')
    const refusal = (name: string) => Effect.runPromise(Effect.flip(loadOpcuaProfile(name)))
    expect((await refusal('nobody')).message).toMatch(/built-in one \(commonwatt-home\)/)
    expect((await refusal('__proto__')).message).toMatch(/built-in/)
    expect((await refusal(join(folder, 'missing.json'))).message).toMatch(/ENOENT/)
    expect((await refusal(file)).message).toMatch(/expected JSON/)
  })
})

describe('the address of an OPC UA server', () => {
  it('has a port, and no password that a message could show', () => {
    expect(parseOpcuaUrl('opc.tcp://meter.local')).toBe('opc.tcp://meter.local:4840')
    expect(parseOpcuaUrl('opc.tcp://[::1]:4841/path')).toBe('opc.tcp://[::1]:4841/path')
    for (const bad of ['meter', 'http://m', 'opc.tcp://', 'opc.tcp://m:0', 'opc.tcp://m:70000', 'opc.tcp://m?x=1']) {
      expect(() => parseOpcuaUrl(bad), bad).toThrow(/ in "/)
    }
    for (const secret of ['opc.tcp://me:secret@m:1', 'opc.tcp://me:se/secret@m:99999']) {
      expect(() => parseOpcuaUrl(secret)).toThrow(expect.not.stringContaining('secret') as unknown as Error)
    }
  })
})

describe('a device read over OPC UA', () => {
  it('is reported like any other, with only the roles it has, in the signs of the house', () =>
    test(
      Effect.gen(function* () {
        const { url, certificate } = yield* serveNodes({ nodes: homeNodes(), pkiDir })
        const device = { type: 'opcua', url, login: USER, identityFile } as const
        const report = yield* readDevice({ device })
        const good = (value: number) => ({ value, quality: 'good' })
        const missing = { value: null, quality: 'not-available' }
        expect(report).toEqual({
          device: { manufacturer: 'Maker', model: null, serial: 'S-1', firmware: null },
          profile: 'commonwatt-home',
          measurements: {
            grid: {
              powerW: good(-900),
              importWh: good(2 ** 32 + 5),
              exportWh: good(0),
              voltageV: [good(230.5)],
              currentA: [],
              frequencyHz: missing,
            },
            pv: { powerW: good(-1_080), exportWh: good(2 ** 53 - 1) },
          },
          opcua: { certificate },
        })
        const pinned = { ...device, certificate: 'ab'.repeat(32) }
        expect((yield* Effect.flip(readDevice({ device: pinned })))._tag).toBe('OpcuaCertificateChanged')
        const colons = certificate.toUpperCase().replaceAll(/(..)(?!$)/g, '$1:')
        expect((yield* readDevice({ device: { ...device, certificate: colons } })).profile).toBe('commonwatt-home')
      }),
    ))

  it('is read with a profile of one’s own: other nodes, units and signs', () =>
    test(
      Effect.gen(function* () {
        const nodes = new Map<string, Said>([
          ['P', () => ({ value: { dataType: DataType.Double, value: 1.5 } })],
          ['In', () => ({ value: { dataType: DataType.Double, value: 1234.567 } })],
          ['Out', () => ({ value: { dataType: DataType.Double, value: -1 } })],
        ])
        const { url } = yield* serveNodes({ nodes, pkiDir, namespaceUri: 'urn:maker' })
        const profile = join(folder, 'mine.json')
        writeFileSync(
          profile,
          JSON.stringify({
            profile: 'mine',
            device: {},
            grid: {
              powerW: { node: 'nsu=urn:maker;s=P', unit: 'kW', sign: 'turned' },
              importWh: { node: 'nsu=urn:maker;s=In', unit: 'kWh' },
              exportWh: { node: 'nsu=urn:maker;s=Out', unit: 'kWh' },
              voltageV: [],
              currentA: [],
            },
          }),
        )
        const { grid } = (yield* readDevice({ device: { type: 'opcua', url, login: USER, profile, identityFile } }))
          .measurements
        expect([grid?.powerW.value, grid?.importWh.value, grid?.exportWh.quality]).toEqual([
          -1_500,
          1_234_567,
          'not-available',
        ])
      }),
    ))
})

describe('an agent with an OPC UA meter', () => {
  it('enrols, records, states each slot, and trusts the certificate of its first day for ever', () =>
    test(
      Effect.gen(function* () {
        const time = { nowMs: START_MS }
        const counter = (perHourWh: number) => () => ({
          ...uint64(2 ** 33 + Math.floor(((time.nowMs - START_MS) / 3_600_000) * perHourWh))(),
          sourceTimestamp: new Date(time.nowMs),
        })
        const nodes = homeNodes().set('Grid.ExportWh', counter(2_000)).set('Grid.PowerW', int32(-2_000))
        const up = yield* Scope.make()
        const server = yield* serveNodes({ nodes, pkiDir }).pipe(Scope.provide(up))
        const gateway = yield* serveGateway({ nowMs: () => time.nowMs })
        const agent = () =>
          makeAgent({
            home: 'no-7',
            neighbourhood: 'elm-street',
            deviceId: 'meter-7',
            deviceKey: secp256k1Signer(`0x${'7'.repeat(64)}`),
            streamKeyUri: pathToFileURL(join(folder, 'stream')).href,
            accountKey: `0x${'8'.repeat(64)}`,
            device: { type: 'opcua', url: server.url, login: USER, identityFile },
            deviceTimeoutMs: TIMEOUT_MS,
            gatewayUrl: gateway.url,
            dataFile: join(folder, 'agent.sqlite'),
            clock: { nowMs: () => time.nowMs, speed: 1 },
            trader: rampTrader,
            monotonicMs: () => time.nowMs,
          })
        yield* Effect.scoped(
          Effect.gen(function* () {
            const home = yield* agent()
            yield* home.enrol()
            for (let i = 0; i <= 6; i++) {
              time.nowMs = START_MS + i * 300_000
              yield* home.poll()
            }
            expect(home.link()).toBe('online')
            expect(yield* home.publish()).toEqual({ readings: 7, statements: 2, refusals: [] })
          }),
        )
        expect(gateway.statements.map(({ body }) => [body.importWh, body.exportWh])).toEqual([
          [0, 500],
          [0, 500],
        ])
        expect(gateway.readings[0]?.body).toMatchObject({ powerW: -2_000, exportWh: 2 ** 33, quality: 0 })
        yield* Scope.close(up, Exit.void)
        yield* serveNodes({ nodes, pkiDir: join(folder, 'other'), port: server.port })
        const later = yield* agent()
        yield* later.enrol()
        expect((yield* Effect.flip(later.poll()))._tag).toBe('OpcuaCertificateChanged')
        expect(later.link()).toBe('backingOff')
      }),
    ))

  it('records what its subscription brings', () =>
    test(
      Effect.gen(function* () {
        let powerW = -2_000
        const nodes = homeNodes().set('Grid.PowerW', () => int32(powerW)())
        const { url } = yield* serveNodes({ nodes, pkiDir })
        const gateway = yield* serveGateway({ nowMs: () => START_MS })
        const home = yield* makeAgent({
          home: 'no-7',
          neighbourhood: 'elm-street',
          deviceId: 'meter-7',
          deviceKey: secp256k1Signer(`0x${'7'.repeat(64)}`),
          streamKeyUri: pathToFileURL(join(folder, 'subscriber-stream')).href,
          accountKey: `0x${'8'.repeat(64)}`,
          device: { type: 'opcua', url, login: USER, identityFile, subscribeMs: 100 },
          deviceTimeoutMs: TIMEOUT_MS,
          gatewayUrl: gateway.url,
          dataFile: join(folder, 'subscriber.sqlite'),
          clock: { nowMs: () => START_MS, speed: 1 },
          trader: rampTrader,
        })
        yield* home.enrol()
        const said = Effect.map(home.poll(), ({ recorded }) => recorded?.reading.powerW)
        expect(yield* said).toBe(-2_000)
        powerW = 300
        let heard = yield* said
        for (let publication = 0; publication < 5 && heard === -2_000; publication++) heard = yield* said
        expect(heard).toBe(300)
        expect(home.link()).toBe('online')
      }),
    ))
})
