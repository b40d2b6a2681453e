import { Effect, type Scope } from 'effect'
import type { AgentWatch, MqttBroker } from '#meter-agent/index.ts'
import type { Reading } from '#protocol/reading.ts'
import { reasonsOf, trustOf } from '#protocol/trust.ts'
import manifest from '../package.json' with { type: 'json' }
import { openMqttPublisher, type Publication } from './mqtt.ts'

/** Home Assistant's own default; it looks for devices below it. */
const DISCOVERY_PREFIX = 'homeassistant'

interface Sensor {
  readonly id: string
  readonly name: string
  readonly device_class?: string
  readonly state_class?: string
  readonly unit_of_measurement?: string
  readonly entity_category?: 'diagnostic'
}

/** What Home Assistant shows of a home. `id` is the field of the state that it takes. */
const sensors: readonly Sensor[] = [
  {
    id: 'importWh',
    name: 'Import',
    device_class: 'energy',
    state_class: 'total_increasing',
    unit_of_measurement: 'Wh',
  },
  {
    id: 'exportWh',
    name: 'Export',
    device_class: 'energy',
    state_class: 'total_increasing',
    unit_of_measurement: 'Wh',
  },
  { id: 'powerW', name: 'Power', device_class: 'power', state_class: 'measurement', unit_of_measurement: 'W' },
  { id: 'boughtWh', name: 'Bought ahead', state_class: 'measurement', unit_of_measurement: 'Wh' },
  { id: 'soldWh', name: 'Sold ahead', state_class: 'measurement', unit_of_measurement: 'Wh' },
  { id: 'quality', name: 'Quality', entity_category: 'diagnostic' },
  {
    id: 'trust',
    name: 'Trust',
    state_class: 'measurement',
    unit_of_measurement: '%',
    entity_category: 'diagnostic',
  },
  { id: 'link', name: 'Link to the meter', entity_category: 'diagnostic' },
  { id: 'readAt', name: 'Last reading', device_class: 'timestamp', entity_category: 'diagnostic' },
]

/** A home's state as it is published: null where it is not known. */
type State = Record<string, string | number | null>

/** Shows a home to Home Assistant by MQTT discovery, for as long as the scope is open. */
export const openHomeAssistant = (options: {
  readonly broker: MqttBroker
  readonly login: { readonly user: string; readonly password: string } | null
  readonly home: string
  readonly neighbourhood: string
}): Effect.Effect<AgentWatch, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { home } = options
    const state: State = Object.fromEntries(sensors.map(({ id }) => [id, null]))
    const availability = (payload: 'online' | 'offline'): Publication => ({
      topic: topicsOf(home).availability,
      payload,
      kept: true,
    })
    const stateNow = (): Publication => ({ topic: topicsOf(home).state, payload: JSON.stringify(state), kept: true })
    const { publish } = yield* openMqttPublisher({
      broker: options.broker,
      login: options.login,
      will: availability('offline'),
      greeting: () => [...discoveryOf(options), stateNow(), availability('online')],
    })
    const changed = (change: State) =>
      Effect.suspend(() => {
        Object.assign(state, change)
        return publish(stateNow())
      })
    return {
      polled: ({ reading, link }) => changed({ ...(reading === null ? {} : stateOf(reading)), link }),
      published: () => Effect.void,
      traded: () => Effect.void,
      held: ({ slots }) =>
        changed({
          boughtWh: slots.reduce((sum, { boughtWh }) => sum + boughtWh, 0),
          soldWh: slots.reduce((sum, { soldWh }) => sum + soldWh, 0),
        }),
    }
  })

const topicsOf = (home: string) => ({
  state: `commonwatt/${home}/state`,
  availability: `commonwatt/${home}/availability`,
})

/** The messages by which Home Assistant finds a home's sensors, one each. */
function discoveryOf(of: { readonly home: string; readonly neighbourhood: string }): readonly Publication[] {
  const { home, neighbourhood } = of
  const topics = topicsOf(home)
  const device = {
    identifiers: [`commonwatt_${neighbourhood}_${home}`],
    name: `Commonwatt ${home}`,
    manufacturer: 'Commonwatt',
    model: 'Meter agent',
    sw_version: manifest.version,
  }
  return sensors.map(({ id, ...sensor }) => ({
    topic: `${DISCOVERY_PREFIX}/sensor/commonwatt_${neighbourhood}_${home}/${id}/config`,
    payload: JSON.stringify({
      ...sensor,
      unique_id: `commonwatt_${neighbourhood}_${home}_${id}`,
      state_topic: topics.state,
      value_template: `{{ value_json.${id} }}`,
      availability_topic: topics.availability,
      payload_available: 'online',
      payload_not_available: 'offline',
      device,
      origin: { name: 'Commonwatt', sw_version: manifest.version },
    }),
    kept: true,
  }))
}

function stateOf({ importWh, exportWh, powerW, quality, timeMs }: Reading): State {
  const reasons = reasonsOf(quality)
  return {
    importWh,
    exportWh,
    powerW,
    quality: reasons.length === 0 ? 'good' : reasons.join(', '),
    trust: Math.round(100 * trustOf(quality)),
    readAt: new Date(timeMs).toISOString(),
  }
}
