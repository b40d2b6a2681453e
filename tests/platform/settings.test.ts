import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { BadInput } from '#platform/bad-input.ts'
import { readSettings } from '#platform/settings/read-settings.ts'
import { flagOf, settings, variableOf } from '#platform/settings/settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-settings-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const fileOf = (content: unknown) => {
  const file = join(folder, `settings-${++files}.json`)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}
const none = { flags: {}, environment: {}, file: undefined }

describe('the settings of start', () => {
  it('a flag goes before the environment, that before the file, and what nobody says is left out', () => {
    const file = fileOf({ homes: 3, speed: 60, port: 1 })
    const environment = { COMMONWATT_HOMES: '4', COMMONWATT_SPEED: '0.5' }
    expect(readSettings({ flags: { homes: 5 }, environment, file })).toEqual({ homes: 5, speed: 0.5, port: 1 })
    expect(readSettings({ ...none, environment })).toEqual({ homes: 4, speed: 0.5 })
    expect(readSettings(none)).toEqual({})
  })

  it('the environment may name the file, the flag goes before it, and an empty variable says nothing', () => {
    const [one, two] = [fileOf({ homes: 1 }), fileOf({ homes: 2 })]
    expect(readSettings({ ...none, environment: { COMMONWATT_CONFIG: one } })).toEqual({ homes: 1 })
    expect(readSettings({ ...none, environment: { COMMONWATT_CONFIG: one }, file: two })).toEqual({ homes: 2 })
    expect(readSettings({ ...none, environment: { COMMONWATT_CONFIG: '', COMMONWATT_HOMES: '' } })).toEqual({})
  })

  it('paths in a file start at its folder; keys and addresses stay as they are', () => {
    const file = fileOf({ data: 'kept', scenario: '/abs.json', rpc: 'http://127.0.0.1:1', operatorKey: 'file:///k' })
    expect(readSettings({ ...none, file })).toEqual({
      data: join(folder, 'kept'),
      scenario: '/abs.json',
      rpc: 'http://127.0.0.1:1',
      operatorKey: 'file:///k',
    })
  })

  it('each setting has a variable of its own', () => {
    const variables = Object.keys(settings).map(variableOf)
    expect(new Set(variables).size).toBe(variables.length)
    expect(variables).toContain('COMMONWATT_OPERATOR_KEY')
  })

  it('docs/operate.md tells of each: its three names, what it is and what it is unset', () => {
    const guide = readFileSync(join(import.meta.dirname, '../../docs/operate.md'), 'utf8')
    for (const [name, { about, unset }] of Object.entries(settings)) {
      const row = guide.split('\n').find((line) => line.startsWith(`| \`${name}\` | \`--${flagOf(name)}\` |`)) ?? name
      expect(row).toContain(`| \`${variableOf(name)}\` | ${about}`)
      expect(row).toContain(`| ${unset} |`)
    }
  })

  it.each([
    [{ flags: { homes: 201 } }, /^--homes 201 is outside 1 to 200$/],
    [{ flags: { operatorKey: '' } }, /^--operator-key {2}is not a text$/],
    [{ environment: { COMMONWATT_PORT: '70000' } }, /^COMMONWATT_PORT 70000 is outside 0 to 65535$/],
    [{ environment: { COMMONWATT_PORT: '0x50' } }, /^COMMONWATT_PORT 0x50 is not a whole number/],
    [{ environment: { COMMONWATT_HOMES: '2.5' } }, /^COMMONWATT_HOMES 2.5 is not a whole number from 1 to 200/],
    [{ environment: { COMMONWATT_LOG_FORMAT: 'xml' } }, /^COMMONWATT_LOG_FORMAT xml is none of text, json$/],
    [{ flags: { rpc: 'foo' } }, /^--rpc foo is no http:\/\/ or https:\/\/ address, such as http:\/\/127/],
    [{ environment: { COMMONWATT_RPC: 'ws://127.0.0.1:8545' } }, /^COMMONWATT_RPC ws:.* is no http/],
    [{ file: fileOf({ homes: '3' }) }, /settings-\d+\.json: homes 3 is not a whole number/],
    [{ file: fileOf({ hmoes: 3 }) }, /settings-\d+\.json: hmoes: no such setting \(there are homes, speed/],
    [{ file: fileOf('{"__proto__": {"homes": 3}}') }, /__proto__: no such setting/],
    [{ file: fileOf([1]) }, /is one JSON object, not \[1\]/],
    [{ file: fileOf('{') }, /settings-\d+\.json: .*JSON/],
    [{ file: join(folder, 'none.json') }, /none\.json: ENOENT/],
  ])('%j is refused with its place', (given, message) => {
    const read = () => readSettings({ ...none, ...given })
    expect(read).toThrow(BadInput)
    expect(read).toThrow(message)
  })

  it('a wrong file is refused even where flags say all that it says', () => {
    const file = fileOf({ homes: 0 })
    expect(() => readSettings({ ...none, flags: { homes: 1 }, file })).toThrow(/homes 0 is outside/)
  })
})
