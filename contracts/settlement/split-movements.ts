import type { Movement } from '../chain/contract-types.ts'
import { type CounterpartyMovements, LANES } from './packed-movements.ts'

/** Movements that are booked in one transaction. They sum to zero by themselves. */
export interface MovementsPart {
  readonly homes: readonly Movement[]
  readonly counterparties: CounterpartyMovements
}

/**
 * Groups of four seats in one part. Booking one costs some 6,000 gas; but when none of its homes can pay, 57,000 (each
 * is looked up, clipped and told of). Even then 260 fit the 16.7 M gas of a transaction: nobody can make a batch too
 * dear to book by bringing homes that do not pay.
 */
const GROUPS_A_PART = 260

/** Homes whose lanes lie in one storage slot, and what they move together. */
interface Group {
  readonly homes: Movement[]
  moneyMicroEur: number
  positionWh: number
}

/**
 * Splits a batch's movements into parts that fit a transaction each, by the seats of its homes: a storage slot is
 * written in one part only. So that each part conserves, the supplier takes what the money of its homes does not sum
 * to, and the first home of the batch, in every part, what their energy does not: over all parts both come out as they
 * were. Groups are dealt out so that neither has much to take: no two parts differ by more, in money or in energy, than
 * three times what the largest group moves.
 */
export function splitMovements(
  homes: readonly Movement[],
  counterparties: CounterpartyMovements,
  options: { readonly seatOf: (account: Movement['account']) => number; readonly groupsMax?: number },
): readonly MovementsPart[] {
  const { seatOf, groupsMax = GROUPS_A_PART } = options
  const [bridge] = homes
  if (bridge === undefined || groupsOf(homes, seatOf).length <= groupsMax) return [{ homes, counterparties }]
  // One place a part is the bridge's.
  const groups = groupsOf(homes.slice(1), seatOf)
  return deal(groups, Math.ceil(groups.length / (groupsMax - 1))).map((part, index) => {
    const isFirst = index === 0
    const own = {
      account: bridge.account,
      moneyMicroEur: isFirst ? bridge.moneyMicroEur : 0,
      positionWh: 0 - part.positionWh,
    }
    const { gridMicroEur, fundMicroEur } = isFirst ? counterparties : { gridMicroEur: 0, fundMicroEur: 0 }
    const money = own.moneyMicroEur + part.moneyMicroEur + gridMicroEur + fundMicroEur
    return {
      homes: [own, ...part.homes],
      counterparties: { supplierMicroEur: 0 - money, gridMicroEur, fundMicroEur },
    }
  })
}

function groupsOf(homes: readonly Movement[], seatOf: (account: Movement['account']) => number): readonly Group[] {
  const groups = new Map<number, Group>()
  for (const home of homes) {
    const number = Math.floor(seatOf(home.account) / LANES)
    const group = groups.get(number) ?? { homes: [], moneyMicroEur: 0, positionWh: 0 }
    groups.set(number, add(group, { ...home, homes: [home] }))
  }
  return [...groups.values()]
}

/**
 * Deals by money, a round at a time, one to each part: what parts differ by telescopes. Within a round the most energy
 * goes where there is least.
 */
function deal(groups: readonly Group[], count: number): readonly Group[] {
  const parts = Array.from({ length: count }, (): Group => ({ homes: [], moneyMicroEur: 0, positionWh: 0 }))
  const byMoney = [...groups].sort((a, b) => a.moneyMicroEur - b.moneyMicroEur)
  for (let at = 0; at < byMoney.length; at += count) {
    const round = byMoney.slice(at, at + count).sort((a, b) => b.positionWh - a.positionWh)
    const poorest = [...parts].sort((a, b) => a.positionWh - b.positionWh)
    for (const [place, group] of round.entries()) add(poorest[place] as Group, group)
  }
  return parts
}

function add(to: Group, added: Group): Group {
  to.homes.push(...added.homes)
  to.moneyMicroEur += added.moneyMicroEur
  to.positionWh += added.positionWh
  return to
}
