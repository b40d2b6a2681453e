import { atJsonPath } from '../profiles/json-path.ts'
import { type MqttProfile, topicOf } from '../profiles/mqtt-profile.ts'
import { BadMqttMessage } from './bad-message.ts'
import { type NamedMessage, PAYLOAD_BYTES_MAX, payloadJson } from './read-message.ts'

/** A message as it came. */
export interface ArrivedMessage {
  readonly topic: string
  /** null where it is longer than any that is read */
  readonly payload: string | null
  readonly payloadBytes: number
  /** whether the broker had kept it, so that nobody knows how old it is */
  readonly retained: boolean
  /** monotonic time */
  readonly arrivedMs: number
}

/** Messages that belong together, and when the device took their values (Unix ms), where it says so. */
export interface GatheredMessages {
  readonly messages: readonly NamedMessage[]
  readonly timeMs: number | null
}

/** A time stamp further behind our clock is that of a message that lay somewhere. */
const OLD_MS = 60_000

interface Kept extends NamedMessage {
  readonly arrivedMs: number
  readonly timeMs: number | null
}

/**
 * Gathers one device's messages until those that are `needed` are all there, none of them further from the newest than the
 * profile allows. Others go with them if they are as fresh.
 */
export class MessageSet {
  readonly #profile: MqttProfile
  readonly #device: string
  readonly #needed: ReadonlySet<string>
  readonly #kept = new Map<string, Kept>()
  readonly #lastTimeMs = new Map<string, number>()

  constructor(profile: MqttProfile, options: { readonly device: string; readonly needed: ReadonlySet<string> }) {
    this.#profile = profile
    this.#device = options.device
    this.#needed = options.needed
  }

  /** Takes what came; the set if it completes it, and then begins anew. Throws BadMqttMessage. */
  take(arrived: ArrivedMessage, now: { readonly wallMs: number }): GatheredMessages | null {
    const { topic, payload, arrivedMs } = arrived
    if (arrived.retained) return null
    const named = Object.entries(this.#profile.messages).filter(
      ([, message]) => topicOf(message.topic, this.#device) === topic,
    )
    if (named.length === 0) return null
    if (payload === null) {
      const detail = `${arrived.payloadBytes} bytes, and at most ${PAYLOAD_BYTES_MAX} are read`
      throw new BadMqttMessage({ topic, path: '$', detail })
    }
    const json = payloadJson(topic, payload)
    let isNew = false
    for (const [message, { has, time }] of named) {
      if (has !== undefined && (atJsonPath(json, has) ?? null) === null) continue
      const timeMs = time === undefined ? null : timeOf({ topic, json, ...time, wallMs: now.wallMs })
      if (timeMs !== null && timeMs === this.#lastTimeMs.get(message)) continue // the same one, delivered again
      if (timeMs !== null) this.#lastTimeMs.set(message, timeMs)
      this.#kept.set(message, { message, payload, arrivedMs, timeMs })
      isNew ||= this.#needed.has(message)
    }
    for (const [message, kept] of this.#kept) {
      if (arrivedMs - kept.arrivedMs > this.#profile.freshMs) this.#kept.delete(message)
    }
    return isNew && [...this.#needed].every((message) => this.#kept.has(message)) ? this.#gathered() : null
  }

  #gathered(): GatheredMessages {
    const kept = [...this.#kept.values()]
    this.#kept.clear()
    const times = kept.filter(({ message }) => this.#needed.has(message)).map(({ timeMs }) => timeMs)
    const known = times.filter((timeMs) => timeMs !== null)
    return {
      messages: kept.map(({ message, payload }) => ({ message, payload })).sort(byName),
      timeMs: known.length === times.length ? Math.min(...known) : null,
    }
  }
}

const byName = (one: NamedMessage, other: NamedMessage) => (one.message < other.message ? -1 : 1)

/** When the device took a message's values; null where the message does not say so. */
function timeOf(from: {
  readonly topic: string
  readonly json: unknown
  readonly path: string
  readonly in: 's' | 'ms'
  readonly wallMs: number
}): number | null {
  const { topic, path } = from
  const said = atJsonPath(from.json, path) ?? null
  if (said === null) return null
  const timeMs = typeof said === 'number' ? Math.floor(from.in === 's' ? said * 1_000 : said) : Number.NaN
  if (!Number.isSafeInteger(timeMs)) {
    throw new BadMqttMessage({
      topic,
      path,
      detail: `a Unix time is expected, not ${String(JSON.stringify(said)).slice(0, 40)}`,
    })
  }
  const behindMs = from.wallMs - timeMs
  if (behindMs > OLD_MS) {
    const detail = `of ${Math.floor(behindMs / 1_000)} s ago: an old message, or the device's clock is behind`
    throw new BadMqttMessage({ topic, path, detail })
  }
  return timeMs
}
