import { createHash } from 'node:crypto'
import { Effect, type Scope, Semaphore } from 'effect'
import type { ClientIdentity } from './client-identity.ts'
import { LibraryError, refusalOf } from './library-error.ts'
import { type ClientSession, type DataValue, type Library, library, type OPCUAClient } from './node-opcua.ts'
import { nodeValue } from './node-value.ts'
import { OpcuaCertificateChanged, OpcuaClosed, type OpcuaError, OpcuaTimeout } from './opcua-error.ts'
import { APPLICATION_NAME, APPLICATION_URI, identityFrom, userOf } from './opcua-identities.ts'
import type { CertificateTrust, NodeAddress, NodeValue, OpcuaLine, OpcuaLogin, OpcuaPolicy } from './opcua-line.ts'
import { type OpcuaSubscription, subscribe } from './opcua-subscription.ts'
import { certificateCheck } from './server-certificate.ts'

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
  subscription: OpcuaSubscription | null
}

/** Longer than any pause between two readings; what is left of a broken connection occupies the server as long. */
const SESSION_TIMEOUT_MS = 60_000
/** A good-bye that takes longer is not waited for. */
const FAREWELL_MS = 1_000
const ignore = (): void => undefined

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

    const within = <A>(
      request: string,
      call: () => Promise<A>,
      mostMs = timeoutMs,
    ): Effect.Effect<A, OpcuaTimeout | LibraryError> =>
      Effect.tryPromise({ try: call, catch: (cause) => new LibraryError(cause) }).pipe(
        Effect.timeoutOrElse({
          duration: mostMs,
          orElse: () => Effect.fail(new OpcuaTimeout({ url, request, timeoutMs: mostMs })),
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
        const fresh: Connection = {
          client,
          session,
          certificate: presented,
          namespaces,
          open: true,
          onClose: ignore,
          subscription: null,
        }
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

    /** One answer of an open connection; without it the connection is given up. */
    const answered = <A>(at: Connection, what: string, ask: () => Promise<A>, mostMs = timeoutMs) => {
      const lost = Effect.callback<never, OpcuaClosed>((resume) => {
        at.onClose = () => resume(Effect.fail(new OpcuaClosed({ url, detail: 'lost' })))
        if (!at.open) at.onClose()
      })
      return Effect.raceFirst(
        within(what, ask, mostMs).pipe(
          Effect.mapError((error) =>
            error instanceof OpcuaTimeout ? error : new OpcuaClosed({ url, detail: error.message }),
          ),
        ),
        lost,
      ).pipe(Effect.onExit((exit) => Effect.sync(() => (exit._tag === 'Success' ? undefined : drop()))))
    }
    /** What each node said, from the answers of those whose namespace the server has. */
    const valuesOf = (
      opcua: Library,
      nodeIds: readonly (string | null)[],
      answers: readonly (DataValue | undefined)[],
    ): readonly NodeValue[] => {
      let next = 0
      return nodeIds.map((nodeId) => nodeValue(opcua, nodeId === null ? undefined : answers[next++]))
    }
    const read = (at: Connection, nodes: readonly NodeAddress[]): Effect.Effect<readonly NodeValue[], OpcuaError> =>
      Effect.gen(function* () {
        const opcua = yield* library
        const nodeIds = nodeIdsOf(at, nodes)
        const asked = nodeIds.filter((nodeId) => nodeId !== null)
        const items = asked.map((nodeId) => ({ nodeId, attributeId: opcua.AttributeIds.Value }))
        const answers = asked.length === 0 ? [] : yield* answered(at, 'read', () => at.session.read(items))
        if (answers.length !== asked.length) {
          drop()
          return yield* new OpcuaClosed({ url, detail: `${answers.length} values for ${asked.length} nodes` })
        }
        return valuesOf(opcua, nodeIds, answers)
      })
    const watch = (at: Connection, nodes: readonly NodeAddress[], everyMs: number) =>
      Effect.gen(function* () {
        const opcua = yield* library
        const nodeIds = nodeIdsOf(at, nodes)
        const asked = nodeIds.filter((nodeId) => nodeId !== null)
        if (asked.length === 0) return valuesOf(opcua, nodeIds, [])
        const question = `${everyMs} ${asked.join(' ')}`
        if (at.subscription?.question !== question) {
          const ended = (): void => {
            at.open = false
            at.onClose()
          }
          at.subscription = yield* answered(at, 'subscribe', () =>
            subscribe(opcua, at.session, { question, nodeIds: asked, everyMs, ended }),
          )
        }
        const { next, silenceMs } = at.subscription
        return valuesOf(opcua, nodeIds, yield* answered(at, 'publication', next, silenceMs + timeoutMs))
      })

    return {
      connect: oneInFlight.withPermits(1)(Effect.map(openConnection, ({ certificate }) => certificate)),
      read: (nodes) => oneInFlight.withPermits(1)(Effect.flatMap(openConnection, (at) => read(at, nodes))),
      watch: (nodes, everyMs) =>
        oneInFlight.withPermits(1)(Effect.flatMap(openConnection, (at) => watch(at, nodes, everyMs))),
    }
  })

/** The nodes' names on this server; null where it has no such namespace. */
function nodeIdsOf({ namespaces }: Connection, nodes: readonly NodeAddress[]): (string | null)[] {
  return nodes.map(({ namespaceUri, identifier }) => {
    const index = namespaces.indexOf(namespaceUri)
    return index < 0 ? null : `ns=${index};${identifier}`
  })
}

/** Closes a connection without waiting for a server that may never answer. */
function abandon(client: OPCUAClient): void {
  client.disconnect().catch(ignore)
}

function providerOf({ privateKey, certificate }: ClientIdentity) {
  return {
    getCertificate: () => certificate,
    getCertificateChain: () => [certificate],
    getPrivateKey: () => ({ hidden: privateKey }),
  }
}
