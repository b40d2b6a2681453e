import type { SignedOrder, SignedStatement } from '#protocol/envelope.ts'
import type { Statement } from '#protocol/statement.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import type { BuiltBatch } from './batch.ts'
import { billsTreeOf } from './bills.ts'
import { identitiesOf, legsTreeOf } from './legs.ts'
import { type LeafPlace, leavesAround, rangeOf, type ShownLeaves, shownLeaves } from './shown-leaves.ts'
import { type OrderMessage, orderMessageOf, type ShownSignature, shownSignature } from './shown-messages.ts'
import { statementsTreeOf } from './statement-leaves.ts'
import type { Terms } from './terms.ts'

/** What `showHome` takes: statement, bill with both its neighbours, and terms. */
export interface ShownHome {
  readonly terms: Terms
  readonly metered: {
    readonly statements: ShownLeaves
    readonly message: Statement
    readonly signed: ShownSignature
  }
  readonly bills: ShownLeaves
}

/** What one call of `showLegs` takes. */
export interface ShownLegs {
  readonly legs: ShownLeaves
  /** of those of the legs that are the account's of the slot */
  readonly orders: readonly { readonly order: OrderMessage; readonly signed: ShownSignature }[]
}

/** Legs shown at once: some 2 KB each, of the 128 KB that nodes pass on. */
const LEGS_A_CALL = 40

/** Answers demands for data of one batch (`IDataDemands`) out of what it was built of. */
export interface DemandedLeaves {
  readonly home: (place: LeafPlace) => ShownHome
  /** All legs of an account's slot, in as many calls as it takes; `legsThrough` as the demand has it: 0, nothing shown yet. */
  readonly legs: (place: LeafPlace, legsThrough: number) => readonly ShownLegs[]
}

/** @param domain what its homes and devices sign under */
export function demandedLeavesOf(
  built: Pick<BuiltBatch, 'deliveries' | 'terms' | 'legs' | 'statements' | 'bills'>,
  { domain, p256Verifier }: { readonly domain: SigningDomain; readonly p256Verifier: `0x${string}` },
): DemandedLeaves {
  const { legs, statements, bills } = built
  const trees = { legs: legsTreeOf(legs), statements: statementsTreeOf(statements), bills: billsTreeOf(bills) }
  const identityOf = identitiesOf(domain)
  const orders = new Map<string, SignedOrder>()
  for (const { buyOrder, sellOrder } of built.deliveries.flatMap(({ trades }) => trades)) {
    for (const order of [buyOrder, sellOrder]) orders.set(identityOf(order).orderId, order)
  }
  const orderOf = (orderId: string) => {
    const order = orders.get(orderId)
    if (order === undefined) throw new RangeError(`the batch has no order ${orderId}`)
    return { order: orderMessageOf(order), signed: shownSignature(order, p256Verifier) }
  }
  const statementOf = ({ account, slot }: LeafPlace) =>
    built.deliveries.find((delivery) => delivery.slot === slot)?.statements.find(({ body }) => body.account === account)

  const meteredOf = (place: LeafPlace): ShownHome['metered'] => {
    const { first, end } = rangeOf(statements, place)
    const found: SignedStatement | undefined = statementOf(place)
    if (first === end || found === undefined) {
      return { statements: leavesAround(statements, trees.statements, place), ...nothingSaid(place) }
    }
    const signed = shownSignature(found, p256Verifier)
    return { statements: shownLeaves(statements, trees.statements, first), message: found.body, signed }
  }
  const billsOf = (place: LeafPlace): ShownLeaves => {
    const { first, end } = rangeOf(bills, place)
    if (first === end) return leavesAround(bills, trees.bills, place)
    const from = Math.max(0, first - 1)
    return shownLeaves(bills, trees.bills, from, Math.min(bills.length, end + 1) - from)
  }
  return {
    home: (place) => ({ terms: built.terms, metered: meteredOf(place), bills: billsOf(place) }),
    legs: (place, legsThrough) => {
      const { first, end } = rangeOf(legs, place)
      const before = Math.max(0, first - 1)
      // From the leg before them to the leg after them, where there are such.
      const past = Math.min(legs.length, end + 1)
      const calls: ShownLegs[] = []
      let from = legsThrough === 0 ? before : legsThrough
      do {
        const upTo = Math.min(past, from + LEGS_A_CALL)
        const own = legs.slice(Math.max(from, first), Math.min(upTo, end))
        calls.push({
          legs: shownLeaves(legs, trees.legs, from, upTo - from),
          orders: own.map(({ orderId }) => orderOf(orderId)),
        })
        from = upTo
      } while (from < past)
      return calls
    },
  }
}

/** Nobody looks at it: there is no leaf that it could be behind. */
function nothingSaid({ account, slot }: LeafPlace): Pick<ShownHome['metered'], 'message' | 'signed'> {
  const energy = { importWh: 0, exportWh: 0, quality: 0, estimated: true }
  const readings = { firstSequence: 0, lastSequence: 0, chainHead: `0x${'0'.repeat(64)}` } as const
  const message = { deviceId: '', account, neighbourhood: '', slot, ...energy, ...readings }
  return { message, signed: { signer: '0x', signature: '0x' } }
}
