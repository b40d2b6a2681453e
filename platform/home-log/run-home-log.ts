import { stdout } from 'node:process'
import { Console, Effect } from 'effect'
import type { HomeLogLine } from '#meter-agent/index.ts'
import { BadInput } from '../bad-input.ts'
import { ProofFailed } from '../verify/proof-failed.ts'
import { HomeLogCheck, type HomeLogFound, nextHash } from './home-log-check.ts'
import { openLogSource } from './log-source.ts'

/** Prints a home's log, a line each, with an end that says how many and of which hash they are. */
export const printHomeLog = Effect.fnUntraced(function* ({ log }: { readonly log: string }) {
  const source = yield* openLogSource(log)
  if (source.kind === 'file')
    return yield* new BadInput({ detail: `${log}: is printed already; name a home's folder or outbox` })
  yield* reading(source.file, () => Promise.race([printed(source.lines), unread()]))
}, Effect.scoped)

async function printed(source: Iterable<HomeLogLine>): Promise<void> {
  let lines = 0
  let hash: `0x${string}` = `0x${'0'.repeat(64)}`
  for (const { text } of source) {
    lines++
    hash = nextHash(hash, text)
    await written(text)
  }
  await written(JSON.stringify({ kind: 'end', lines, hash }))
}

/** Checks a home's log. Fails with ProofFailed at the first thing that is wrong. */
export const verifyHomeLog = Effect.fnUntraced(function* (flags: { readonly log: string; readonly json: boolean }) {
  const source = yield* openLogSource(flags.log)
  const check = new HomeLogCheck()
  const found = yield* reading(flags.log, async () => {
    for await (const line of source.lines) check.take(line)
    return check.finish(source.kind === 'file' ? 'a file' : 'an outbox')
  }).pipe(
    Effect.tapError((failure) =>
      flags.json ? Console.log(JSON.stringify({ holds: false, failure: failure.facts })) : Effect.void,
    ),
  )
  yield* Console.log(flags.json ? JSON.stringify({ holds: true, ...found, failure: null }) : foundText(found))
}, Effect.scoped)

/** A file that cannot be read to its end does not hold either. */
const reading = <A>(place: string, read: () => Promise<A>): Effect.Effect<A, ProofFailed> =>
  Effect.tryPromise({
    try: read,
    catch: (cause) => {
      if (cause instanceof ProofFailed) return cause
      const got = cause instanceof Error ? cause.message : String(cause)
      return new ProofFailed({ step: 'home log', place, expected: 'a log that can be read', got })
    },
  })

const written = async (line: string): Promise<void> => {
  if (!stdout.write(`${line}\n`)) await new Promise((resolve) => stdout.once('drain', resolve))
}

/** Ends when who reads us has seen enough (`| head`): that is no failure. */
const unread = () =>
  new Promise<void>((resolve, reject) => {
    stdout.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? resolve() : reject(error)))
  })

function foundText({
  deviceId,
  account,
  deviceSigner,
  vouched,
  sessions,
  readings,
  statements,
  unsigned,
}: HomeLogFound): string {
  return [
    `Log of ${deviceId}, whose account is ${account}`,
    `  key         ${deviceSigner ?? 'none seen'}${vouched ? ", by the account's signature" : ''}; ${sessions} stream keys authorised by it`,
    `  readings    ${readings.first} to ${readings.last}, an unbroken chain; ${readings.registers} on registers that are kept`,
    `  statements  ${statements.recomputed} made again from the readings, ${statements.unfounded} older than they are`,
    `  unsigned    ${unsigned}: not sent yet, or by an earlier version; the chain of readings holds them`,
    'Every signature, hash and statement is what the readings make it.',
  ].join('\n')
}
