import { Effect } from 'effect'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runProfileTests } from '#meter-agent/profiles/expected-values.ts'
import { atJsonPath } from '#meter-agent/profiles/json-path.ts'
import { lintProfile } from '#meter-agent/profiles/lint-profile.ts'
import { builtInMqttProfiles } from '#meter-agent/profiles/load-mqtt-profile.ts'
import { loadProfile, profileJson } from '#meter-agent/profiles/load-profile.ts'

describe('a built-in MQTT profile', () => {
  it.each(builtInMqttProfiles())('%s is right, and its own tests hold', async (name) => {
    const faults = lintProfile(name, await Effect.runPromise(profileJson(name)))
    expect(faults.map(({ message }) => message)).toEqual([])
    const profile = await Effect.runPromise(loadProfile(name))
    expect([profile.profile, 'kind' in profile]).toEqual([name, true])
    expect(runProfileTests(profile)).toEqual([])
  })
})

/** A small device's profile, with some of its fields replaced. */
const published = (change: Readonly<Record<string, unknown>> = {}) => {
  const profile = {
    kind: 'mqtt',
    profile: 'mine',
    title: 'A meter',
    source: 'what it published',
    silenceMs: 60_000,
    freshMs: 1_000,
    messages: { all: { topic: '{device}' } },
    values: {
      power: { message: 'all', path: '$.p', unit: 'kW' },
      import: { message: 'all', path: '$.in', unit: 'kWh', counter: { resettable: false } },
      export: { message: 'all', path: '$.out', unit: 'Wh', scale: 0.1, counter: { resettable: false } },
      serial: { message: 'all', path: "$['id no']", type: 'text', unit: 'none' },
    },
    device: { manufacturer: { text: 'Me' }, serial: { value: 'serial' } },
    grid: {
      powerW: { value: 'power', sign: 'turned' },
      importWh: 'import',
      exportWh: 'export',
      voltageV: [],
      currentA: [],
    },
    tests: [
      {
        name: 'export',
        messages: { all: { p: 0.412, in: 5.001, out: 7, 'id no': 'A1' } },
        expected: { 'grid.powerW': -412, 'grid.importWh': 5001, 'grid.exportWh': 0.7, 'device.serial': 'A1' },
      },
    ],
  }
  return { ...profile, ...change } as typeof profile
}
const faultsOf = (change: Readonly<Record<string, unknown>>) =>
  lintProfile('mine', published(change)).map(({ field, expected }) => `${field}: ${expected}`)

describe('an MQTT profile', () => {
  it('is refused by the field that is wrong', () => {
    const { values, grid, tests } = published()
    expect(faultsOf({})).toEqual([])
    const refused: readonly [Readonly<Record<string, unknown>>, string][] = [
      [{ profile: 'My Meter' }, 'profile: a–z, 0–9 and hyphens'],
      [{ silenceMs: 1 }, 'silenceMs: a value between 1000 and 3600000'],
      [{ transport: {} }, 'transport: no field of this name'],
      [{ messages: { all: { topic: 'tele/+/SENSOR' } } }, 'messages.all.topic: a topic without + and #'],
      [{ messages: { all: { topic: 'fixed' } } }, 'messages.all.topic: a topic without + and #'],
      [{ messages: { all: { topic: '{device}/{device}' } } }, 'messages.all.topic: a topic without + and #'],
      [{ values: { ...values, power: { message: 'all', path: 'p', unit: 'W' } } }, 'values.power.path'],
      [
        { values: { ...values, power: { message: 'none', path: '$', unit: 'W' } } },
        'values.power.message: the name of a',
      ],
      [{ values: { ...values, power: { message: 'all', path: '$', unit: 'V' } } }, 'grid.powerW.value: a value in W'],
      [{ values: { ...values, serial: { ...values.serial, unit: 'W' } } }, 'values.serial.unit: "none"'],
      [
        { values: { ...values, import: { message: 'all', path: '$.in', unit: 'kWh' } } },
        'grid.importWh: a counter: values.import.counter says whether',
      ],
      [{ derived: { all: { is: 'sum', of: ['power', 'import'] } } }, 'derived.all.of.1: a number in the unit of power'],
      [{ derived: { power: { is: 'turned', of: ['import'] } } }, 'derived.power: a name that no value has'],
      [{ device: { model: {} } }, 'device.model: either "value" or "text"'],
      [{ device: { model: { value: 'toString' } } }, 'device.model.value: the name of a value'],
      [{ grid: { ...grid, importWh: 'toString' } }, 'grid.importWh: the name of a value'],
      [{ tests: [{ ...tests[0], messages: { other: 1 } }] }, 'tests.0.messages.other: the name of a message'],
      [{ tests: [{ ...tests[0], expected: {} }] }, 'tests: a test that expects a value of grid.powerW'],
      [{ tests: [] }, 'tests'],
    ]
    for (const [change, fault] of refused) expect(faultsOf(change).join('\n'), fault).toContain(fault)
  })

  it('is refused by name whatever stands in one of its fields', () => {
    const anything = fc.oneof(fc.jsonValue(), fc.constantFrom(-1, 1e308, '__proto__', '', '$', null))
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(published())), anything, (key, value) => {
        if (key === 'kind') return
        for (const { message } of lintProfile('mine', { ...published(), [key]: value })) {
          expect(message).toContain('profile mine: ')
        }
      }),
    )
  })
})

describe('a JSON path', () => {
  it('leads to one value, or nowhere', () => {
    const json = { a: { 'em:0': [10, { x: null }] }, list: [[1], 2] }
    expect(atJsonPath(json, '$')).toBe(json)
    expect(atJsonPath(json, "$.a['em:0'][0]")).toBe(10)
    expect(atJsonPath(json, "$.a['em:0'][1].x")).toBeNull()
    expect(atJsonPath(json, '$.list[0][0]')).toBe(1)
    for (const path of [
      '$.b',
      '$.list.length',
      '$.list[2]',
      '$.a[0]',
      '$.constructor',
      '$.a.__proto__',
      '$.list[0][0].x',
    ]) {
      expect(atJsonPath(json, path), path).toBeUndefined()
    }
    expect(atJsonPath(12.5, '$')).toBe(12.5)
  })
})
