import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const lock = new URL('../../platform/install-lock.mjs', import.meta.url).href
const folder = mkdtempSync(join(tmpdir(), 'commonwatt-lock-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A process that appends to a file when its work begins and when it ends: some 50 ms later, or once `until` is there. */
const worker = (
  name: string,
  options: { readonly file: string; readonly diary: string; readonly until?: string; readonly onWait?: () => void },
) => {
  const program = `
    import { appendFileSync, existsSync } from 'node:fs'
    import { whileLocked } from ${JSON.stringify(lock)}
    const [file, diary, name, until] = process.argv.slice(1)
    whileLocked(file, () => {
      appendFileSync(diary, name + ' begins\\n')
      do Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
      while (until !== '' && !existsSync(until))
      appendFileSync(diary, name + ' ends\\n')
    }, (holder) => process.stdout.write('waits for ' + holder))`
  const { file, diary, until = '', onWait } = options
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, file, diary, name, until])
  let said = ''
  child.stdout.on('data', (text) => {
    said += text
    onWait?.()
  })
  return new Promise<{ readonly code: number | null; readonly said: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, said })),
  )
}

/** The id of a process that has ended. */
const deadProcess = () => spawnSync(process.execPath, ['-e', '']).pid

describe('two starts on a fresh clone', () => {
  it('install one after the other', async () => {
    const until = join(folder, 'one waits')
    const files = { file: join(folder, 'one/lock'), diary: join(folder, 'one.txt'), until }
    // The first one's work ends once another has come: on a crowded machine that may take long.
    const onWait = () => writeFileSync(until, '')
    const ended = await Promise.all(['a', 'b', 'c', 'd'].map((name) => worker(name, { ...files, onWait })))
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0])
    expect(ended.filter(({ said }) => said.startsWith('waits for ')).length).toBeGreaterThan(0)
    const lines = readFileSync(files.diary, 'utf8').trim().split('\n')
    expect(lines.length).toBe(8)
    for (let at = 0; at < lines.length; at += 2) {
      expect(lines[at + 1]).toBe(lines[at]?.replace('begins', 'ends'))
    }
    expect(existsSync(files.file)).toBe(false)
  })

  it('do not wait for one that was killed while it installed', async () => {
    const files = { file: join(folder, 'lock'), diary: join(folder, 'two.txt') }
    writeFileSync(files.file, `${deadProcess()}`)
    const ended = await Promise.all(['a', 'b', 'c'].map((name) => worker(name, files)))
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0])
    const lines = readFileSync(files.diary, 'utf8').trim().split('\n')
    expect(lines.filter((_, at) => at % 2 === 1)).toEqual(
      lines.filter((_, at) => at % 2 === 0).map((line) => line.replace('begins', 'ends')),
    )
    expect(lines.length).toBe(6)
  })

  it.each([
    ['was left by an earlier process of our own id', () => `${process.pid} 1`],
    ['names a living process that began at another time', () => `${process.ppid} 1`],
  ])('do not wait for a lock that %s', async (_, name) => {
    const { whileLocked } = await import(lock)
    const file = join(folder, 'used-again')
    writeFileSync(file, name())
    expect(whileLocked(file, () => 'done')).toBe('done')
  })

  it('do not wait for ever for a lock or a claim that names nobody', async () => {
    const { whileLocked } = await import(lock)
    const file = join(folder, 'empty')
    const longAgo = new Date(Date.now() - 60_000)
    for (const left of [file, `${file}-claim`]) {
      writeFileSync(left, '')
      utimesSync(left, longAgo, longAgo)
    }
    expect(whileLocked(file, () => 'done')).toBe('done')
  })

  it('give the lock back where the work ends the process', () => {
    const file = join(folder, 'ending')
    const program = `
      import { whileLocked } from ${JSON.stringify(lock)}
      whileLocked(process.argv[1], () => process.exit(3))`
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', program, file])
    expect([status, existsSync(file)]).toEqual([3, false])
  })

  it('say what is wrong where the lock cannot be made', async () => {
    const { whileLocked } = await import(lock)
    writeFileSync(join(folder, 'a-file'), '')
    expect(() => whileLocked(join(folder, 'a-file', 'lock'), () => 'done')).toThrow(/ENOTDIR|EEXIST/)
  })

  it('give the lock back where the work fails', async () => {
    const { whileLocked } = await import(lock)
    const file = join(folder, 'failing')
    expect(() =>
      whileLocked(file, () => {
        expect(readFileSync(file, 'utf8').split(' ')[0]).toBe(`${process.pid}`)
        throw new Error('no network')
      }),
    ).toThrow('no network')
    expect(existsSync(file)).toBe(false)
  })
})
