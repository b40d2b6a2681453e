import { hash } from 'node:crypto'
import { CommandBuffer, commandLayout } from '#matching-engine/book/command-buffer.ts'
import type { Books } from '#matching-engine/engine/books.ts'

const { ACCOUNT_WORD, COMMAND_DOUBLES, COMMAND_WORDS, ID, NOW, QTY } = commandLayout

const ACCOUNTS = 64
const FIELDS = 4
/** the fold's fields of an account */
const ORDERS = 0
const ENERGY = 1
const LAST_ID = 2
const ORDER_OF_IDS = 3

/**
 * The least that books can be: what each account has ordered, folded over the commands so that one left out, repeated
 * or moved shows in the state; a clock that never runs back; and a refusal of orders of nothing. `ballast` is carried
 * along in snapshots, to make them as large as one likes.
 */
export class AccountBooks implements Books {
  readonly #state = new Float64Array(1 + ACCOUNTS * FIELDS)
  readonly #ballast: number

  constructor(ballast = 0) {
    this.#ballast = ballast
  }

  run(commands: CommandBuffer): void {
    const { words, doubles, outcomes, length } = commands
    const state = this.#state
    for (let index = 0; index < length; index++) {
      const double = index * COMMAND_DOUBLES
      const id = doubles[double + ID] as number
      const qty = doubles[double + QTY] as number
      const at = 1 + ((words[index * COMMAND_WORDS + ACCOUNT_WORD] as number) % ACCOUNTS) * FIELDS
      state[0] = Math.max(state[0] as number, doubles[double + NOW] as number)
      outcomes[index] = qty > 0 ? 0 : 1
      if (qty <= 0) continue
      state[at + ORDERS] = (state[at + ORDERS] as number) + 1
      state[at + ENERGY] = (state[at + ENERGY] as number) + qty
      state[at + LAST_ID] = id
      state[at + ORDER_OF_IDS] = ((state[at + ORDER_OF_IDS] as number) * 31 + id) % 1_000_003
    }
  }

  snapshot(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#state.byteLength + this.#ballast).fill(7)
    bytes.set(new Uint8Array(this.#state.buffer))
    return bytes
  }

  restore(bytes: Uint8Array): void {
    if (bytes.length !== this.#state.byteLength + this.#ballast) throw new Error(`${bytes.length} bytes are no state`)
    new Uint8Array(this.#state.buffer).set(bytes.subarray(0, this.#state.byteLength))
  }

  stateHash(): string {
    return hash('sha256', new Uint8Array(this.#state.buffer))
  }
}

/** One command that `AccountBooks` understands: its id is unique, its time may be any. */
export interface AccountCommand {
  readonly id: number
  readonly account: number
  readonly qty: number
  readonly nowMs: number
}

/** Commands as the engine takes them. */
export function bufferOf(commands: readonly AccountCommand[]): CommandBuffer {
  const buffer = new CommandBuffer(Math.max(1, commands.length))
  for (const { id, account, qty, nowMs } of commands) {
    const index = buffer.add(1, 0, nowMs)
    buffer.setWord(index, ACCOUNT_WORD, account)
    buffer.setDouble(index, ID, id)
    buffer.setDouble(index, QTY, qty)
  }
  return buffer
}

/** What books are after these commands, run one after the other. */
export function stateAfter(commands: readonly AccountCommand[]): string {
  const books = new AccountBooks()
  books.run(bufferOf(commands))
  return books.stateHash()
}
