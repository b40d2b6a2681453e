import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BadInput } from '#platform/bad-input.ts'
import { openDataFolder } from '#platform/data-folder.ts'
import { chooseStreet, keepStreet } from '#platform/street-choice.ts'

const lock = join(import.meta.dirname, '../../platform/node-sqlite.ts')
const none = { scenario: undefined, homes: undefined, seed: undefined }
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'commonwatt-choice-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the street of a data folder', () => {
  it('is what the flags say in a new one', () => {
    expect(chooseStreet(folder, none)).toEqual({ homes: 12, seed: 1 })
    expect(chooseStreet(folder, { ...none, homes: 3, seed: 7 })).toEqual({ homes: 3, seed: 7 })
    expect(chooseStreet(folder, { ...none, scenario: '/a.json' })).toEqual({ scenarioFile: '/a.json' })
  })

  it('is not lost to a start that died while it was noted', () => {
    writeFileSync(join(folder, 'street.json.part'), '{"ho')
    expect(chooseStreet(folder, none)).toEqual({ homes: 12, seed: 1 })
    keepStreet(folder, { homes: 3, seed: 7 })
    writeFileSync(join(folder, 'street.json.part'), '')
    expect(chooseStreet(folder, none)).toEqual({ homes: 3, seed: 7 })
  })

  it.each(['', 'null', '{}', '{"homes":3}', '{"homes":"3","seed":1}', '{"scenarioFile":""}', '[1]'])(
    'is refused by its file where that holds %j',
    (text) => {
      writeFileSync(join(folder, 'street.json'), text)
      expect(() => chooseStreet(folder, none)).toThrow(BadInput)
      expect(() => chooseStreet(folder, none)).toThrow(/street\.json holds .*it should hold/)
    },
  )

  it('stays what it is in a used one, and other flags are refused', () => {
    keepStreet(folder, { homes: 3, seed: 7 })
    expect(chooseStreet(folder, none)).toEqual({ homes: 3, seed: 7 })
    expect(() => chooseStreet(folder, { ...none, homes: 4 })).toThrow(/--homes 3 --seed 7/)
    expect(() => chooseStreet(folder, { ...none, scenario: '/a.json' })).toThrow(BadInput)
    keepStreet(folder, { scenarioFile: '/a.json' })
    expect(chooseStreet(folder, { ...none, scenario: '/a.json' })).toEqual({ scenarioFile: '/a.json' })
    expect(() => chooseStreet(folder, { ...none, seed: 1 })).toThrow(/--scenario \/a\.json/)
  })
})

describe('a data folder', () => {
  const open = (name: string) => Effect.scoped(openDataFolder(name))

  it('belongs to one process at a time', async () => {
    const twice = Effect.scoped(Effect.andThen(openDataFolder(folder), openDataFolder(folder)))
    await expect(Effect.runPromise(twice)).rejects.toThrow(/is running on it/)
    expect(await Effect.runPromise(open(folder))).toBe(folder)
  })

  it('is made with the folders above it, or refused where none can be made', async () => {
    const deep = join(folder, 'made/here')
    expect(await Effect.runPromise(open(deep))).toBe(deep)
    await expect(Effect.runPromise(open('/proc/x/y'))).rejects.toThrow(/name a folder that can be written/)
    await expect(Effect.runPromise(open(''))).rejects.toThrow(/--data is empty/)
  })

  it('is taken over from a process that died', async () => {
    const held = `import { lockFile } from ${JSON.stringify(lock)}
lockFile(${JSON.stringify(join(folder, 'lock'))})
process.kill(process.pid, 'SIGKILL')`
    expect(spawnSync(process.execPath, ['--input-type=module', '-e', held]).signal).toBe('SIGKILL')
    expect(await Effect.runPromise(open(folder))).toBe(folder)
  })

  it('of no name goes when it is closed', async () => {
    const path = await Effect.runPromise(Effect.scoped(openDataFolder(undefined)))
    expect(existsSync(path)).toBe(false)
  })
})
