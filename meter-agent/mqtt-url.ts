import { Data, Effect } from 'effect'

/** Where an MQTT broker answers. */
export interface MqttBroker {
  readonly scheme: 'mqtt' | 'mqtts'
  readonly host: string
  readonly port: number
}

/** Where a device publishes, and the profile that says what. */
export interface MqttUrl {
  readonly broker: MqttBroker
  /** the device's own topic, which stands for `{device}` in its profile */
  readonly device: string
  readonly profile: string
}

/** An MQTT address that cannot be used: which part, what stood there, what would be right. A password is not repeated. */
export class BadMqttUrl extends Data.TaggedError('BadMqttUrl')<{
  readonly url: string
  readonly field: 'url' | 'scheme' | 'login' | 'host' | 'port' | 'topic' | 'query' | 'profile'
  readonly value: string
  readonly expected: string
}> {
  override get message(): string {
    return `${this.field} "${this.value}" in "${this.url}": ${this.expected}`.replace(/\p{Cc}/gu, '\ufffd')
  }
}

const EXAMPLE = 'like mqtt://192.168.1.20:1883/TOPIC?profile=tasmota'
const PORTS = { mqtt: 1883, mqtts: 8883 } as const

type Refuse = (field: BadMqttUrl['field'], value: string, expected: string) => BadMqttUrl

/** Reads `mqtt://host[:port]/topic?profile=NAME`, or `mqtts://…`; port 1883 or 8883 if left out. Throws BadMqttUrl. */
export function parseMqttUrl(text: string): MqttUrl {
  const { url, broker, refuse } = parse(text)
  const device = topicIn(url, refuse)
  for (const key of url.searchParams.keys()) {
    if (key !== 'profile') throw refuse('query', key, 'only profile=')
  }
  const profiles = url.searchParams.getAll('profile')
  const [profile = ''] = profiles
  if (profiles.length !== 1 || profile === '') {
    throw refuse('profile', profiles.join(', '), `the name of one profile or its JSON file, ${EXAMPLE}`)
  }
  return { broker, device, profile }
}

/** Reads `mqtt://host[:port]` or `mqtts://…`, with nothing behind it. Throws BadMqttUrl. */
export function parseMqttBroker(text: string): MqttBroker {
  const { url, broker, refuse } = parse(text)
  if (url.pathname !== '' && url.pathname !== '/') throw refuse('topic', url.pathname, 'nothing behind the broker')
  if (url.search !== '') throw refuse('query', url.search, 'nothing behind the broker')
  return broker
}

function parse(text: string): { readonly url: URL; readonly broker: MqttBroker; readonly refuse: Refuse } {
  const bare = text.replace(/^([^/]*\/\/)[^/?#]*@/, '$1…@')
  const refuse: Refuse = (field, value, expected) => new BadMqttUrl({ url: bare, field, value, expected })
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) throw refuse('url', bare, `an address ${EXAMPLE}`)
  if (scheme !== 'mqtt' && scheme !== 'mqtts') throw refuse('scheme', scheme, 'mqtt, or mqtts for TLS')
  if (bare !== text) {
    throw refuse(
      'login',
      '…',
      'no user and no password in an address, where others can read them: they are flags of their own',
    )
  }
  if (!URL.canParse(text)) throw refuse('url', bare, `an address ${EXAMPLE}, the port at most 65535`)
  const url = new URL(text)
  if (!/^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])$/i.test(url.hostname)) {
    throw refuse('host', url.hostname, 'a host name, an IPv4 address or an IPv6 address in brackets')
  }
  const port = url.port === '' ? PORTS[scheme] : Number(url.port)
  if (port < 1) throw refuse('port', url.port, 'a port from 1 to 65535')
  if (url.hash !== '') throw refuse('url', url.hash, 'no fragment; # and + in a topic would mean several devices')
  return { url, broker: { scheme, host: url.hostname.replace(/^\[|\]$/g, ''), port }, refuse }
}

/** No topic of a device is longer. */
const TOPIC_LENGTH_MAX = 120

function topicIn({ pathname }: URL, refuse: Refuse): string {
  const encoded = pathname.slice(1)
  let topic: string
  try {
    topic = decodeURIComponent(encoded)
  } catch {
    throw refuse('topic', encoded, 'a topic, percent-encoded where it has to be')
  }
  if (topic === '' || topic.length > TOPIC_LENGTH_MAX) {
    throw refuse(
      'topic',
      topic.slice(0, TOPIC_LENGTH_MAX),
      `the device's topic, at most ${TOPIC_LENGTH_MAX} characters, ${EXAMPLE}`,
    )
  }
  if (/[+#{}$\p{Cc}]|^\/|\/$|\/\//u.test(topic)) {
    throw refuse('topic', topic, 'the topic of one device: no +, #, $, { or }, and no empty level')
  }
  return topic
}

/** A broker as it is named to people. */
export const brokerName = ({ host, port }: MqttBroker): string => `${host}:${port}`

/** Parses the address of a device that publishes by MQTT, as an effect. */
export const mqttUrl = (url: string): Effect.Effect<MqttUrl, BadMqttUrl> =>
  Effect.try({
    try: () => parseMqttUrl(url),
    catch: (cause) => {
      if (cause instanceof BadMqttUrl) return cause
      throw cause
    },
  })
