import { execFileSync } from 'node:child_process'
import { Effect } from 'effect'
import { openJournalFile } from '#meter-agent/control/journal-file.ts'

// Run as a process of its own: appends to a journal while the system takes no more of a file, and when it does so again.
const [, , file = ''] = process.argv
const takes = (bytes: string) => execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`])
await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const { append } = yield* openJournalFile(file)
      const entry = (detail: string) => ({ event: 'failed', digest: `0x${'ab'.repeat(32)}`, detail }) as const
      yield* append(entry('first'), 1)
      takes('1000')
      const { message } = yield* Effect.flip(append(entry('x'.repeat(2_000)), 2))
      process.stdout.write(message)
      takes('unlimited')
      yield* append(entry('second'), 3)
    }),
  ),
)
