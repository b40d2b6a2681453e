import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Effect } from 'effect'

const BOOTSTRAP = fileURLToPath(new URL('../bootstrap.mjs', import.meta.url))

/**
 * How long `meter read` of a SunSpec device takes as a user starts it, from the start of its process to its end: the
 * middle one of several starts, ms. Fails if it does not print what the device measures.
 */
export const coldReadMs = (url: string, starts: number): Effect.Effect<number, Error> =>
  Effect.map(
    Effect.forEach(Array.from({ length: starts }), () => coldRead(url)),
    (took) => took.toSorted((a, b) => a - b)[Math.floor(took.length / 2)] ?? Number.NaN,
  )

const coldRead = (url: string): Effect.Effect<number, Error> =>
  Effect.callback((resume) => {
    const begunMs = performance.now()
    const child = spawn(process.execPath, [BOOTSTRAP, 'meter', 'read', '--modbus', url, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString()
    })
    child.once('error', (error) => resume(Effect.fail(error)))
    child.once('close', (code) => {
      const tookMs = performance.now() - begunMs
      const isRead = code === 0 && said.startsWith('{"device":') && said.includes('"importWh"')
      const detail = `meter read ended with exit ${code} and printed "${said.slice(0, 200)}"`
      resume(isRead ? Effect.succeed(tookMs) : Effect.fail(new Error(detail)))
    })
    return Effect.sync(() => child.kill())
  })
