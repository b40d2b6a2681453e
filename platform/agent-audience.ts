import { Console, Effect, Option, type Scope } from 'effect'
import { type AgentWatch, BadMqttUrl, type MqttBroker, parseMqttBroker, watchedBy } from '#meter-agent/index.ts'
import { BadInput } from './bad-input.ts'
import { loginBy } from './login-by.ts'
import { metricsAddress, serveMetrics } from './serve-metrics.ts'

/** Who is to see what an agent does. */
interface Audience {
  readonly homeAssistant: {
    readonly broker: MqttBroker
    readonly login: { readonly user: string; readonly password: string } | null
  } | null
  readonly metrics: { readonly host: string; readonly port: number } | null
}

/** Who is to see an agent, as its flags say. Fails with BadInput on what cannot be used. */
export const audienceOf = (flags: {
  readonly homeAssistant: Option.Option<string>
  readonly brokerUser: Option.Option<string>
  readonly brokerPasswordFile: Option.Option<string>
  readonly metrics: Option.Option<string>
}): Effect.Effect<Audience, BadInput> =>
  Effect.gen(function* () {
    const url = Option.getOrUndefined(flags.homeAssistant)
    const login = yield* loginBy({
      user: flags.brokerUser,
      passwordFile: flags.brokerPasswordFile,
      names: ['broker-user', 'broker-password-file'],
    })
    if (url === undefined && login !== undefined) {
      return yield* new BadInput({ detail: '--broker-user goes with --home-assistant' })
    }
    const metrics = Option.getOrUndefined(flags.metrics)
    return {
      homeAssistant: url === undefined ? null : { broker: yield* brokerOf(url), login: login ?? null },
      metrics: metrics === undefined ? null : yield* metricsAddress(metrics),
    }
  })

/** Lets them see it, for as long as the scope is open. */
export const openAudience = (
  { homeAssistant, metrics }: Audience,
  of: { readonly home: string; readonly neighbourhood: string },
): Effect.Effect<AgentWatch, BadInput, Scope.Scope> =>
  Effect.gen(function* () {
    const watches: AgentWatch[] = []
    // Loaded only for who asked for it: an agent is small.
    if (homeAssistant !== null) {
      const { openHomeAssistant } = yield* Effect.promise(() => import('./home-assistant.ts'))
      watches.push(yield* openHomeAssistant({ ...homeAssistant, ...of }))
    }
    if (metrics !== null) {
      const { agentMetrics } = yield* Effect.promise(() => import('./agent-metrics.ts'))
      const { watch, text } = agentMetrics()
      const url = yield* serveMetrics({ ...metrics, text })
      yield* Console.log(`Commonwatt: metrics at ${url}`)
      watches.push(watch)
    }
    return watchedBy(watches)
  })

const brokerOf = (url: string): Effect.Effect<MqttBroker, BadInput> =>
  Effect.try({
    try: () => parseMqttBroker(url),
    catch: (cause) => {
      if (cause instanceof BadMqttUrl) return new BadInput({ detail: `--home-assistant: ${cause.message}` })
      throw cause
    },
  })
