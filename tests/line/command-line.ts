import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** The command line as its users run it: the file that `prepare` writes, for Node 24. */
export const program = join(import.meta.dirname, '../../platform/dist/commonwatt.mjs')

/** What a `commonwatt` command printed, and how it ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `commonwatt` as a process of its own to its end, in this folder or another. */
export function commonwatt(args: readonly string[], input = '', cwd?: string): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], cwd === undefined ? {} : { cwd })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  child.stdin.on('error', () => {}) // it may end before it has read everything
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    )
  })
}
