import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import {
  AttributeIds,
  crypto_utils,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  ServerState,
  type UserIdentityInfo,
  UserTokenType,
  VariableIds,
} from 'node-opcua'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPCUA_NAMESPACE, opcuaPoints } from '#sim/emulator/opcua-points.ts'
import { emulateHomeByOpcua, generateScenario, ManualClock, type OpcuaEmulatedHome } from '#sim/index.ts'
import { freePort } from '../meter-agent/modbus-serial.ts'

const HOST = '127.0.0.1'
const folder = mkdtempSync(join(tmpdir(), 'opcua-emulator-'))
const certificates = new OPCUACertificateManager({
  rootFolder: join(folder, 'client'),
  automaticallyAcceptUnknownCertificate: true,
  disableFileWatchers: true,
})
beforeAll(() => certificates.initialize())
afterAll(() => rmSync(folder, { recursive: true }))

const password = 'correct horse'
const login: UserIdentityInfo = { type: UserTokenType.UserName, userName: 'meter', password }
const street = () => Effect.runSync(generateScenario({ homes: 5, seed: 1 }))

/** Runs a test against home-05 (roof and battery) with a clock that it may move. */
async function withHome(use: (one: OpcuaEmulatedHome & { readonly clock: ManualClock }) => Promise<void>) {
  const { homes, startMs } = street()
  const home = homes[4]
  if (home === undefined) throw new Error('a street of five has five homes')
  const clock = new ManualClock(startMs)
  const port = await Effect.runPromise(freePort)
  const emulated = emulateHomeByOpcua({
    home,
    clock,
    host: HOST,
    port,
    pkiDir: join(folder, 'servers'),
    user: 'meter',
    password,
  })
  await Effect.runPromise(
    Effect.scoped(Effect.flatMap(emulated, (one) => Effect.promise(() => use({ ...one, clock })))),
  )
}

/** A client of the library itself, without anything of the meter agent. */
async function session(url: string, identity: UserIdentityInfo, how: 'encrypted' | 'plain' = 'encrypted') {
  const client = OPCUAClient.create({
    clientCertificateManager: certificates,
    securityMode: how === 'plain' ? MessageSecurityMode.None : MessageSecurityMode.SignAndEncrypt,
    securityPolicy: how === 'plain' ? SecurityPolicy.None : SecurityPolicy.Basic256Sha256,
    endpointMustExist: false,
    connectionStrategy: { maxRetry: 0 },
  })
  try {
    await client.connect(url)
    const opened = await client.createSession(identity)
    const index = (await opened.readNamespaceArray()).indexOf(OPCUA_NAMESPACE)
    return { client, session: opened, nodeId: (name: string) => `ns=${index};s=${name}` }
  } catch (error) {
    await client.disconnect()
    throw error
  }
}

describe('a home emulated by OPC UA', () => {
  it('shows everything of one moment in one read, with the clock’s time, while time runs', () =>
    withHome(async ({ url, clock, certificate }) => {
      expect(certificate).toMatch(/^[0-9a-f]{64}$/)
      expect(statSync(join(folder, 'servers')).mode & 0o777).toBe(0o700)
      const one = await session(url, login)
      const twin = street().homes[4]
      const runner = setInterval(() => clock.advance(61_001), 1)
      try {
        for (let i = 0; i < 30; i++) {
          const values = await one.session.read(
            ['Grid.ImportWh', 'Grid.PowerW', 'Pv.PowerW', 'Pv.ExportWh', 'Battery.PowerW', 'Battery.Soc'].map(
              (name) => ({
                nodeId: one.nodeId(name),
                attributeId: AttributeIds.Value,
              }),
            ),
          )
          const times = new Set(values.map(({ sourceTimestamp }) => sourceTimestamp?.getTime() ?? 0))
          expect(times.size).toBe(1)
          const [timeMs = 0] = times
          const state = twin?.advanceTo(timeMs)
          if (state === undefined) throw new Error('a street of five has five homes')
          const { grid, roof, battery } = state
          const wide = (value: number) => [Math.floor(value / 2 ** 32), value % 2 ** 32]
          expect(values.map(({ value }) => (typeof value.value === 'number' ? value.value : [...value.value]))).toEqual(
            [
              wide(grid.importWh),
              grid.powerW,
              roof?.powerW,
              wide(roof?.producedWh ?? -1),
              battery?.powerW,
              (battery?.socBasisPoints ?? -1) / 100,
            ],
          )
        }
      } finally {
        clearInterval(runner)
        await one.client.disconnect()
      }
    }))

  it('is found from the root by any client, and says how it is', () =>
    withHome(async ({ url }) => {
      const one = await session(url, login)
      const below = async (nodeId: string) =>
        (await one.session.browse(nodeId)).references?.map(({ browseName }) => browseName.name) ?? []
      expect(await below('RootFolder')).toEqual(expect.arrayContaining(['Objects', 'Types', 'Views']))
      const objects = ['Server', 'Device', 'Grid', 'Pv', 'Battery']
      expect(await below('ObjectsFolder')).toEqual(expect.arrayContaining(objects))
      expect(await below(one.nodeId('Grid'))).toEqual(expect.arrayContaining(['PowerW', 'ImportWh', 'VoltageV']))
      const [state, now, type] = await one.session.read([
        { nodeId: VariableIds.Server_ServerStatus_State },
        { nodeId: VariableIds.Server_ServerStatus_CurrentTime },
        { nodeId: one.nodeId('Grid.VoltageV'), attributeId: AttributeIds.DataType },
      ])
      expect(state?.value.value).toBe(ServerState.Running)
      expect(Math.abs(now?.value.value - Date.now())).toBeLessThan(60_000)
      expect(String(type?.value.value)).toBe('ns=0;i=11') // Double
      await one.client.disconnect()
    }))

  it('cannot be written to', () =>
    withHome(async ({ url }) => {
      const one = await session(url, login)
      const status = await one.session.write({
        nodeId: one.nodeId('Grid.PowerW'),
        attributeId: AttributeIds.Value,
        value: { value: { dataType: 'Int32', value: 1 } },
      })
      expect(status.name).toMatch(/^Bad(NotWritable|UserAccessDenied)$/)
      await one.client.disconnect()
    }))

  it('lets in nobody without the password, and nobody unencrypted', () =>
    withHome(async ({ url }) => {
      const wrong: UserIdentityInfo = { type: UserTokenType.UserName, userName: 'meter', password: 'wrong' }
      await expect(session(url, wrong)).rejects.toThrow(/BadUserAccessDenied|BadIdentityTokenRejected/)
      const other: UserIdentityInfo = { type: UserTokenType.UserName, userName: 'root', password }
      await expect(session(url, other)).rejects.toThrow(/BadUserAccessDenied|BadIdentityTokenRejected/)
      await expect(session(url, { type: UserTokenType.Anonymous })).rejects.toThrow(/user token policy/)
      await expect(session(url, login, 'plain')).rejects.toThrow()
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
      const { cert } = await crypto_utils.createSelfSignedCertificate({
        privateKey: await crypto_utils.pemToPrivateKey(pem),
        subject: 'CN=anybody',
        notBefore: new Date(0),
        notAfter: new Date('2099-12-31'),
        purpose: crypto_utils.CertificatePurpose.ForUserAuthentication,
      })
      const anybody: UserIdentityInfo = {
        type: UserTokenType.Certificate,
        certificateData: new X509Certificate(cert).raw,
        privateKey: pem,
      }
      await expect(session(url, anybody)).rejects.toThrow(/BadUserAccessDenied|BadIdentityTokenRejected/)
    }))

  it('takes another port when its own is taken, and shows the same certificate from run to run', async () => {
    let before: OpcuaEmulatedHome | undefined
    await withHome(async (one) => {
      before = one
      const { homes, startMs } = street()
      const home = homes[4]
      if (home === undefined) throw new Error('a street of five has five homes')
      const clock = new ManualClock(startMs)
      const options = { home, clock, host: HOST, pkiDir: join(folder, 'servers'), user: 'meter', password }
      const at = (port: number) => Effect.runPromise(Effect.scoped(emulateHomeByOpcua({ ...options, port })))
      const second = await at(one.port)
      expect(second.port).not.toBe(one.port)
      expect(second.certificate).toBe(one.certificate)
      await expect(at(0)).rejects.toThrow(/no OPC UA server on 127.0.0.1:0: a port is/)
    })
    await withHome(async (one) => expect(one.certificate).toBe(before?.certificate))
  })

  it('has only what the home has', () => {
    const state = street().homes[0]?.advanceTo(street().startMs)
    if (state === undefined) throw new Error('a street of five has five homes')
    const objects = (roof: typeof state.roof, battery: typeof state.battery) =>
      new Set(opcuaPoints({ home: 'home-01', state: { ...state, roof, battery } }).map(({ object }) => object))
    expect(objects(null, null)).toEqual(new Set(['Device', 'Grid']))
    expect(objects({ powerW: 1, producedWh: 1, peakW: 1 }, null)).toEqual(new Set(['Device', 'Grid', 'Pv']))
  })
})

it('what is no message behind a greeting costs its sender the connection, and nobody else anything', () =>
  withHome(async ({ port, url }) => {
    const unheard: unknown[] = []
    const note = (error: unknown) => void unheard.push(error)
    process.on('uncaughtException', note)
    const hello = Buffer.alloc(32)
    hello.write('HELF', 'latin1')
    hello.writeUInt32LE(hello.length, 4)
    for (const limit of [12, 16]) hello.writeUInt32LE(65_536, limit)
    await new Promise<void>((resolve) => {
      const socket = connect({ host: HOST, port })
      socket.on('error', () => {})
      socket.on('close', () => resolve())
      socket.resume()
      socket.write(Buffer.concat([hello, Buffer.from('MSGF'), Buffer.alloc(40, 0xff)]))
    })
    process.off('uncaughtException', note)
    expect(unheard).toEqual([])
    const { client } = await session(url, login)
    await client.disconnect()
  }))
