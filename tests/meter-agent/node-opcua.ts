import { createHash } from 'node:crypto'
import { createServer, connect as dial, type Socket } from 'node:net'
import { join } from 'node:path'
import { Effect, type Scope } from 'effect'
import {
  DataValue,
  type DataValueOptions,
  MessageSecurityMode,
  nodesets,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  type StatusCode,
  StatusCodes,
  setErrorLogger,
  setWarningLogger,
} from 'node-opcua'
import { freePort } from './modbus-serial.ts'

setWarningLogger(() => undefined)
setErrorLogger(() => undefined)

export const USER = { user: 'meter', password: 'correct horse' }
export const NAMESPACE = 'urn:commonwatt:home'

/** What a node says when it is read: anything that OPC UA allows. */
export type Said = () => DataValueOptions

/** A server with these nodes (`Grid.PowerW` …) whose key pair and certificate are in the folder. */
export const serveNodes = (options: {
  readonly nodes: ReadonlyMap<string, Said>
  readonly pkiDir: string
  readonly port?: number
  readonly namespaceUri?: string
  /** DER of the one certificate that a user may log in by */
  readonly userCertificate?: Buffer
}): Effect.Effect<{ readonly url: string; readonly port: number; readonly certificate: string }, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { nodes, pkiDir } = options
    const port = options.port ?? (yield* freePort)
    const server = yield* Effect.acquireRelease(
      Effect.promise(async () => {
        const certificates = new OPCUACertificateManager({ rootFolder: pkiDir, disableFileWatchers: true })
        certificates.automaticallyAcceptUnknownCertificate = true
        const users = new OPCUACertificateManager({ rootFolder: pkiDir, disableFileWatchers: true })
        Object.assign(users, {
          checkCertificate: (shown: Buffer, done: (error: null, status: StatusCode) => void) =>
            done(
              null,
              options.userCertificate?.equals(shown) === true ? StatusCodes.Good : StatusCodes.BadCertificateUntrusted,
            ),
        })
        const made = new OPCUAServer({
          host: '127.0.0.1',
          hostname: '127.0.0.1',
          port,
          serverCertificateManager: certificates,
          userCertificateManager: users,
          certificateFile: join(pkiDir, 'own/certs/server.pem'),
          securityPolicies: [SecurityPolicy.Basic256Sha256],
          securityModes: [MessageSecurityMode.SignAndEncrypt],
          allowAnonymous: false,
          userManager: { isValidUser: (user: string, word: string) => user === USER.user && word === USER.password },
          serverInfo: { applicationUri: 'urn:test', productUri: 'urn:test' },
          nodesets: [nodesets.standard], // all that a server may have, where the emulator has little
        })
        await made.initialize()
        const { addressSpace } = made.engine
        if (addressSpace === null) throw new Error('no address space')
        addressSpace.registerNamespace('urn:some:other')
        const namespace = addressSpace.registerNamespace(options.namespaceUri ?? NAMESPACE)
        for (const [name, said] of nodes) {
          namespace.addVariable({
            organizedBy: addressSpace.rootFolder.objects,
            browseName: name,
            nodeId: `s=${name}`,
            dataType: 'BaseDataType',
            value: { timestamped_get: () => new DataValue(said()) },
          })
        }
        await made.start()
        return made
      }),
      (made) => Effect.promise(() => made.shutdown(0)),
    )
    const certificate = createHash('sha256').update(server.getCertificate()).digest('hex')
    return { url: `opc.tcp://127.0.0.1:${port}`, port, certificate }
  })

/** A line to a port that can go dead without hanging up, or hang up without a good-bye. */
export const serveLine = (
  to: number,
): Effect.Effect<
  { readonly url: string; readonly port: number; readonly freeze: (frozen: boolean) => void; readonly cut: () => void },
  never,
  Scope.Scope
> =>
  Effect.gen(function* () {
    const port = yield* freePort
    const sockets = new Set<Socket>()
    let frozen = false
    const cut = () => {
      for (const socket of sockets) socket.destroy()
    }
    yield* Effect.acquireRelease(
      Effect.callback<ReturnType<typeof createServer>>((resume) => {
        const server = createServer((near) => {
          const far = dial(to, '127.0.0.1')
          for (const [from, other] of [
            [near, far],
            [far, near],
          ] as const) {
            sockets.add(from)
            from.on('data', (data) => frozen || other.write(data))
            from.on('error', () => undefined)
            from.on('close', () => other.destroy())
          }
        }).listen(port, '127.0.0.1', () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.callback<void>((resume) => {
          cut()
          server.close(() => resume(Effect.void))
        }),
    )
    return {
      url: `opc.tcp://127.0.0.1:${port}`,
      port,
      freeze: (now) => {
        frozen = now
      },
      cut,
    }
  })
