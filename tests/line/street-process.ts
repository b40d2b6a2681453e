import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import nodeOptions from '#platform/node-options.json' with { type: 'json' }
import type { Status } from '#protocol/messages.ts'
import { program } from './command-line.ts'

/** A `commonwatt start` that runs as its users run it: a process of its own, on free ports. */
export interface StreetProcess {
  readonly url: string
  readonly status: () => Promise<Status>
  /** Waits until the status is as wished; throws with what the process said if that takes longer. */
  readonly until: (wish: (status: Status) => boolean, withinMs: number) => Promise<Status>
  /** what it wrote so far, line by line */
  readonly said: readonly string[]
  /** Stops it by a signal and gives its exit code, null where the signal ended it. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

function spawnStart(args: readonly string[]) {
  const { all, street } = nodeOptions
  return spawn(process.execPath, [...all, ...street, program, 'start', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** A start that is killed after so many ms, however far it has come; throws if it has ended by itself before. */
export async function startAndKill(args: readonly string[], afterMs: number): Promise<void> {
  const child = spawnStart(args)
  const said: string[] = []
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', (line) => said.push(line))
  await new Promise((resolve) => setTimeout(resolve, afterMs))
  if (child.exitCode !== null) throw new Error(`start exited with ${child.exitCode}\n${said.join('\n')}`)
  await stop(child, 'SIGKILL')
}

export async function startStreet(args: readonly string[]): Promise<StreetProcess> {
  const child = spawnStart(args)
  const said: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line))
  const url = await new Promise<string>((resolve, reject) => {
    const give = (why: string) => reject(new Error(`${why}\n${said.join('\n')}`))
    const timer = setTimeout(() => give('no URL within 90 s'), 90_000)
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line)
      const found = /https?:\/\/\S+/.exec(line)
      if (found === null) return
      clearTimeout(timer)
      resolve(found[0].replace(/\/$/, ''))
    })
    child.once('exit', (code) => {
      clearTimeout(timer)
      give(`start exited with ${code} before it printed a URL`)
    })
  }).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  const status = async () => (await (await fetch(`${url}/api/v1/status`)).json()) as Status
  return {
    url,
    said,
    status,
    until: async (wish, withinMs) => {
      const end = Date.now() + withinMs
      for (;;) {
        const now = await status()
        if (wish(now)) return now
        if (Date.now() > end) throw new Error(`still ${JSON.stringify(now)} after ${withinMs} ms\n${said.join('\n')}`)
        await new Promise((resolve) => setTimeout(resolve, 250))
      }
    },
    stop: (signal = 'SIGTERM') => stop(child, signal),
  }
}

function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => {
    const hard = setTimeout(() => child.kill('SIGKILL'), 15_000)
    child.once('exit', (code) => {
      clearTimeout(hard)
      resolve(code)
    })
    child.kill(signal)
  })
}
