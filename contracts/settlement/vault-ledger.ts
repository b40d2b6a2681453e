import type { Movement } from '../chain/contract-types.ts'

type Hex = `0x${string}`

/**
 * The vault's free balances in µEUR as the contract keeps them: what chain balances are compared with. Money locked
 * for a withdrawal is not part of it.
 */
export class VaultLedger {
  readonly #microEur = new Map<Hex, number>()

  balanceOf(account: Hex): number {
    return this.#microEur.get(account) ?? 0
  }

  deposit(account: Hex, amountMicroEur: number): void {
    this.#microEur.set(account, this.balanceOf(account) + amountMicroEur)
  }

  /** `Vault.applyMovements`: who cannot pay is clipped to what it has, and the backstop pays the rest. */
  apply(movements: readonly Movement[], backstop: Hex): void {
    let shortfallMicroEur = 0
    for (const { account, moneyMicroEur } of movements) {
      const after = this.balanceOf(account) + moneyMicroEur
      shortfallMicroEur += Math.max(0, -after)
      this.#microEur.set(account, Math.max(0, after))
    }
    const left = this.balanceOf(backstop) - shortfallMicroEur
    if (left < 0) throw new RangeError(`backstop ${backstop} lacks ${-left} µEUR`)
    this.#microEur.set(backstop, left)
  }
}
