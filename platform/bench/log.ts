import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Console, Effect, Option } from 'effect'
import { benchLog } from '#matching-engine/index.ts'
import { BadInput } from '../bad-input.ts'

/** Measures the log in a folder of its own and prints what it found. Fails with BadInput where that cannot be made. */
export const runLogBench = (given: { readonly data: Option.Option<string>; readonly json: boolean }) =>
  Effect.gen(function* () {
    const parent = Option.getOrElse(given.data, tmpdir)
    const folder = yield* Effect.acquireRelease(
      Effect.try({
        try: () => mkdtempSync(join(parent, 'commonwatt-bench-')),
        catch: (cause) => new BadInput({ detail: `--data ${parent}: ${(cause as Error).message}` }),
      }),
      (made) => Effect.sync(() => rmSync(made, { recursive: true })),
    )
    const found = yield* benchLog(folder)
    const { appendsPerSecond, ackMs, diskSyncMs, replayPerSecond } = found
    yield* given.json
      ? Console.log(JSON.stringify(found))
      : Console.log(
          [
            `appends        ${appendsPerSecond.toLocaleString('en')} commands a second, matched and synced to disk`,
            `acknowledged   in ${ackMs.p50} ms (p50), ${ackMs.p99} ms (p99), at 100,000 a second`,
            `the bare disk  syncs in ${diskSyncMs.p50} ms (p50), ${diskSyncMs.p99} ms (p99)`,
            `replay         ${replayPerSecond.toLocaleString('en')} commands a second, to the same state`,
          ].join('\n'),
        )
  }).pipe(Effect.scoped)
