import type { Movement } from '../chain/contract-types.ts'
import type { CounterpartyMovements } from './packed-movements.ts'

type Hex = `0x${string}`

/**
 * A neighbourhood's balances in µEUR as the vault keeps them, free and locked to leave, its bond and its positions in
 * Wh: what chain balances are compared with.
 */
export class VaultLedger {
  readonly #microEur = new Map<Hex, number>()
  readonly #lockedMicroEur = new Map<Hex, number>()
  readonly #positionWh = new Map<Hex, number>()
  readonly #counterparties: { readonly supplier: Hex; readonly grid: Hex; readonly fund: Hex }
  #bondMicroEur = 0

  constructor(counterparties: { readonly supplier: Hex; readonly grid: Hex; readonly fund: Hex }) {
    this.#counterparties = counterparties
  }

  get bondMicroEur(): number {
    return this.#bondMicroEur
  }

  /** The free balance. */
  balanceOf(account: Hex): number {
    return this.#microEur.get(account) ?? 0
  }

  /** What the account has locked to leave with. */
  lockedOf(account: Hex): number {
    return this.#lockedMicroEur.get(account) ?? 0
  }

  /** Sold − bought over all applied batches. */
  positionOf(account: Hex): number {
    return this.#positionWh.get(account) ?? 0
  }

  /** What the vault holds in all. */
  get heldMicroEur(): number {
    const held = [...this.#microEur.values(), ...this.#lockedMicroEur.values()]
    return held.reduce((sum, amount) => sum + amount, this.#bondMicroEur)
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

  /** `Vault.escape`: all it has. */
  escape(account: Hex): void {
    this.#microEur.delete(account)
    this.#lockedMicroEur.delete(account)
  }

  /** Posted (+), returned or slashed (−). */
  moveBond(amountMicroEur: number): void {
    this.#bondMicroEur += amountMicroEur
  }

  /**
   * Books one part of a batch. Who cannot pay is clipped to what it has, locked money last; the fund pays the rest out
   * of what the part leaves it, then the bond. Throws RangeError where neither can.
   */
  apply(homes: readonly Movement[], counterparties: CounterpartyMovements): void {
    const { supplier, grid, fund } = this.#counterparties
    let shortfallMicroEur = 0
    for (const { account, moneyMicroEur, positionWh } of homes) {
      shortfallMicroEur += this.#move(account, moneyMicroEur)
      this.#positionWh.set(account, this.positionOf(account) + positionWh)
    }
    shortfallMicroEur += this.#move(supplier, counterparties.supplierMicroEur)
    shortfallMicroEur += this.#move(grid, counterparties.gridMicroEur)
    shortfallMicroEur += this.#move(fund, counterparties.fundMicroEur)
    const fromFund = Math.min(this.balanceOf(fund), shortfallMicroEur)
    this.#microEur.set(fund, this.balanceOf(fund) - fromFund)
    this.#bondMicroEur -= shortfallMicroEur - fromFund
    if (this.#bondMicroEur < 0) throw new RangeError(`fund and bond lack ${-this.#bondMicroEur} µEUR`)
  }

  /** What could not be taken. */
  #move(account: Hex, moneyMicroEur: number): number {
    if (moneyMicroEur >= 0) {
      this.deposit(account, moneyMicroEur)
      return 0
    }
    const owed = -moneyMicroEur
    const free = Math.min(this.balanceOf(account), owed)
    const locked = Math.min(this.lockedOf(account), owed - free)
    this.#microEur.set(account, this.balanceOf(account) - free)
    if (locked > 0) this.#lockedMicroEur.set(account, this.lockedOf(account) - locked)
    return owed - free - locked
  }
}
