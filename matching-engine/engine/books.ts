import type { CommandBuffer } from '../book/command-buffer.ts'

/**
 * What the engine needs to know of the books: a fold over commands, the same on every machine. What they tell of what
 * happened is not among it: whoever implements `run` passes it on or drops it, also while a journal is replayed.
 */
export interface Books {
  /** Runs every command in order and writes its outcome. Throws for none. */
  readonly run: (commands: CommandBuffer) => void
  /** The whole state as bytes that nobody else keeps: another thread takes them. */
  readonly snapshot: () => Uint8Array
  /** Takes the state of a snapshot in the place of its own. Throws on bytes that this version cannot read. */
  readonly restore: (bytes: Uint8Array) => void
  readonly stateHash: () => string
}
