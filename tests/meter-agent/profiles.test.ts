import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, Result } from 'effect'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { decodeValues } from '#meter-agent/profiles/decode-values.ts'
import { runProfileTests } from '#meter-agent/profiles/expected-values.ts'
import { profileSchemas } from '#meter-agent/profiles/json-schema.ts'
import { lintProfile } from '#meter-agent/profiles/lint-profile.ts'
import {
  builtInModbusProfiles,
  loadModbusProfile,
  modbusProfileJson,
} from '#meter-agent/profiles/load-modbus-profile.ts'
import { builtInMqttProfiles } from '#meter-agent/profiles/load-mqtt-profile.ts'
import { readProfile } from '#meter-agent/profiles/load-profile.ts'
import { profileHash } from '#meter-agent/profiles/profile-sample.ts'
import { meterProfile, profileOf } from './profile-json.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-profiles-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The fields that lint names, each with what it expects there. */
const faultsOf = (change: Parameters<typeof meterProfile>[0]) =>
  lintProfile('mine', meterProfile(change)).map(({ field, expected }) => `${field}: ${expected}`)

describe('the JSON Schema of profiles', () => {
  it('is what the source says now (npm run docs makes it anew)', () => {
    for (const { path, text } of profileSchemas()) expect(readFileSync(path, 'utf8'), path).toBe(text)
  })
})

describe('a built-in profile', () => {
  it.each(builtInModbusProfiles())('%s is right, and its own tests hold', async (name) => {
    expect(lintProfile(name, await Effect.runPromise(modbusProfileJson(name))).map(({ message }) => message)).toEqual(
      [],
    )
    const profile = await Effect.runPromise(loadModbusProfile(name))
    expect(profile.profile).toBe(name)
    expect(runProfileTests(profile)).toEqual([])
  })
})

describe('the control section of a profile', () => {
  const register = { address: 100, type: 'u16', unit: 'W', min: 0, max: 5_000 }
  const mode = { address: 101, type: 'u16', unit: 'none', min: 0, max: 2 }
  const section = {
    registers: { power: register, mode },
    charge: {
      writes: [
        { register: 'power', value: 'power' },
        { register: 'mode', value: 1 },
      ],
      revert: { mode: 0 },
    },
    tests: [
      {
        name: 'one',
        action: 'charge',
        powerW: 1_000,
        timeoutS: 60,
        expected: [
          { address: 100, hex: '03e8' },
          { address: 101, hex: '0001' },
        ],
      },
    ],
  }
  const withControl = (control: Readonly<Record<string, unknown>>, change: Readonly<Record<string, unknown>> = {}) => ({
    match: [{ register: 'power', is: [1] }],
    ...change,
    control: { ...section, ...control },
  })
  const charging = (writes: readonly unknown[], revert = {}) => withControl({ charge: { writes, revert } })

  it('is refused by the field that is wrong', () => {
    expect(faultsOf(withControl({}))).toEqual([])
    const refused: readonly (readonly [Parameters<typeof faultsOf>[0], string])[] = [
      [withControl({}, { match: [] }), 'control: a holding register in "match" or "device.serial"'],
      [withControl({}, { byteOrder: 'low-first' }), 'control: nothing: a device that turns'],
      [{ control: { registers: section.registers, tests: section.tests } }, 'control: one action at least'],
      [
        withControl({ registers: { power: { ...register, min: 9_000 }, mode } }),
        'control.registers.power.min: no more than',
      ],
      [withControl({ registers: { power: { ...register, unit: 'V' }, mode } }), 'control.registers.power.unit'],
      [withControl({ registers: { power: register } }), 'control.charge.writes.1.register: the name of one'],
      [charging([{ register: 'mode', value: 3 }]), 'control.charge.writes.0.value: 0 to 2'],
      [charging([{ register: 'mode', value: 'power' }]), 'control.charge.writes.0.value: a number: only W and kW'],
      [charging([{ register: 'power', value: 'timeout' }]), 'control.charge.writes.0.value: a number: only s and min'],
      [charging([{ register: 'power', value: 'share' }]), 'control.charge.writes.0.value: a number: only percent'],
      [
        charging([
          { register: 'mode', value: 1 },
          { register: 'mode', value: 2 },
        ]),
        'control.charge.writes.1.register: a register only once',
      ],
      [
        charging([{ register: 'mode', value: 1 }], { power: 0 }),
        'control.charge.revert.power: a register that the action writes',
      ],
      [charging([{ register: 'mode', value: 1 }], { mode: 7 }), 'control.charge.revert.mode: 0 to 2'],
      [
        withControl({ tests: [{ ...section.tests[0], action: 'curtail' }] }),
        'control.tests.0.action: an action of this',
      ],
      [withControl({ curtail: section.charge }), 'control.tests: a test of curtail'],
    ]
    for (const [change, fault] of refused) expect(faultsOf(change).join('\n'), fault).toContain(fault)
  })

  it('says what a test expected to be written and what would be', () => {
    const [test] = section.tests
    const failing = (change: object) => runProfileTests(profileOf(withControl({ tests: [{ ...test, ...change }] })))
    expect(failing({})).toEqual([])
    expect(failing({ powerW: 2_000 })).toEqual([
      { test: 'one', value: 'writes', expected: '100=03e8 101=0001', actual: '100=07d0 101=0001' },
    ])
    expect(failing({ powerW: 6_000 })[0]?.actual).toMatch(/power can be 0 to 5000 W, not 6000/)
  })

  it.each([
    ['huawei-sun2000', '0x325c1c05a23da6cd44072254bb8bfb2fad2496c6bc7a294015713d7ff262137f'],
    ['solaredge-hybrid', '0x4c9a5b63b785ae1c5b7a3bd3e587496ef6ee30f0d0f4591deeb6d6e0b9266fc8'],
  ])('is no part of the hash that stands in readings of %s', async (name, hash) => {
    const profile = await Effect.runPromise(loadModbusProfile(name))
    expect(profile.control).toBeDefined()
    expect(profileHash(profile)).toBe(hash)
  })
})

describe('a profile', () => {
  it('is refused by the field that is wrong', () => {
    const { registers } = meterProfile()
    const refused: readonly [Parameters<typeof meterProfile>[0], string][] = [
      [{ profile: 'My Meter' }, 'profile: a–z, 0–9 and hyphens'],
      [{ wordOrder: 'middle' }, 'wordOrder: "high-first" | "low-first"'],
      [{ colour: 'red' }, 'colour: no field of this name'],
      [{ block: { words: 126, gap: 0 } }, 'block.words: a value between 1 and 125'],
      [{ registers: { ...registers, power: { address: 65_536, type: 's16', unit: 'W' } } }, 'registers.power.address'],
      [{ registers: { ...registers, power: { address: 65_535, type: 's32', unit: 'W' } } }, 'registers.power.address'],
      [{ registers: { ...registers, power: { address: 1, type: 's16', unit: 'MW' } } }, 'registers.power.unit'],
      [
        { registers: { ...registers, power: { address: 1, type: 's16', unit: 'V' } } },
        'grid.powerW.value: a value in W',
      ],
      [{ registers: { ...registers, name: { address: 1, type: 'string', unit: 'none' } } }, 'registers.name.words'],
      [
        { registers: { ...registers, power: { address: 1, type: 's16', unit: 'W', notAvailable: ['80000000'] } } },
        'registers.power.notAvailable.0: 4 hexadecimal digits',
      ],
      [
        { registers: { ...registers, power: { address: 1, type: 's16', unit: 'W', scaleFactor: 'nothing' } } },
        'registers.power.scaleFactor: the name of a register',
      ],
      [{ derived: { all: { is: 'sum', of: ['power', 'import'] } } }, 'derived.all.of.1: a number in the unit of power'],
      [{ derived: { all: { is: 'sum', of: ['power'] } } }, 'derived.all.of: two names or more'],
      [{ match: [{ register: 'power' }] }, 'match.0: either "is" or "contains"'],
      [{ grid: { ...meterProfile().grid, importWh: 'toString' } }, 'grid.importWh: the name of a register'],
      [{ tests: [] }, 'tests'],
      [{ registers: { ...registers, power_l1: {} } }, 'registers.power_l1: a name of letters and digits'],
      [
        {
          registers: Object.fromEntries(
            Array.from({ length: 513 }, (_, address) => [`r${address}`, { address, type: 'u16', unit: 'W' }]),
          ),
        },
        'registers: at most 512 registers',
      ],
      [{ tests: [{ ...meterProfile().tests[0], name: '\u001b[2J' }] }, 'tests.0.name: one line'],
      [{ '\u001b[2J': 1 }, '\ufffd[2J: no field of this name'],
    ]
    for (const [change, fault] of refused) expect(faultsOf(change).join('\n'), fault).toContain(fault)
    const { grid: _, ...roleless } = meterProfile()
    expect(lintProfile('mine', roleless)[0]?.message).toMatch(/expected one role at least: grid, pv or battery/)
    expect(faultsOf({})).toEqual([])
  })

  it('is faulted for a test of a value that nobody has, for a scale that no device has, and for a shared place', () => {
    const { tests, registers } = meterProfile()
    const [test] = tests
    const expecting = (path: string) => ({ tests: [{ ...test, expected: { ...test?.expected, [path]: 1 } }] })
    for (const path of ['grid.foo', 'pv.powerW', 'grid.voltageV.0', 'powr', 'toString']) {
      expect(faultsOf(expecting(path))).toEqual([expect.stringContaining(`tests.0.expected.${path}: the name of`)])
    }
    expect(faultsOf({ tests: [{ ...test, expected: { ...test?.expected, power: -412 } }] })).toEqual([])
    for (const scale of [0, -1, 1e308, 5e-324]) {
      const power = { ...registers.power, scale }
      expect(faultsOf({ registers: { ...registers, power } }).join()).toContain(
        'registers.power.scale: a value between',
      )
    }
    const and = (other: object) => faultsOf({ registers: { ...registers, other } })
    const shared = ['registers.other.address: a place of its own (registers.import stands at 2 to 3)']
    expect(and({ address: 3, type: 'u16', unit: 'V' })).toEqual(shared)
    expect(and({ address: 2, type: 's32', unit: 'Wh' })).toEqual(shared)
    expect(and({ address: 3, type: 'u16', unit: 'V', table: 'input' })).toEqual([])
    expect(and({ address: 3, type: 'bitfield', words: 1, unit: 'none' })).toEqual([])
    expect(and({ address: 2, type: 'u32', unit: 'Wh' })).toEqual([])
  })

  it('is faulted for a role that no test measures, and for a counter that does not say when it begins anew', () => {
    const { tests, registers } = meterProfile()
    expect(faultsOf({ tests: [{ ...tests[0], expected: { 'grid.powerW': null } }] })).toEqual(
      ['grid.powerW', 'grid.importWh', 'grid.exportWh'].map((role) => `tests: a test that expects a value of ${role}`),
    )
    const uncounted = { ...registers, import: { address: 2, type: 'u32', unit: 'Wh' } }
    expect(faultsOf({ registers: uncounted }).join()).toMatch(
      /^grid.importWh: a counter: registers.import.counter says/,
    )
  })

  it('says what a test expected and what came', () => {
    const { tests } = meterProfile()
    const profile = profileOf({ tests: [{ ...tests[0], expected: { 'grid.powerW': 412, power: -412, watts: 1 } }] })
    expect(runProfileTests(profile)).toEqual([
      { test: 'export', value: 'grid.powerW', expected: 412, actual: -412 },
      { test: 'export', value: 'watts', expected: 1, actual: undefined },
    ])
  })

  it('never comes from what is no profile: not JSON, not a file, too deep, too long, a foreign prototype', async () => {
    const messageOf = async (file: string, text?: string) => {
      const path = join(folder, file)
      if (text !== undefined) writeFileSync(path, text)
      const error = await Effect.runPromise(Effect.flip(loadModbusProfile(path)))
      expect(error._tag).toBe('BadProfile')
      expect(error.message.length).toBeLessThan(path.length + 300)
      return error.message
    }
    expect(await messageOf('half.json', '{"profile":')).toMatch(/expected JSON/)
    expect(await messageOf('nowhere.json')).toMatch(/expected a file that can be read/)
    expect(await messageOf('long.json', ' '.repeat(1024 * 1024 + 1))).toMatch(/of up to 1048576 bytes/)
    expect(await messageOf('deep.json', `{"registers":${'['.repeat(400_000)}${']'.repeat(400_000)}}`)).toMatch(
      /expected/,
    )
    expect(await messageOf('proto.json', '{"__proto__":{"profile":"x"}}')).toMatch(/__proto__|profile/)
    expect(
      await messageOf('key.json', JSON.stringify({ ...meterProfile(), registers: { ['x'.repeat(99_999)]: 1 } })),
    ).toMatch(/registers\.xxx/)
    expect(await messageOf('array.json', '[]')).toMatch(/expected object/)
    expect((await Effect.runPromise(Effect.flip(loadModbusProfile('nobody')))).message).toMatch(
      /expected a built-in one \(.*victron-gx.*\) or the path of a JSON file, not an unknown name/,
    )
    for (const name of ['__proto__', 'constructor', '']) {
      expect((await Effect.runPromise(Effect.flip(loadModbusProfile(name))))._tag).toBe('BadProfile')
    }
  })

  it('is refused by name whatever stands in one of its fields', () => {
    const anything = fc.oneof(fc.jsonValue(), fc.constantFrom(-1, 1e308, 70_000, '__proto__', '', 'ffff', null))
    const keys = Object.keys(meterProfile())
    fc.assert(
      fc.property(fc.constantFrom(...keys), anything, (key, value) => {
        for (const { field, message } of lintProfile('mine', { ...meterProfile(), [key]: value })) {
          expect(message).toContain('profile mine: ')
          expect(typeof field).toBe('string')
        }
      }),
    )
  })
})

describe('the words of a device', () => {
  const value = (register: object, hex: string, change: object = {}) => {
    const profile = profileOf({ registers: { ...meterProfile().registers, x: { address: 9, ...register } }, ...change })
    const words = (hex.match(/.{4}/g) ?? []).map((word) => Number.parseInt(word, 16))
    return decodeValues(profile, [{ table: 'holding', address: 9, words }]).x
  }

  it('become numbers in the base unit, texts, or nothing', () => {
    expect(value({ type: 'u16', unit: 'W' }, 'ffff')).toBe(65_535)
    expect(value({ type: 's16', unit: 'W' }, 'ffff')).toBe(-1)
    expect(value({ type: 'u32', unit: 'kWh', scale: 0.01 }, '00012345')).toBe(745_650)
    expect(value({ type: 's32', unit: 'W' }, 'fc2dffff', { wordOrder: 'low-first' })).toBe(-979)
    expect(value({ type: 's32', unit: 'W' }, '2dfcffff', { wordOrder: 'low-first', byteOrder: 'low-first' })).toBe(-979)
    expect(value({ type: 'u64', unit: 'Wh' }, '00000002dfdc1c35')).toBe(12_345_678_901)
    expect(value({ type: 's64', unit: 'Wh' }, 'ffffffffffffffff')).toBe(-1)
    expect(value({ type: 'f32', unit: 'V' }, '4367af55')).toBe(231.68489)
    expect(value({ type: 'f64', unit: 'V' }, '406cf5c28f5c28f6')).toBe(231.68)
    expect(value({ type: 'string', unit: 'none', words: 3 }, '474f4f440021')).toBe('GOOD')
    expect(value({ type: 'bitfield', unit: 'none', words: 2 }, '80000001')).toBe(0x8000_0001)
    expect(value({ type: 'u16', unit: 'ratio', scale: 0.001 }, '01f4')).toBe(50)
  })

  it('that stand for "not available" are nothing, and never 0', () => {
    expect(value({ type: 'u16', unit: 'W', notAvailable: ['ffff'] }, 'ffff')).toBeNull()
    expect(
      value({ type: 's32', unit: 'W', notAvailable: ['80000000'] }, '00008000', { wordOrder: 'low-first' }),
    ).toBeNull()
    for (const nan of ['7fc00000', 'ffc00000', '7f800000', 'ff800000'])
      expect(value({ type: 'f32', unit: 'W' }, nan)).toBeNull()
    expect(value({ type: 'f64', unit: 'W' }, '7ff8000000000000')).toBeNull()
    expect(value({ type: 'string', unit: 'none', words: 2 }, '00004142')).toBeNull()
    expect(value({ type: 'u32', unit: 'W' }, '0001')).toBeNull()
  })

  it('are scaled only by a factor that came in the same answer', () => {
    const profile = profileOf({
      registers: {
        ...meterProfile().registers,
        x: { address: 20, type: 's16', unit: 'W', scaleFactor: 'factor' },
        factor: { address: 24, type: 's16', unit: 'none', notAvailable: ['8000'] },
      },
    })
    const words = (x: number, factor: number) => [x, 0, 0, 0, factor]
    const of = (...blocks: { address: number; words: number[] }[]) =>
      decodeValues(
        profile,
        blocks.map((block) => ({ table: 'holding', ...block })),
      ).x
    expect(of({ address: 20, words: words(123, 0xffff) })).toBe(12.3)
    expect(of({ address: 20, words: words(123, 2) })).toBe(12_300)
    expect(of({ address: 20, words: words(123, 0x8000) })).toBeNull()
    expect(of({ address: 20, words: words(123, 11) })).toBeNull()
    expect(of({ address: 20, words: [123, 0, 0, 0] }, { address: 24, words: [0] })).toBeNull()
  })
})

describe('docs/profiles.md', () => {
  const text = readFileSync(new URL('../../docs/profiles.md', import.meta.url), 'utf8')

  it('has an example of each kind that is right', () => {
    const examples = [...text.matchAll(/```json\n(\{[\s\S]*?)```/g)].map(([, json = '']): unknown => JSON.parse(json))
    expect(examples.length).toBe(2)
    for (const json of examples) {
      expect(lintProfile('example', json).map(({ message }) => message)).toEqual([])
      const read = readProfile('example', json)
      expect(Result.isSuccess(read) && runProfileTests(read.success.profile)).toEqual([])
    }
  })

  it('names every built-in profile', () => {
    const named = [...text.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, name]) => name)
    expect(named).toEqual([...builtInModbusProfiles(), ...builtInMqttProfiles()])
  })
})
