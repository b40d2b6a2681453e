import { BadProfile, valueAt } from './bad-profile.ts'
import { UNITS } from './modbus-profile.ts'
import type { MqttProfile } from './mqtt-profile.ts'
import { type Base, type Path, roleFaults } from './role-faults.ts'

/** More than any device publishes about a home. */
const VALUES_MAX = 128
const MESSAGES_MAX = 32

/** What is wrong with an MQTT profile that its schema lets pass: names that lead nowhere, units that do not fit. */
export function mqttProfileFaults(name: string, profile: MqttProfile): readonly BadProfile[] {
  const { messages, values, derived = {} } = profile
  const faults: BadProfile[] = []
  const refuse = (path: Path, expected: string): void => {
    const field = path.join('.')
    faults.push(new BadProfile({ profile: name, field, value: valueAt(profile, path), expected }))
  }
  const baseOf = (id: string): Base | undefined => {
    const value = Object.hasOwn(values, id) ? values[id] : undefined
    if (value !== undefined) return value.type === 'text' ? 'text' : UNITS[value.unit].base
    const [operand = ''] = Object.hasOwn(derived, id) ? (derived[id]?.of ?? []) : []
    return Object.hasOwn(values, operand) ? baseOf(operand) : undefined
  }
  const named = (path: Path, id: string | undefined, ...allowed: readonly Base[]): void => {
    if (id === undefined) return
    const base = baseOf(id)
    if (base === undefined) refuse(path, 'the name of a value or derived value')
    else if (!allowed.includes(base)) refuse(path, `a value in ${allowed.join(' or ')}, which this is not (${base})`)
  }

  if (Object.keys(values).length > VALUES_MAX) refuse(['values'], `at most ${VALUES_MAX} values`)
  if (Object.keys(messages).length > MESSAGES_MAX) refuse(['messages'], `at most ${MESSAGES_MAX} messages`)
  for (const [id, { message, type, unit }] of Object.entries(values)) {
    if (!Object.hasOwn(messages, message)) refuse(['values', id, 'message'], 'the name of a message')
    if (type === 'text' && unit !== 'none') refuse(['values', id, 'unit'], '"none"')
  }
  for (const [id, { is, of }] of Object.entries(derived)) {
    if (Object.hasOwn(values, id)) refuse(['derived', id], 'a name that no value has')
    if (is === 'turned' ? of.length !== 1 : of.length < 2) {
      refuse(['derived', id, 'of'], is === 'turned' ? 'one name' : 'two names or more')
    }
    const [first = ''] = of
    for (const [i, operand] of of.entries()) {
      if (!Object.hasOwn(values, operand)) refuse(['derived', id, 'of', i], 'the name of a value')
      else if (baseOf(operand) === 'text' || baseOf(operand) !== baseOf(first)) {
        refuse(['derived', id, 'of', i], `a number in the unit of ${first}`)
      }
    }
  }
  for (const [field, from] of Object.entries(profile.device)) {
    if ((from.value === undefined) === (from.text === undefined)) refuse(['device', field], 'either "value" or "text"')
    if (from.value !== undefined && baseOf(from.value) === undefined) {
      refuse(['device', field, 'value'], 'the name of a value')
    }
  }
  for (const [i, test] of profile.tests.entries()) {
    for (const message of Object.keys(test.messages)) {
      if (!Object.hasOwn(messages, message)) refuse(['tests', i, 'messages', message], 'the name of a message')
    }
  }
  roleFaults(profile, { named, refuse })
  return faults
}
