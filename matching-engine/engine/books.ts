import type { CommandBuffer } from '../book/command-buffer.ts'

/** What the engine needs to know of the books: a fold over commands, the same on every machine. */
export interface Books {
  /** Runs every command in order and writes its outcome. Throws for none. */
  readonly run: (commands: CommandBuffer) => void
  /** The whole state as bytes, which are given away. */
  readonly snapshot: () => Uint8Array<ArrayBuffer>
  /** Takes the state of a snapshot in the place of its own. Throws on bytes that this version cannot read. */
  readonly restore: (bytes: Uint8Array) => void
  readonly stateHash: () => string
}
