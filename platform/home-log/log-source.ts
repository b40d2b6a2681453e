import { closeSync, createReadStream, existsSync, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Effect, type Scope } from 'effect'
import { type HomeLogLine, type OutboxFailure, readHomeLog } from '#meter-agent/index.ts'
import { BadInput } from '../bad-input.ts'

/** A home's log: the outbox that it is kept in, or a file that `meter log` has printed. */
export type LogSource =
  | { readonly kind: 'outbox'; readonly file: string; readonly lines: Iterable<HomeLogLine> }
  | { readonly kind: 'file'; readonly lines: AsyncIterable<HomeLogLine> }

/** A telegram with its registers takes some kilobytes. */
const LINE_BYTES_MAX = 1_048_576
const SQLITE = 'SQLite format 3\0'

/** Opens what is named: a home's folder, its outbox, or a printed log. BadInput where it is none of them. */
export const openLogSource = (name: string): Effect.Effect<LogSource, BadInput | OutboxFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const file = yield* Effect.try({
      try: () => fileOf(name),
      catch: (cause) => new BadInput({ detail: (cause as Error).message }),
    })
    if (!file.isOutbox) return { kind: 'file', lines: printedLines(file.path) }
    return { kind: 'outbox', file: file.path, lines: yield* homeLog(file.path) }
  })

const homeLog = (file: string) =>
  readHomeLog(file).pipe(Effect.catchTag('NoOutbox', ({ message }) => Effect.fail(new BadInput({ detail: message }))))

function fileOf(name: string): { readonly path: string; readonly isOutbox: boolean } {
  if (!existsSync(name))
    throw new Error(`${name}: there is nothing; name a home's folder, its outbox, or a printed log`)
  const named = statSync(name)
  if (named.isDirectory()) {
    const path = join(name, 'outbox.sqlite')
    if (!existsSync(path)) throw new Error(`${name}: holds no outbox.sqlite, so it is no home's folder`)
    return { path, isOutbox: true }
  }
  if (!named.isFile()) return { path: name, isOutbox: false } // what a pipe has given it does not give again
  const descriptor = openSync(name, 'r')
  try {
    const start = Buffer.alloc(SQLITE.length)
    readSync(descriptor, start, 0, SQLITE.length, null)
    return { path: name, isOutbox: start.toString('latin1') === SQLITE }
  } finally {
    closeSync(descriptor)
  }
}

/** The lines of a printed log. A line that does not end is cut off, and is no JSON then. */
async function* printedLines(path: string): AsyncIterable<HomeLogLine> {
  let number = 0
  let rest = ''
  const line = (text: string): HomeLogLine => ({ place: `${path}:${++number}`, text })
  for await (const chunk of createReadStream(path, { encoding: 'utf8' })) {
    const parts = `${rest}${chunk}`.split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) yield line(part)
    if (rest.length > LINE_BYTES_MAX) break
  }
  if (rest !== '') yield line(rest)
}
