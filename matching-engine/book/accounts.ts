import { refusalCodes } from './refusal-codes.ts'

const { INSUFFICIENT_ENERGY, INSUFFICIENT_FUNDS, TAKEN } = refusalCodes

const ACCOUNT_DOUBLES = 4
const FREE = 0
const RESERVED = 1
const ENERGY = 2

/** What an account has: money in µEUR, energy in Wh that is not in a sell order. */
export interface Balance {
  readonly freeMicroEur: number
  readonly reservedMicroEur: number
  readonly freeWh: number
}

/**
 * The collateral of a market's accounts, by dense index: whole numbers, exact. What is deposited altogether stays
 * within 2^53 − 1, so no balance can leave it.
 */
export class Accounts {
  #doubles = new Float64Array(16 * ACCOUNT_DOUBLES)
  #depositedMicroEur = 0
  #depositedWh = 0

  /** What an account index may be. */
  static readonly INDEX_MAX = 2 ** 24 - 1

  /** Makes room for an account. */
  know(account: number): void {
    if ((account + 1) * ACCOUNT_DOUBLES <= this.#doubles.length) return
    const larger = new Float64Array(Math.max(2 * this.#doubles.length, (account + 1) * ACCOUNT_DOUBLES))
    larger.set(this.#doubles)
    this.#doubles = larger
  }

  /** Whether a deposit is of whole numbers from 0 and the sum of all stays exact. */
  takes(deposit: { readonly moneyMicroEur: number; readonly energyWh: number }): boolean {
    return (
      isAmount(deposit.moneyMicroEur) &&
      isAmount(deposit.energyWh) &&
      this.#depositedMicroEur + deposit.moneyMicroEur <= Number.MAX_SAFE_INTEGER &&
      this.#depositedWh + deposit.energyWh <= Number.MAX_SAFE_INTEGER
    )
  }

  deposit(account: number, deposit: { readonly moneyMicroEur: number; readonly energyWh: number }): void {
    this.know(account)
    this.#depositedMicroEur += deposit.moneyMicroEur
    this.#depositedWh += deposit.energyWh
    const at = account * ACCOUNT_DOUBLES
    this.#doubles[at + FREE] = (this.#doubles[at + FREE] as number) + deposit.moneyMicroEur
    this.#doubles[at + ENERGY] = (this.#doubles[at + ENERGY] as number) + deposit.energyWh
  }

  balance(account: number): Balance {
    const at = account * ACCOUNT_DOUBLES
    return {
      freeMicroEur: this.#doubles[at + FREE] ?? 0,
      reservedMicroEur: this.#doubles[at + RESERVED] ?? 0,
      freeWh: this.#doubles[at + ENERGY] ?? 0,
    }
  }

  /** Reserves money and takes energy for a new order; gives the refusal if either is not there. Nothing changes then. */
  take(account: number, money: number, energyWh: number): number {
    const at = account * ACCOUNT_DOUBLES
    if (at + ENERGY >= this.#doubles.length) this.know(account)
    const doubles = this.#doubles
    const free = doubles[at + FREE] as number
    if (money > free) return INSUFFICIENT_FUNDS
    if (energyWh !== 0) {
      const energy = doubles[at + ENERGY] as number
      if (energyWh > energy) return INSUFFICIENT_ENERGY
      doubles[at + ENERGY] = energy - energyWh
    }
    doubles[at + FREE] = free - money
    doubles[at + RESERVED] = (doubles[at + RESERVED] as number) + money
    return TAKEN
  }

  freeMoney(account: number): number {
    return this.#doubles[account * ACCOUNT_DOUBLES + FREE] as number
  }

  freeEnergy(account: number): number {
    return this.#doubles[account * ACCOUNT_DOUBLES + ENERGY] as number
  }

  /** Moves money from free to reserved; back, where it is negative. */
  reserve(account: number, money: number): void {
    const at = account * ACCOUNT_DOUBLES
    this.#doubles[at + FREE] = (this.#doubles[at + FREE] as number) - money
    this.#doubles[at + RESERVED] = (this.#doubles[at + RESERVED] as number) + money
  }

  /** Adds free money; takes it, where it is negative. */
  pay(account: number, money: number): void {
    const at = account * ACCOUNT_DOUBLES + FREE
    this.#doubles[at] = (this.#doubles[at] as number) + money
  }

  /** Adds free energy; takes it, where it is negative. */
  deliver(account: number, energyWh: number): void {
    const at = account * ACCOUNT_DOUBLES + ENERGY
    this.#doubles[at] = (this.#doubles[at] as number) + energyWh
  }

  /** All that is kept: for a snapshot. */
  get state(): readonly [depositedMicroEur: number, depositedWh: number, doubles: Float64Array] {
    return [this.#depositedMicroEur, this.#depositedWh, this.#doubles]
  }

  restore(depositedMicroEur: number, depositedWh: number, doubles: Float64Array<ArrayBuffer>): void {
    this.#depositedMicroEur = depositedMicroEur
    this.#depositedWh = depositedWh
    this.#doubles = doubles
  }
}

const isAmount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
