import { createHash, generateKeyPair, webcrypto } from 'node:crypto'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { Effect, type Scope, Semaphore } from 'effect'
import type { ClientSession, OPCUAClient, OPCUAClientOptions, UserIdentityInfo } from 'node-opcua-client'
import { type ClientIdentity, clientIdentity, identityOf, userIdentity } from './client-identity.ts'
import { containTransport } from './contain-transport.ts'
import {
  OpcuaCertificateChanged,
  OpcuaClosed,
  type OpcuaError,
  OpcuaIdentityFailure,
  OpcuaRefused,
  OpcuaTimeout,
} from './opcua-error.ts'
import type { CertificateTrust, NodeAddress, NodeValue, OpcuaLine, OpcuaLogin, OpcuaPolicy } from './opcua-line.ts'
import { plainValue } from './opcua-value.ts'

export interface OpcuaLineOptions<E> {
  /** `opc.tcp://host:port…` */
  readonly url: string
  readonly policy: OpcuaPolicy
  /** null logs in as nobody */
  readonly login: OpcuaLogin | null
  readonly trust: CertificateTrust<E>
  /** PEM of the client's own key and certificate, made if it is not there; null makes one for this line only */
  readonly identityFile: string | null
  readonly timeoutMs: number
}

interface Connection {
  readonly client: OPCUAClient
  readonly session: ClientSession
  readonly certificate: string
  readonly namespaces: readonly string[]
  open: boolean
  /** told once when the connection breaks while a request is in flight */
  onClose: () => void
}

const APPLICATION_NAME = 'Commonwatt meter agent'
const APPLICATION_URI = 'urn:commonwatt:meter-agent'
/** Longer than any pause between two readings; what is left of a broken connection occupies the server as long. */
const SESSION_TIMEOUT_MS = 60_000
/** A good-bye that takes longer is not waited for. */
const FAREWELL_MS = 1_000
const KEY_BITS = 2_048
const ignore = (): void => undefined

type Library = typeof import('node-opcua-client')

/** Loaded with the first line: 0.3 s and 54 MB that an agent with a Modbus meter does not pay. */
const library = Effect.promise(() => {
  loading ??= import('node-opcua-client').then((loaded) => {
    loaded.setWarningLogger(ignore) // it would write to stdout; what matters reaches us through the promises
    loaded.setErrorLogger(ignore)
    // Its own package, asked for from where it stands: the client does not give it out.
    const require = createRequire(import.meta.resolve('node-opcua-client'))
    containTransport((require('node-opcua-transport') as { TCP_transport: typeof Object }).TCP_transport)
    return loaded
  })
  return loading
})
let loading: Promise<Library> | undefined

/**
 * A line to an OPC UA server, always signed and encrypted. Connects and logs in on the first request and again after
 * a loss or a time-out; ends with the scope. The library waits for ever while a connection is down, repairs it
 * behind our back, and accepts a changed certificate: so every call is raced with our own time-out, a broken
 * connection is dropped for a new one, and the certificate is checked here.
 */
export const openOpcua = <E>(options: OpcuaLineOptions<E>): Effect.Effect<OpcuaLine<E>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { url, login, trust, timeoutMs } = options
    const oneInFlight = yield* Semaphore.make(1)
    let identity: ClientIdentity | null = null
    let connection: Connection | null = null

    const within = <A>(request: string, call: () => Promise<A>): Effect.Effect<A, OpcuaTimeout | LibraryError> =>
      Effect.tryPromise({ try: call, catch: (cause) => new LibraryError(cause) }).pipe(
        Effect.timeoutOrElse({
          duration: timeoutMs,
          orElse: () => Effect.fail(new OpcuaTimeout({ url, request, timeoutMs })),
        }),
      )
    const drop = (): void => {
      if (connection === null) return
      connection.open = false
      abandon(connection.client)
      connection = null
    }
    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        if (connection === null) return Effect.void
        const { client, session } = connection
        connection = null
        return Effect.promise(() =>
          session
            .close(true)
            .then(() => client.disconnect())
            .catch(ignore),
        ).pipe(Effect.timeoutOrElse({ duration: FAREWELL_MS, orElse: () => Effect.sync(() => abandon(client)) }))
      }),
    )

    const openConnection: Effect.Effect<Connection, OpcuaError | E> = Effect.gen(function* () {
      if (connection?.open === true) return connection
      drop()
      const opcua = yield* library
      identity ??= yield* identityFrom(opcua, options.identityFile)
      const user = yield* userOf(opcua, login)
      const trusted = yield* trust.trusted
      let presented = ''
      const client = opcua.OPCUAClient.create({
        applicationName: APPLICATION_NAME,
        applicationUri: APPLICATION_URI,
        securityMode: opcua.MessageSecurityMode.SignAndEncrypt,
        securityPolicy: opcua.SecurityPolicy[options.policy],
        endpointMustExist: false, // a server behind a router knows another name of itself
        connectionStrategy: { maxRetry: 0 },
        keepPendingSessionsOnDisconnect: true, // so that leaving a dead server waits for nothing
        requestedSessionTimeout: SESSION_TIMEOUT_MS,
        certificateKeyPairProvider: providerOf(identity),
        clientCertificateManager: certificateCheck(opcua, (der) => {
          presented = createHash('sha256').update(der).digest('hex')
          return trusted === null || trusted === presented
        }),
      })
      const errorOf = (error: OpcuaTimeout | LibraryError): OpcuaError => {
        if (error instanceof OpcuaTimeout) return error
        if (trusted !== null && presented !== '' && presented !== trusted) {
          return new OpcuaCertificateChanged({ url, trusted, presented })
        }
        return refusalOf(url, error)
      }
      return yield* Effect.gen(function* () {
        yield* Effect.mapError(
          within('connect', () => client.connect(url)),
          errorOf,
        )
        if (trusted === null) yield* trust.trust(presented)
        const session = yield* Effect.mapError(
          within('login', () => client.createSession(user)),
          errorOf,
        )
        const namespaces = yield* Effect.mapError(
          within('namespaces', () => session.readNamespaceArray()),
          errorOf,
        )
        const fresh: Connection = { client, session, certificate: presented, namespaces, open: true, onClose: ignore }
        const broken = (): void => {
          fresh.open = false
          fresh.onClose()
        }
        client.on('connection_lost', broken)
        client.on('close', broken)
        session.on('session_closed', broken)
        connection = fresh
        return fresh
      }).pipe(Effect.onExit((exit) => Effect.sync(() => (exit._tag === 'Success' ? undefined : abandon(client)))))
    })

    const request = (at: Connection, nodes: readonly NodeAddress[]): Effect.Effect<readonly NodeValue[], OpcuaError> =>
      Effect.gen(function* () {
        const opcua = yield* library
        const wanted = nodes.map(({ namespaceUri, identifier }) => {
          const index = at.namespaces.indexOf(namespaceUri)
          return index < 0 ? null : { nodeId: `ns=${index};${identifier}`, attributeId: opcua.AttributeIds.Value }
        })
        const asked = wanted.filter((node) => node !== null)
        const lost = Effect.callback<never, OpcuaClosed>((resume) => {
          at.onClose = () => resume(Effect.fail(new OpcuaClosed({ url, detail: 'lost' })))
          if (!at.open) at.onClose()
        })
        const answers =
          asked.length === 0
            ? []
            : yield* Effect.raceFirst(
                within('read', () => at.session.read(asked)).pipe(
                  Effect.mapError((error) =>
                    error instanceof OpcuaTimeout ? error : new OpcuaClosed({ url, detail: error.message }),
                  ),
                ),
                lost,
              )
        if (answers.length !== asked.length) {
          const detail = `${answers.length} values for ${asked.length} nodes`
          return yield* new OpcuaClosed({ url, detail })
        }
        let next = 0
        return wanted.map((node): NodeValue => {
          const answer = node === null ? undefined : answers[next++]
          if (answer === undefined) return { status: 'absent', value: null, sourceTimeMs: null }
          const { statusCode, value, sourceTimestamp } = answer
          if (!statusCode.isGood()) {
            const absent = statusCode.name === 'BadNodeIdUnknown' || statusCode.name === 'BadNodeIdInvalid'
            return { status: absent ? 'absent' : 'bad', value: null, sourceTimeMs: null }
          }
          const scalar = value.arrayType === opcua.VariantArrayType.Scalar
          const plain = scalar ? plainValue({ type: opcua.DataType[value.dataType], value: value.value }) : null
          if (plain === null) return { status: 'bad', value: null, sourceTimeMs: null }
          return { status: 'good', value: plain, sourceTimeMs: sourceTimestamp?.getTime() ?? null }
        })
      }).pipe(Effect.onExit((exit) => Effect.sync(() => (exit._tag === 'Success' ? undefined : drop()))))

    return {
      connect: oneInFlight.withPermits(1)(Effect.map(openConnection, ({ certificate }) => certificate)),
      read: (nodes) => oneInFlight.withPermits(1)(Effect.flatMap(openConnection, (at) => request(at, nodes))),
    }
  })

/** What the library threw. */
class LibraryError {
  readonly message: string
  constructor(cause: unknown) {
    this.message = (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s*\n\s*/g, ' ').trim()
  }
}

/** Closes a connection without waiting for a server that may never answer. */
function abandon(client: OPCUAClient): void {
  client.disconnect().catch(ignore)
}

/** The library names status codes within its messages only. */
function refusalOf(url: string, error: LibraryError): OpcuaError {
  const detail = error.message
  if (/cannot find (?:an )?endpoint/i.test(detail)) {
    return new OpcuaRefused({ url, code: 'BadSecurityPolicyRejected', detail: 'it does not offer this encryption' })
  }
  if (/user token policy|token policy in end ?point/i.test(detail)) {
    return new OpcuaRefused({ url, code: 'BadIdentityTokenRejected', detail: 'it takes no such login' })
  }
  const code = /Bad(?:User|Identity|Security|Certificate|Session|TooMany)[A-Za-z]*/.exec(detail)?.[0]
  return code === undefined ? new OpcuaClosed({ url, detail }) : new OpcuaRefused({ url, code, detail })
}

type CertificateStore = NonNullable<OPCUAClientOptions['clientCertificateManager']>

/** A certificate store that asks one question: is this the server's? Our own certificate it takes as it is. */
function certificateCheck(opcua: Library, isTrusted: (der: Buffer) => boolean): CertificateStore {
  const done = () => Promise.resolve()
  const { Good, BadCertificateUntrusted } = opcua.StatusCodes
  return {
    referenceCounter: 0,
    initialize: done,
    dispose: done,
    checkCertificate: async (certificate: Buffer | Buffer[]) => {
      const der = Array.isArray(certificate) ? certificate[0] : certificate
      return der !== undefined && isTrusted(der) ? Good : BadCertificateUntrusted
    },
    verifyCertificate: () => Promise.resolve('Good'),
    getTrustStatus: () => Promise.resolve(Good),
    trustCertificate: done,
    rejectCertificate: done,
    addIssuer: done,
    addRevocationList: done,
  }
}

function providerOf({ privateKey, certificate }: ClientIdentity) {
  return {
    getCertificate: () => certificate,
    getCertificateChain: () => [certificate],
    getPrivateKey: () => ({ hidden: privateKey }),
  }
}

/** What a session is opened with. */
const userOf = (opcua: Library, login: OpcuaLogin | null): Effect.Effect<UserIdentityInfo, OpcuaIdentityFailure> => {
  const { UserTokenType, crypto_utils } = opcua
  if (login === null) return Effect.succeed({ type: UserTokenType.Anonymous })
  if ('user' in login) {
    return Effect.succeed({ type: UserTokenType.UserName, userName: login.user, password: login.password })
  }
  return Effect.map(
    identityStep(login.userFile, () => userIdentity(login.userFile)),
    ({ privateKey, certificate }) => ({
      type: UserTokenType.Certificate,
      certificateData: certificate,
      keyOperations: crypto_utils.keyOperationsFromPrivateKey({ hidden: privateKey }),
    }),
  )
}

const identityFrom = (opcua: Library, file: string | null): Effect.Effect<ClientIdentity, OpcuaIdentityFailure> =>
  identityStep(file ?? '(in memory)', async () =>
    file === null ? identityOf(await newIdentity(opcua)) : clientIdentity(file, () => newIdentity(opcua)),
  )

const identityStep = <A>(file: string, step: () => Promise<A>): Effect.Effect<A, OpcuaIdentityFailure> =>
  Effect.tryPromise({
    try: step,
    catch: (cause) =>
      cause instanceof OpcuaIdentityFailure ? cause : new OpcuaIdentityFailure({ file, detail: String(cause) }),
  })

/** A new RSA key and a self-signed certificate as OPC UA wants it, both as PEM. */
async function newIdentity(opcua: Library): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: KEY_BITS })
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const key = privateKey.export({ type: 'pkcs8', format: 'der' })
  const { cert } = await opcua.crypto_utils.createSelfSignedCertificate({
    privateKey: await webcrypto.subtle.importKey('pkcs8', key, algorithm, true, ['sign']),
    subject: `CN=${APPLICATION_NAME}`,
    applicationUri: APPLICATION_URI,
    notBefore: new Date(0), // whatever a device's clock says
    notAfter: new Date('2099-12-31T23:59:59Z'),
    purpose: opcua.crypto_utils.CertificatePurpose.ForApplication,
  })
  return `${privateKey.export({ type: 'pkcs8', format: 'pem' })}${cert}\n`
}
