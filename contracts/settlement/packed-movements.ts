import type { Movement } from '../chain/contract-types.ts'
import { SettlementRefused } from './settlement-refused.ts'

/** What a batch does to its three counterparties, in µEUR: + is received. */
export interface CounterpartyMovements {
  readonly supplierMicroEur: number
  readonly gridMicroEur: number
  readonly fundMicroEur: number
}

/** One part of a batch's movements, as `types/Movements.sol` has it, and what it debits in all. */
export interface PackedPart {
  readonly bytes: Uint8Array
  readonly debitMicroEur: number
}

const HEAD_BYTES = 32
const GROUP_BYTES = 34
/** Seats in one storage slot of the ledger. */
export const LANES = 4
const LANE_BYTES = 8
/** The ends of a lane's fields: int40 of money, int24 of energy. */
const MONEY_MAX = 2 ** 39 - 1
const WH_MAX = 2 ** 23 - 1

/**
 * Packs movements for the ledger: `supplier ‖ grid ‖ fund ‖ debit ‖ n × (group ‖ 4 lanes)`, four seats a group. Every
 * home needs a seat of 4 or above. Throws SettlementRefused where an account has none, is listed twice, or moves what
 * does not fit a lane (549,755 EUR, 8,388 kWh).
 */
export function packMovements(
  homes: readonly Movement[],
  counterparties: CounterpartyMovements,
  seatOf: (account: Movement['account']) => number,
): PackedPart {
  const rows = homes
    .map((movement) => ({ ...movement, seat: seatOf(movement.account) }))
    .sort((a, b) => a.seat - b.seat)
  const groups = new Set(rows.map(({ seat }) => Math.floor(seat / LANES)))
  const bytes = new Uint8Array(HEAD_BYTES + groups.size * GROUP_BYTES)
  const view = new DataView(bytes.buffer)
  const { supplierMicroEur, gridMicroEur, fundMicroEur } = counterparties
  const paid = [supplierMicroEur, gridMicroEur, fundMicroEur, ...rows.map(({ moneyMicroEur }) => moneyMicroEur)]
  const debitMicroEur = paid.reduce((sum, money) => sum + Math.max(0, -money), 0)
  for (const [i, money] of [supplierMicroEur, gridMicroEur, fundMicroEur, debitMicroEur].entries()) {
    view.setBigInt64(i * 8, BigInt(money))
  }
  let at = HEAD_BYTES - GROUP_BYTES
  let group = 0
  let last = 0
  for (const { seat, account, moneyMicroEur, positionWh } of rows) {
    if (!Number.isSafeInteger(seat) || seat < LANES) refuse(`${account} has no seat in the vault`)
    if (seat === last) refuse(`${account} is listed twice`)
    last = seat
    if (Math.abs(moneyMicroEur) > MONEY_MAX || Math.abs(positionWh) > WH_MAX) {
      refuse(`${moneyMicroEur} µEUR and ${positionWh} Wh of ${account} do not fit one movement`)
    }
    if (Math.floor(seat / LANES) !== group) {
      group = Math.floor(seat / LANES)
      at += GROUP_BYTES
      view.setUint16(at, group)
    }
    const lane = (BigInt.asUintN(40, BigInt(moneyMicroEur)) << 24n) | BigInt.asUintN(24, BigInt(positionWh))
    view.setBigUint64(at + 2 + (seat % LANES) * LANE_BYTES, lane)
  }
  return { bytes, debitMicroEur }
}

function refuse(detail: string): never {
  throw new SettlementRefused({ detail })
}
