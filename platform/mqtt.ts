import { randomBytes } from 'node:crypto'
import { Effect, type Scope } from 'effect'
import { brokerName, type MqttBroker } from '#meter-agent/index.ts'

/** A message to everybody who wants it. */
export interface Publication {
  readonly topic: string
  readonly payload: string
  /** whether the broker keeps it for those who come later */
  readonly kept: boolean
}

/** A connection to a broker that comes back by itself. */
export interface MqttPublisher {
  /** Publishes, if the broker is there; what it misses is told anew by `greeting` when it is back. */
  readonly publish: (publication: Publication) => Effect.Effect<void>
}

const RECONNECT_MS = 5_000
const CONNECT_TIMEOUT_MS = 5_000
/** How long a farewell may take. */
const FAREWELL_MS = 1_000

/**
 * Publishes at a broker until the scope closes. `greeting` is said at each connection; `will` is what the broker says when
 * we are gone without having said it ourselves. Trouble is logged once until it is over.
 */
export const openMqttPublisher = (options: {
  readonly broker: MqttBroker
  readonly login: { readonly user: string; readonly password: string } | null
  readonly will: Publication
  readonly greeting: () => readonly Publication[]
}): Effect.Effect<MqttPublisher, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { broker, login, will, greeting } = options
    const name = brokerName(broker)
    const { default: mqtt } = yield* Effect.promise(() => import('mqtt')) // only who publishes pays for it
    const log = Effect.runForkWith(yield* Effect.context<never>())
    const client = mqtt.connect({
      protocol: broker.scheme,
      host: broker.host,
      port: broker.port,
      clientId: `commonwatt-${randomBytes(6).toString('hex')}`,
      ...(login === null ? {} : { username: login.user, password: login.password }),
      clean: true,
      reconnectPeriod: RECONNECT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      queueQoSZero: false, // states are soon old
      will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: will.kept },
    })
    const send = ({ topic, payload, kept }: Publication): void => {
      if (client.connected) client.publish(topic, payload, { qos: 0, retain: kept })
    }
    let trouble: string | null = null
    client.on('connect', () => {
      trouble = null
      log(Effect.logInfo(`publishing at the MQTT broker ${name}`))
      for (const publication of greeting()) send(publication)
    })
    client.on('error', (error) => {
      const detail = error.message || String(error)
      if (detail !== trouble) log(Effect.logWarning(`MQTT broker ${name}: ${detail}; it is tried again`))
      trouble = detail
    })
    yield* Effect.addFinalizer(() =>
      Effect.callback<void>((resume) => {
        const end = (): void => void client.end(!client.connected, () => resume(Effect.void))
        if (client.connected) client.publish(will.topic, will.payload, { qos: 1, retain: will.kept }, end)
        else end()
      }).pipe(Effect.timeoutOption(FAREWELL_MS), Effect.andThen(Effect.sync(() => client.end(true)))),
    )
    return { publish: (publication) => Effect.sync(() => send(publication)) }
  })
