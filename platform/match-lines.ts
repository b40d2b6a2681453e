import { createReadStream, fstatSync } from 'node:fs'
import { stdin, stdout } from 'node:process'
import { createInterface } from 'node:readline'
import { Transform } from 'node:stream'
import { BadCommand, MatchSession } from '#matching-engine/index.ts'
import { BadInput } from './bad-input.ts'

const LINE_BYTES_MAX = 256 * 1_048_576

/** Runs order commands (NDJSON) through one book; one line out for one line in, in order, as they come. */
export async function matchLines(file: string): Promise<void> {
  const session = new MatchSession()
  const name = file === '-' ? 'standard input' : file
  if (file === '-' && fstatSync(0).isDirectory()) throw new BadInput({ detail: `${name} is a folder` })
  const source = file === '-' ? stdin : createReadStream(file)
  const input = source.pipe(boundedLines())
  const failed = new Promise<never>((_, reject) => {
    const refuse = ({ message }: Error) => reject(new BadInput({ detail: `${name}: ${message}` }))
    source.once('error', refuse)
    input.once('error', refuse)
  })
  const take = async () => {
    let number = 0
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++
      if (line.trim() === '') continue
      const output = answer(session, line, `${name}:${number}`)
      if (!stdout.write(`${output}\n`)) await new Promise((resolve) => stdout.once('drain', resolve))
    }
  }
  // Who reads us may have seen enough (`| head`): that is an end, not a failure.
  const unread = new Promise<void>((resolve, reject) => {
    stdout.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? resolve() : reject(error)))
  })
  await Promise.race([take(), failed, unread])
}

/** Lets bytes through as long as a line comes to its end: whoever waits for one that does not keeps all of it. */
function boundedLines(): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const lastBreak = chunk.lastIndexOf('\n')
      bytes = lastBreak < 0 ? bytes + chunk.length : chunk.length - lastBreak - 1
      done(bytes > LINE_BYTES_MAX ? new Error(`a line is longer than ${LINE_BYTES_MAX} bytes`) : null, chunk)
    },
  })
}

function answer(session: MatchSession, line: string, place: string): string {
  try {
    return JSON.stringify(session.line(line))
  } catch (error) {
    if (error instanceof BadCommand) throw new BadInput({ detail: `${place}: ${error.message}` })
    throw error
  }
}
