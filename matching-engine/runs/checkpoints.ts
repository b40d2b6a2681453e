/** A place in a run to go on from. */
interface Checkpoint {
  readonly sequence: number
  readonly timeMs: number
  readonly packed: Uint8Array
}

/** More than so many, or more bytes together, are too many: every other one goes, and new ones keep that distance. */
const CHECKPOINTS_MAX = 512
const CHECKPOINT_BYTES_MAX = 64 * 1_048_576

/** Places to go on from, ascending; in a longer run they are farther apart. */
export class Checkpoints {
  #kept: Checkpoint[] = []
  #bytes = 0
  /** between two of them, as a multiple of what it was at first */
  #stride = 1

  get stride(): number {
    return this.#stride
  }

  add(checkpoint: Checkpoint): void {
    this.#kept.push(checkpoint)
    this.#bytes += checkpoint.packed.length
    if (this.#kept.length <= CHECKPOINTS_MAX && this.#bytes <= CHECKPOINT_BYTES_MAX) return
    this.#kept = this.#kept.filter((_, index) => index % 2 === 1)
    this.#bytes = this.#kept.reduce((sum, { packed }) => sum + packed.length, 0)
    this.#stride *= 2
  }

  /** The last one that is not after what is sought; undefined: only the beginning is. */
  before(sought: { readonly sequence?: number; readonly timeMs?: number }): Checkpoint | undefined {
    const { sequence = Number.POSITIVE_INFINITY, timeMs = Number.POSITIVE_INFINITY } = sought
    return this.#kept.findLast((kept) => kept.sequence <= sequence && kept.timeMs <= timeMs)
  }
}
