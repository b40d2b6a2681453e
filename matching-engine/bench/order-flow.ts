import { type CommandBuffer, commandLayout } from '../book/command-buffer.ts'
import { opCode } from '../book/order-books.ts'

const { ACCOUNT_WORD, HAS_PRICE_BIT, HAS_QTY_BIT, ID, PRICE, QTY, SIDE_SHIFT } = commandLayout

/** Orders that may live at a time. A power of two. */
const LIVE_ORDERS = 65_536
const ACCOUNTS = 1_000
const MIDDLE_EUR_PER_MWH = 200

const PLACE = opCode('place') | HAS_PRICE_BIT | HAS_QTY_BIT
const AMEND = opCode('amend') | HAS_QTY_BIT
const CANCEL = opCode('cancel')

/**
 * Commands without end for one book, the same from each seed: about half are new orders within 20 EUR/MWh of a middle,
 * of which many cross, a tenth amends and the rest cancels; as many live at the end as at the beginning.
 */
export class OrderFlow {
  readonly #ids = new Float64Array(LIVE_ORDERS)
  #state: number
  #nextId = 1

  constructor(seed: number) {
    this.#state = seed | 1
  }

  /** Puts the next `count` commands into an empty buffer. */
  write(commands: CommandBuffer, count: number, nowMs: number): void {
    for (let n = 0; n < count; n++) {
      const draw = this.#draw()
      const slot = draw & (LIVE_ORDERS - 1)
      const id = this.#ids[slot] as number
      if (id === 0) this.#place(commands, slot, nowMs)
      else if (draw >>> 28 < 3) {
        const index = commands.add(AMEND, 0, nowMs)
        commands.setDouble(index, ID, id)
        commands.setDouble(index, QTY, 1 + (this.#draw() & 255))
      } else {
        commands.setDouble(commands.add(CANCEL, 0, nowMs), ID, id)
        this.#ids[slot] = 0
      }
    }
  }

  #place(commands: CommandBuffer, slot: number, nowMs: number): void {
    const draw = this.#draw()
    const index = commands.add(PLACE | ((draw & 1) << SIDE_SHIFT), 0, nowMs)
    commands.setWord(index, ACCOUNT_WORD, 1 + ((draw >>> 1) % ACCOUNTS))
    commands.setDouble(index, ID, this.#nextId)
    commands.setDouble(index, PRICE, MIDDLE_EUR_PER_MWH - 20 + ((draw >>> 12) % 41))
    commands.setDouble(index, QTY, 1 + ((draw >>> 20) & 511))
    this.#ids[slot] = this.#nextId++
  }

  /** Xorshift (Marsaglia, 2003). */
  #draw(): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return x >>> 0
  }
}
