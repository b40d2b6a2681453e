import type { Movement } from '../chain/contract-types.ts'

type Hex = `0x${string}`

/** The vault's balances in µEUR as the contract keeps them, free and locked to leave: what chain balances are compared with. */
export class VaultLedger {
  readonly #microEur = new Map<Hex, number>()
  readonly #lockedMicroEur = new Map<Hex, number>()

  /** The free balance. */
  balanceOf(account: Hex): number {
    return this.#microEur.get(account) ?? 0
  }

  /** What the account has locked to leave with. */
  lockedOf(account: Hex): number {
    return this.#lockedMicroEur.get(account) ?? 0
  }

  deposit(account: Hex, amountMicroEur: number): void {
    this.#microEur.set(account, this.balanceOf(account) + amountMicroEur)
  }

  requestWithdrawal(account: Hex, amountMicroEur: number): void {
    this.#microEur.set(account, this.balanceOf(account) - amountMicroEur)
    this.#lockedMicroEur.set(account, this.lockedOf(account) + amountMicroEur)
  }

  claimWithdrawal(account: Hex): void {
    this.#lockedMicroEur.delete(account)
  }

  /** `Vault.applyMovements`: who cannot pay is clipped to what it has, and the backstop pays the rest. */
  apply(movements: readonly Movement[], backstop: Hex): void {
    let shortfallMicroEur = 0
    for (const { account, moneyMicroEur } of movements) {
      if (moneyMicroEur < 0) shortfallMicroEur += this.#debit(account, -moneyMicroEur)
      else this.deposit(account, moneyMicroEur)
    }
    const lackingMicroEur = this.#debit(backstop, shortfallMicroEur)
    if (lackingMicroEur > 0) throw new RangeError(`backstop ${backstop} lacks ${lackingMicroEur} µEUR`)
  }

  /** Takes from the balance, then from what is locked to leave; gives what could not be taken. */
  #debit(account: Hex, amountMicroEur: number): number {
    const free = Math.min(this.balanceOf(account), amountMicroEur)
    const locked = Math.min(this.lockedOf(account), amountMicroEur - free)
    this.#microEur.set(account, this.balanceOf(account) - free)
    if (locked > 0) this.#lockedMicroEur.set(account, this.lockedOf(account) - locked)
    return amountMicroEur - free - locked
  }
}
