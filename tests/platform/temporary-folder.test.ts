import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { temporaryFolder } from '#platform/temporary-folder.ts'

const parent = mkdtempSync(join(tmpdir(), 'commonwatt-temporary-'))
afterAll(() => rmSync(parent, { recursive: true }))
const module = new URL('../../platform/temporary-folder.ts', import.meta.url).href

/** Another process that has a folder, and runs until it is killed. */
async function otherProcess() {
  const script = `const { temporaryFolder } = await import('${module}')
    const held = temporaryFolder('${parent}')
    console.log(held.folder)
    setInterval(() => held.folder, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script])
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const kill = async () => {
    child.kill('SIGKILL')
    await once(child, 'close')
  }
  return { folder: line.toString().trim(), kill }
}

/** What the next start of a while later does. */
const later = () => {
  vi.setSystemTime(Date.now() + 120_000)
  const { release } = temporaryFolder(parent)
  vi.useRealTimers()
  release()
}

describe('the folder of a street that nobody named', () => {
  it('is gone when it is released, and has the name and the lock that say whose it is', () => {
    const { folder, release } = temporaryFolder(parent)
    expect(basename(folder)).toMatch(/^commonwatt-street-/)
    expect(existsSync(join(folder, 'lock'))).toBe(true)
    release()
    expect(existsSync(folder)).toBe(false)
  })

  it('goes by the next start if its process was killed, and stays while that runs, or has only just begun', async () => {
    const living = await otherProcess()
    const killed = await otherProcess()
    await killed.kill()
    temporaryFolder(parent).release()
    expect(existsSync(killed.folder)).toBe(true) // it could be one that is not locked yet
    later()
    expect(existsSync(killed.folder)).toBe(false)
    expect(existsSync(living.folder)).toBe(true)
    await living.kill()
    later()
    expect(existsSync(living.folder)).toBe(false)
  })

  it('is never taken for what only looks like it', () => {
    const others = ['commonwatt-street-', 'commonwatt-street-abc123x', 'commonwatt-abc123', 'commonwatt-street-abc123']
    const folders = others.map((name) => join(parent, name))
    for (const [index, folder] of folders.entries()) {
      mkdirSync(folder)
      if (index < 3) writeFileSync(join(folder, 'lock'), '')
    }
    const target = join(parent, 'kept')
    mkdirSync(target)
    writeFileSync(join(target, 'lock'), '')
    symlinkSync(target, join(parent, 'commonwatt-street-link00'))
    later()
    expect([...folders, target].filter(existsSync)).toEqual([...folders, target])
    expect(existsSync(join(target, 'lock'))).toBe(true)
  })
})
