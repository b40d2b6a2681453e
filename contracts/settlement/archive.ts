import { join } from 'node:path'
import { Effect } from 'effect'
import { ChainFailure } from '../chain/chain-failure.ts'
import { writeDurably } from '../durable-file.ts'
import type { BuiltBatch } from './batch.ts'

/**
 * Keeps a batch's leaves as `<keccak256>.json` in `directory`, durably, so that anyone can build its roots again.
 * The name is the content's hash, so keeping it twice changes nothing.
 */
export const keepArchive = (directory: string, { archive, header }: BuiltBatch): Effect.Effect<void, ChainFailure> =>
  Effect.tryPromise({
    try: () => writeDurably(join(directory, `${header.archiveHash}.json`), archive),
    catch: (cause) => new ChainFailure({ operation: `archive batch ${header.number}`, detail: String(cause) }),
  })
