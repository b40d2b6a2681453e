import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { freePort } from '../meter-agent/modbus-serial.ts'
import { program } from './command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'unread-log-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('an agent whose log cannot be written', () => {
  it('goes on, and ends when it is told to', async () => {
    const nowhere = `127.0.0.1:${await Effect.runPromise(freePort)}`
    const args = ['--home', 'anna', '--data', folder, '--gateway', `http://${nowhere}`, '--modbus', `tcp://${nowhere}`]
    const child = spawn(process.execPath, [program, 'meter', 'run', ...args])
    const exit = once(child, 'exit')
    const [first] = await once(child.stderr, 'data')
    expect(String(first)).toContain('it is asked again')
    child.stderr.destroy()
    // It says so every five seconds.
    await new Promise((resolve) => setTimeout(resolve, 11_000))
    expect(child.exitCode).toBeNull()
    child.kill('SIGTERM')
    expect((await exit)[0]).toBe(0)
  }, 40_000)
})
