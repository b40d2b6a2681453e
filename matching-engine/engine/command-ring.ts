import { COMMAND_BYTES } from '../book/command-buffer.ts'

/** How many commands may wait to be written: the limit on a group that is synced at once. A power of two. */
export const RING_COMMANDS = 65_536

/** Counters that run on and wrap around; their difference is what counts. */
const PUT = 0
const TAKEN = 1
const BELL = 2

/** The memory of a ring, to be handed to the other thread. */
export interface RingMemory {
  readonly state: SharedArrayBuffer
  readonly bytes: SharedArrayBuffer
}

/**
 * Commands on their way from the thread that matches to the thread that writes, in memory that both share. One side
 * puts, the other takes; no lock, no garbage, and what waits when a sync ends is the next group.
 */
export class CommandRing {
  readonly memory: RingMemory
  readonly #state: Int32Array
  readonly #bytes: Uint8Array

  constructor(
    memory: RingMemory = {
      state: new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT),
      bytes: new SharedArrayBuffer(RING_COMMANDS * COMMAND_BYTES),
    },
  ) {
    this.memory = memory
    this.#state = new Int32Array(memory.state)
    this.#bytes = new Uint8Array(memory.bytes)
  }

  /** How many commands can be put now. */
  get room(): number {
    return RING_COMMANDS - this.#length
  }

  /** Copies whole commands in and wakes the writer. They must fit. */
  put(commands: Uint8Array): void {
    const count = commands.length / COMMAND_BYTES
    if (count > this.room) throw new RangeError(`${count} commands do not fit in: there is room for ${this.room}`)
    const start = this.#offset(PUT)
    const head = commands.subarray(0, this.#bytes.length - start)
    this.#bytes.set(head, start)
    this.#bytes.set(commands.subarray(head.length), 0)
    Atomics.add(this.#state, PUT, count)
    this.wake()
  }

  /** Wakes the writer. */
  wake(): void {
    Atomics.add(this.#state, BELL, 1)
    Atomics.notify(this.#state, BELL)
  }

  /** The commands that wait, in order and in place: none, one run of bytes, or two where the ring begins again. */
  waiting(): readonly Uint8Array[] {
    const length = this.#length * COMMAND_BYTES
    const start = this.#offset(TAKEN)
    const head = this.#bytes.subarray(start, start + length)
    const tail = this.#bytes.subarray(0, length - head.length)
    return [head, tail].filter((run) => run.length > 0)
  }

  /** Makes room: the first `count` of what waits has been copied. */
  take(count: number): void {
    Atomics.add(this.#state, TAKEN, count)
  }

  /** What `sleep` has to be given: asked before looking for work, so that nothing put since is slept over. */
  get bell(): number {
    return Atomics.load(this.#state, BELL)
  }

  /** Blocks the thread until the bell has been rung since it was asked. */
  sleep(bell: number): void {
    Atomics.wait(this.#state, BELL, bell)
  }

  get #length(): number {
    return (Atomics.load(this.#state, PUT) - Atomics.load(this.#state, TAKEN)) | 0
  }

  #offset(counter: number): number {
    return (Atomics.load(this.#state, counter) & (RING_COMMANDS - 1)) * COMMAND_BYTES
  }
}
