import { createReadStream } from 'node:fs'
import { stdin, stdout } from 'node:process'
import { createInterface } from 'node:readline'
import { BadCommand, MatchSession } from '#matching-engine/index.ts'
import { BadInput } from './bad-input.ts'

/** Runs order commands (NDJSON) through one book; one line out for one line in, in order, as they come. */
export async function matchLines(file: string): Promise<void> {
  const session = new MatchSession()
  const input = file === '-' ? stdin : createReadStream(file)
  const failed = new Promise<never>((_, reject) => {
    input.once('error', (error: NodeJS.ErrnoException) => reject(new BadInput({ detail: `${file}: ${error.message}` })))
  })
  const take = async () => {
    let number = 0
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++
      if (line.trim() === '') continue
      const output = answer(session, line, `${file === '-' ? 'standard input' : file}:${number}`)
      if (!stdout.write(`${output}\n`)) await new Promise((resolve) => stdout.once('drain', resolve))
    }
  }
  // Who reads us may have seen enough (`| head`): that is an end, not a failure.
  const unread = new Promise<void>((resolve, reject) => {
    stdout.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? resolve() : reject(error)))
  })
  await Promise.race([take(), failed, unread])
}

function answer(session: MatchSession, line: string, place: string): string {
  try {
    return JSON.stringify(session.line(line))
  } catch (error) {
    if (error instanceof BadCommand) throw new BadInput({ detail: `${place}: ${error.message}` })
    throw error
  }
}
