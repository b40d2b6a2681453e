import { join } from 'node:path'
import { Effect } from 'effect'
import { ChainFailure } from '../../chain/chain-failure.ts'
import { writeDurably } from '../../durable-file.ts'
import type { BuiltBatch } from '../batch.ts'

/**
 * Keeps a batch's sealed records as `<keccak256>.json` in `directory`, durably. The name is the hash of the bytes, so keeping
 * it twice changes nothing. A batch that was built without a key has none to keep.
 */
export const keepArchive = (directory: string, { archive, header }: BuiltBatch): Effect.Effect<void, ChainFailure> =>
  Effect.tryPromise({
    try: async () => {
      if (archive !== null) await writeDurably(join(directory, `${header.archiveHash}.json`), archive)
    },
    catch: (cause) => new ChainFailure({ operation: `archive batch ${header.number}`, detail: String(cause) }),
  })
