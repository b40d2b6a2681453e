import { createHash, timingSafeEqual } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Effect, type Scope } from 'effect'
import type { OPCUAServer } from 'node-opcua'
import { containTransport } from './contain-transport.ts'
import { EmulatorFailure } from './emulator-failure.ts'
import type { OpcuaPoint } from './opcua-points.ts'
import { freePort } from './take-port.ts'

/** Everything that a served device shows at one moment, in an order that never changes. */
interface OpcuaMoment {
  /** Unix ms of the device's clock */
  readonly timeMs: number
  readonly points: readonly OpcuaPoint[]
}

export interface OpcuaServerOptions {
  readonly host: string
  readonly port: number
  /** names the device's certificate, which the folder keeps from run to run */
  readonly device: string
  /** key pair and certificates, made where they are missing; servers of one folder share the key pair */
  readonly pkiDir: string
  readonly namespaceUri: string
  readonly user: string
  readonly password: string
  readonly read: () => OpcuaMoment
}

const SERVICE = 'OPC UA'
/** More than a home has use for: a client that broke off leaves its session behind until that times out. */
const SESSIONS_MAX = 50

/** Loaded with the first server: 0.7 s and 100 MB that a street without OPC UA does not pay. */
const library = () => {
  loading ??= import('node-opcua').then((loaded) => {
    const ignore = (): void => undefined
    loaded.setWarningLogger(ignore) // it would write to stdout; what matters is thrown or refused
    loaded.setErrorLogger(ignore)
    containTransport(loaded.TCP_transport)
    return loaded
  })
  return loading
}
let loading: Promise<typeof import('node-opcua')> | undefined

/**
 * Serves a device over OPC UA until the scope closes: Basic256Sha256 with SignAndEncrypt only, one user with a
 * password, read-only. Every value of a read is of one moment and carries its time as source timestamp. Gives the
 * SHA-256 fingerprint of the certificate (of its DER, hexadecimal). Fails with EADDRINUSE where the port is taken.
 */
export const serveOpcua = (
  options: OpcuaServerOptions,
): Effect.Effect<{ readonly certificate: string }, EmulatorFailure, Scope.Scope> => {
  const { host, port } = options
  return freePort({ service: SERVICE, host, port }).pipe(
    Effect.andThen(
      Effect.acquireRelease(
        Effect.tryPromise({
          try: () => startServer(options),
          catch: (cause) => new EmulatorFailure({ service: SERVICE, host, port, reason: reasonOf(cause) }),
        }),
        (server) => Effect.promise(() => server.shutdown(0)),
      ),
    ),
    Effect.map((server) => ({
      certificate: createHash('sha256').update(server.getCertificate()).digest('hex'),
    })),
  )
}

async function startServer(options: OpcuaServerOptions): Promise<OPCUAServer> {
  const opcua = await library()
  const { host, port, device, pkiDir, user, password } = options
  await mkdir(pkiDir, { recursive: true, mode: 0o700 })
  const certificates = new opcua.OPCUACertificateManager({ rootFolder: pkiDir, disableFileWatchers: true })
  // Clients prove themselves by their password. To keep their certificates would take a file for each, and servers
  // that share the folder would move those away under one another.
  Object.assign(certificates, { checkCertificate: () => Promise.resolve(opcua.StatusCodes.Good) })
  // A certificate is no password: nobody logs in by one.
  const users = new opcua.OPCUACertificateManager({ rootFolder: pkiDir, disableFileWatchers: true })
  Object.assign(users, {
    checkCertificate: (_: Buffer, done: (error: null, status: unknown) => void) =>
      done(null, opcua.StatusCodes.BadCertificateUntrusted),
  })
  const server = new opcua.OPCUAServer({
    host,
    hostname: host,
    port,
    serverCertificateManager: certificates,
    userCertificateManager: users,
    certificateFile: join(pkiDir, 'own/certs', `${device}.pem`),
    securityPolicies: [opcua.SecurityPolicy.Basic256Sha256],
    securityModes: [opcua.MessageSecurityMode.SignAndEncrypt],
    allowAnonymous: false,
    userManager: { isValidUser: (name: string, secret: string) => same(name, user) && same(secret, password) },
    serverInfo: {
      applicationUri: `urn:commonwatt:emulator:${device}`,
      productUri: 'urn:commonwatt:emulator',
      applicationName: { text: device },
    },
    serverCapabilities: { maxSessions: SESSIONS_MAX },
    maxConnectionsPerEndpoint: SESSIONS_MAX,
    // The library's small one: the folders, the Server object with its status, and the types of these, as small devices have
    // them. Of what a server may say of its abilities and sessions it lacks some. The whole of the standard would cost each
    // server 40 MB and a third of a second.
    nodesets: [opcua.get_mini_nodeset_filename()],
  })
  try {
    await server.initialize()
    addPoints(opcua, server, options)
    await server.start()
    return server
  } catch (error) {
    await server.shutdown(0).catch(() => undefined)
    throw error
  }
}

function addPoints(opcua: Awaited<ReturnType<typeof library>>, server: OPCUAServer, options: OpcuaServerOptions): void {
  const { read, namespaceUri } = options
  const { addressSpace } = server.engine
  if (addressSpace === null) throw new Error('the server has no address space')
  const namespace = addressSpace.registerNamespace(namespaceUri)

  // The library reads the nodes of one request one after the other, but without leaving this turn of the event loop.
  let moment: OpcuaMoment | null = null
  const now = (): OpcuaMoment => {
    if (moment === null) {
      moment = read()
      setImmediate(() => {
        moment = null
      })
    }
    return moment
  }

  const objects = new Map<string, ReturnType<typeof namespace.addObject>>()
  for (const [index, { object, name, type }] of now().points.entries()) {
    const parent =
      objects.get(object) ??
      namespace.addObject({
        browseName: object,
        nodeId: `s=${object}`,
        organizedBy: addressSpace.rootFolder.objects,
      })
    objects.set(object, parent)
    const dataType = opcua.DataType[type]
    namespace.addVariable({
      componentOf: parent,
      browseName: name,
      nodeId: `s=${object}.${name}`,
      dataType: type,
      accessLevel: 'CurrentRead',
      userAccessLevel: 'CurrentRead',
      minimumSamplingInterval: 1_000,
      value: {
        timestamped_get: () => {
          const { points, timeMs } = now()
          const value = points[index]?.value
          return new opcua.DataValue({
            value: {
              dataType,
              arrayType: opcua.VariantArrayType.Scalar,
              value: type === 'UInt64' ? words(Number(value)) : value,
            },
            sourceTimestamp: new Date(timeMs),
            statusCode: opcua.StatusCodes.Good,
          })
        },
      },
    })
  }
}

/** A whole number from 0 to 2^53 as the library spells UInt64: high word, low word. */
function words(value: number): readonly [number, number] {
  return [Math.floor(value / 2 ** 32), value % 2 ** 32]
}

/** In a time that tells nothing about where two texts differ. */
function same(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

function reasonOf(cause: unknown): string {
  const { code, message } = cause as { readonly code?: unknown; readonly message?: unknown }
  return typeof code === 'string' ? code : String(message ?? cause)
}
