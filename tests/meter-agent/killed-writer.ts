import { Effect } from 'effect'
import { openSqliteOutbox } from '#meter-agent/outbox/node-sqlite.ts'
import { emptyRecorder } from '#meter-agent/reading/recorder.ts'
import { readingOf, statementOf } from './bodies.ts'

// Run as a process of its own: records, takes a nonce, tells its parent, and is killed without a chance to close.
const file = process.argv[2] ?? ''
await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const outbox = yield* openSqliteOutbox({ file })
      for (let sequence = 1; sequence <= 5; sequence++) {
        const last = { reading: readingOf(sequence), hash: `0x${'5'.repeat(64)}` } as const
        const statements = sequence === 4 ? [statementOf(100)] : []
        yield* outbox.record({
          state: { ...emptyRecorder, last },
          reading: readingOf(sequence),
          signed: null,
          registers: '{}',
          statements,
        })
      }
      yield* outbox.acknowledgeReadings([1, 2])
      const nonce = yield* outbox.takeNonce
      process.stdout.write(`nonce ${nonce}\n`)
      yield* Effect.sleep(60_000)
    }),
  ),
)
