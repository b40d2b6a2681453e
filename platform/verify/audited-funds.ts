import type { VaultLedger } from '#contracts/index.ts'
import { eventPlace } from './evidence.ts'
import { ProofFailed } from './proof-failed.ts'
import type { Logged } from './trade-story.ts'

type Hex = `0x${string}`

/** Holds what a log tells of the homes' balances against the ledger as it stood at those blocks. */
export class AuditedFunds {
  readonly #logged: readonly Logged<'FundsChanged'>[]
  readonly #funds = new Map<Hex, number>()
  #next = 0
  #block = 0

  /** From what the log tells, in order. */
  constructor(logged: readonly Logged<'FundsChanged'>[]) {
    this.#logged = logged
  }

  /**
   * Checks what is told as of the block in which the vault moved last, where the ledger stands: every home that was ever
   * named has what the log last said. Throws ProofFailed.
   */
  checkAt(block: number, ledger: VaultLedger): void {
    for (let logged = this.#due; logged !== undefined && logged.event.block <= block; logged = this.#due) {
      if (logged.event.block !== block) throw this.#wrongBlock(logged, `a block in which the vault moved`)
      for (const { account, balanceMicroEur } of logged.event.funds) this.#funds.set(account, balanceMicroEur)
      for (const [account, balanceMicroEur] of this.#funds) {
        const expected = ledger.balanceOf(account)
        if (expected === balanceMicroEur) continue
        const place = `${eventPlace(logged, 'funds')} ${account}`
        throw failed(place, `${expected} µEUR at block ${block}`, `${balanceMicroEur} µEUR`)
      }
      this.#block = block
      this.#next++
    }
  }

  /** Checks that what is told beyond that is of the chain's blocks at all. Throws ProofFailed. */
  checkEnd(headBlock: number): void {
    for (let logged = this.#due; logged !== undefined; logged = this.#due) {
      if (logged.event.block < this.#block || logged.event.block > headBlock) {
        throw this.#wrongBlock(logged, `a block from ${this.#block} to ${headBlock}`)
      }
      this.#block = logged.event.block
      this.#next++
    }
  }

  get #due(): Logged<'FundsChanged'> | undefined {
    return this.#logged[this.#next]
  }

  #wrongBlock(logged: Logged<'FundsChanged'>, expected: string): ProofFailed {
    return failed(eventPlace(logged, 'block'), expected, String(logged.event.block))
  }
}

const failed = (place: string, expected: string, got: string) =>
  new ProofFailed({ step: 'balances', place, expected, got })
