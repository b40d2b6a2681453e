import { Schema } from 'effect'
import { JSON_PATH } from './json-path.ts'
import { Derived, profileHead, roles, testExpects, UNITS } from './modbus-profile.ts'
import { Id } from './profile-fields.ts'

const Path = Schema.String.check(Schema.isPattern(JSON_PATH.pattern, { message: JSON_PATH.message }))

/** What stands in a profile's topics for the topic that a device is addressed by. */
const DEVICE = '{device}'

const Topic = Schema.String.check(
  Schema.isPattern(/^(?:[^{}+#\p{Cc}]{0,120})\{device\}(?:[^{}+#\p{Cc}]{0,120})$/u, {
    message: `a topic without + and #, with ${DEVICE} once, like "tele/${DEVICE}/SENSOR"`,
  }),
)

const ms = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

const Message = Schema.Struct({
  topic: Topic.annotate({ description: `${DEVICE} stands for the topic of the device, as its address has it` }),
  has: Schema.optionalKey(
    Path.annotate({ description: 'what tells this message from others of its topic: something stands at this path' }),
  ),
  time: Schema.optionalKey(
    Schema.Struct({ path: Path, in: Schema.Literals(['s', 'ms']) }).annotate({
      description: 'when the device took the values: Unix time, in seconds or milliseconds',
    }),
  ),
})

const Value = Schema.Struct({
  message: Id.annotate({ description: 'name of the message that has it' }),
  path: Schema.Union([Path, Schema.Array(Path).check(Schema.isBetweenLength(1, 16))]).annotate({
    description: 'where it stands; of several paths the one that leads somewhere, and two that do are refused',
  }),
  type: Schema.optionalKey(Schema.Literals(['number', 'text']).annotate({ description: 'number if left out' })),
  unit: Schema.Literals(['W', 'kW', 'Wh', 'kWh', 'V', 'A', 'Hz', 'percent', 'ratio', 'none']),
  scale: Schema.optionalKey(
    Schema.Finite.check(Schema.isGreaterThan(0)).annotate({ description: 'what the number is multiplied by' }),
  ),
  counter: Schema.optionalKey(
    Schema.Struct({ resettable: Schema.Boolean.annotate({ description: 'whether somebody can set it to 0' }) }),
  ),
  note: Schema.optionalKey(Schema.String),
})

const Text = Schema.Struct({ value: Schema.optionalKey(Id), text: Schema.optionalKey(Schema.String) }).annotate({
  description: 'either the value that holds it, or the text itself',
})

const MqttTest = Schema.Struct({
  name: testExpects.name,
  messages: Schema.Record(Id, Schema.Json.annotate({ description: 'the payload, as JSON' })),
  expected: testExpects.expected,
})

/** The JSON of a profile of devices that publish by MQTT: in which topics and where in them a home's values stand. */
export const MqttProfileJson = Schema.Struct({
  ...profileHead,
  kind: Schema.Literal('mqtt'),
  silenceMs: ms(1_000, 3_600_000).annotate({ description: 'no device of the family is quiet for longer' }),
  freshMs: ms(100, 600_000).annotate({ description: 'messages that come further apart do not belong together' }),
  messages: Schema.Record(Id, Message),
  values: Schema.Record(Id, Value),
  derived: Schema.optionalKey(Schema.Record(Id, Derived)),
  device: Schema.Struct({
    manufacturer: Schema.optionalKey(Text),
    model: Schema.optionalKey(Text),
    serial: Schema.optionalKey(Text),
    firmware: Schema.optionalKey(Text),
  }),
  ...roles,
  tests: Schema.Array(MqttTest).check(Schema.isBetweenLength(1, 64)),
}).annotate({
  title: 'Commonwatt MQTT profile',
  description: 'Where a family of devices publishes what a home measures. docs/profiles.md says how to write one.',
})
export type MqttProfile = typeof MqttProfileJson.Type
export type MqttValue = typeof Value.Type

/** The topic of a message, for one device. */
export const topicOf = (topic: string, device: string): string => topic.split(DEVICE).join(device)

/** What makes a value's number one of its base unit: W, Wh, V, A, Hz or percent. */
export const factorOf = ({ unit, scale = 1 }: MqttValue): number => UNITS[unit].factor * scale
