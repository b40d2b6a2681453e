import type { ProfileValues } from '../profiles/decode-values.ts'
import { withDerived } from '../profiles/decode-values.ts'
import { atJsonPath } from '../profiles/json-path.ts'
import { factorOf, type MqttProfile, type MqttValue, topicOf } from '../profiles/mqtt-profile.ts'
import type { ProfileValue } from '../profiles/register-value.ts'
import { BadMqttMessage } from './bad-message.ts'

/** A message that a profile has a name for. */
export interface NamedMessage {
  readonly message: string
  readonly payload: string
}

/** Longer payloads are no measurements. */
export const PAYLOAD_BYTES_MAX = 64 * 1_024
/** A number beyond this is none that a home measures; below it every whole Wh can be told from its neighbours. */
const LARGEST = 1e15
const TEXT_MAX = 256
/** Digits that a scaled number keeps: a double's, without the noise that 0.1 + 0.2 has. */
const DIGITS = 15

/** The JSON in a payload. Throws BadMqttMessage. */
export function payloadJson(topic: string, payload: string): unknown {
  try {
    return JSON.parse(payload)
  } catch {
    throw new BadMqttMessage({ topic, path: '$', detail: `no JSON, but ${shown(payload)}` })
  }
}

/**
 * The values in a device's messages, by name, with those derived from them; of the values in `only`, if it is given. What a
 * message does not have, or has as null, is not available. Throws BadMqttMessage.
 */
export function readMessages(
  profile: MqttProfile,
  options: {
    readonly device: string
    readonly messages: readonly NamedMessage[]
    readonly only?: ReadonlySet<string>
  },
): ProfileValues {
  const { device, messages, only } = options
  const documents = new Map(
    messages.map(({ message, payload }) => {
      const topic = topicOf(profile.messages[message]?.topic ?? message, device)
      return [message, { topic, json: payloadJson(topic, payload) }]
    }),
  )
  const values: Record<string, ProfileValue> = {}
  for (const [id, value] of Object.entries(profile.values)) {
    const document = only === undefined || only.has(id) ? documents.get(value.message) : undefined
    values[id] = document === undefined ? null : valueIn(document, value)
  }
  return withDerived(values, profile.derived)
}

function valueIn({ topic, json }: { readonly topic: string; readonly json: unknown }, value: MqttValue): ProfileValue {
  const paths = typeof value.path === 'string' ? [value.path] : value.path
  const found = paths
    .map((path) => ({ path, said: atJsonPath(json, path) }))
    .filter(({ said }) => said !== undefined && said !== null)
  const [first, second] = found
  if (first === undefined) return null
  const { path, said } = first
  const refuse = (detail: string) => new BadMqttMessage({ topic, path, detail })
  if (second !== undefined) throw refuse(`there is a value at ${second.path}, too, and only one can be meant`)
  if (value.type === 'text') {
    if (typeof said !== 'string' || said.length > TEXT_MAX)
      throw refuse(`a short text is expected, not ${kindOf(said)}`)
    return said
  }
  if (typeof said !== 'number') throw refuse(`a number is expected, not ${kindOf(said)}`)
  const scaled = said * factorOf(value)
  if (!(Math.abs(scaled) <= LARGEST)) throw refuse(`a number of up to ${LARGEST} is expected, not ${said}`)
  return scaled === 0 ? 0 : Number(scaled.toPrecision(DIGITS))
}

function kindOf(said: unknown): string {
  if (Array.isArray(said)) return `a list of ${said.length}`
  return typeof said === 'object' ? 'an object' : shown(JSON.stringify(said))
}

const shown = (text: string): string =>
  text === '' ? 'nothing' : text.length > 40 ? `${text.slice(0, 40)}… (${text.length} characters)` : text
