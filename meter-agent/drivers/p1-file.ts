import { constants, openSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import { Effect, type Scope } from 'effect'
import { BadTelegram } from '../p1/bad-telegram.ts'
import { TELEGRAM_BYTES_MAX, telegramFramer } from '../p1/telegram-framer.ts'
import { P1Closed, P1Silent } from './p1-error.ts'
import type { P1Line, P1LineOptions } from './p1-line.ts'
import { type OpenPort, openP1Stream } from './p1-stream.ts'

const LOOK_EVERY_MS = 100

/**
 * A P1 port behind a path that another program writes to: a fifo is listened to, of a file the last telegram is
 * taken whenever it has changed.
 */
export const openP1File = (path: string, options: P1LineOptions): Effect.Effect<P1Line, never, Scope.Scope> =>
  Effect.gen(function* () {
    const closed = (cause: unknown) => new P1Closed({ line: path, detail: (cause as Error).message })
    const stream = yield* openP1Stream(path, Effect.try({ try: () => openFifo(path), catch: closed }), options)
    const look = Effect.tryPromise({ try: () => stat(path), catch: closed })
    let taken = ''
    const lastOfFile: P1Line['next'] = Effect.gen(function* () {
      for (let waitedMs = 0; waitedMs <= options.silenceMs; waitedMs += LOOK_EVERY_MS) {
        const { ino, size, mtimeMs } = yield* look
        const state = `${ino} ${size} ${mtimeMs}`
        if (state !== taken) {
          taken = state
          return yield* lastTelegram(path, yield* Effect.tryPromise({ try: () => endOf(path), catch: closed }))
        }
        yield* Effect.sleep(LOOK_EVERY_MS)
      }
      return yield* new P1Silent({ line: path, waitedMs: options.silenceMs })
    })
    const kind = Effect.flatMap(look, (found) => {
      if (found.isFile()) return Effect.succeed('file')
      return found.isFIFO()
        ? Effect.succeed('fifo')
        : Effect.fail(new P1Closed({ line: path, detail: 'neither a file nor a fifo' }))
    })
    return {
      connect: Effect.flatMap(kind, (is) => (is === 'file' ? Effect.void : stream.connect)),
      next: Effect.flatMap(kind, (is) => (is === 'file' ? lastOfFile : stream.next)),
    }
  })

/** Opened for writing, too, so that it does not end when the program that writes to it does. */
function openFifo(path: string): OpenPort {
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  const source = new Socket({ fd, readable: true, writable: false })
  source.on('error', () => undefined) // it closes, too
  return { source, close: () => source.destroy() }
}

/** The end of a file, in which its last telegram must lie. */
async function endOf(path: string): Promise<Buffer> {
  await using file = await open(path)
  const { size } = await file.stat()
  const length = Math.min(size, 2 * TELEGRAM_BYTES_MAX)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length)
  return buffer.subarray(0, bytesRead)
}

const lastTelegram = (path: string, bytes: Buffer): Effect.Effect<string, BadTelegram> => {
  const end = Buffer.from('\n') // of a last line that is not ended
  const last = telegramFramer()(Buffer.concat([bytes, end])).at(-1)
  if (last === undefined) {
    return Effect.fail(new BadTelegram({ line: 1, reason: 'frame', detail: `there is none in ${path}` }))
  }
  return 'telegram' in last ? Effect.succeed(last.telegram) : Effect.fail(last)
}
