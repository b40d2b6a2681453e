import { encodeAbiParameters, keccak256, parseAbiParameters } from 'viem'
import { type Bill, billsOf, billsTreeOf } from '#contracts/settlement/bills.ts'
import type { IndexedTree } from '#contracts/settlement/indexed-tree.ts'
import { type Leg, legsOf, legsTreeOf, type SettledTrade } from '#contracts/settlement/legs.ts'
import { netSlot } from '#contracts/settlement/netting.ts'
import { type StatementLeaf, statementLeavesOf, statementsTreeOf } from '#contracts/settlement/statement-leaves.ts'
import { type Terms, termsHashOf } from '#contracts/settlement/terms.ts'
import type { SignedStatement } from '#protocol/envelope.ts'
import { zeroHash } from './deliveries.ts'
import { operator, SLOT_SECONDS, WINDOW_SECONDS } from './dispute-chain.ts'
import { type DisputeStreet, FIRST_SLOT, LAST_SLOT, neighbourhood, terms } from './dispute-street.ts'

type Hex = `0x${string}`

/** What a home's seat, or a counterparty's, is moved by: + is received. */
export interface Moved {
  readonly seat: number
  readonly moneyMicroEur: number
  readonly positionWh: number
}

/** Everything that a batch is made of, as honest or not as one likes. */
export interface Contents {
  readonly terms: Terms
  readonly legs: readonly Leg[]
  readonly statements: readonly StatementLeaf[]
  readonly bills: readonly Bill[]
  readonly grid: number
  readonly fund: number
  readonly movements: readonly Moved[]
  readonly firstSlot: number
  readonly lastSlot: number
}

/** What an honest operator makes of trades and statements. */
export async function honestContents(
  street: DisputeStreet,
  records: { readonly trades: readonly SettledTrade[]; readonly statements: readonly SignedStatement[] },
): Promise<Contents> {
  const { retailMilliEurPerMWh, feedInMilliEurPerMWh, localChargeMilliEurPerMWh, protocolFeeBp } = terms
  const tariff = { retailMilliEurPerMWh, feedInMilliEurPerMWh, localChargeMilliEurPerMWh }
  const netted = [FIRST_SLOT, LAST_SLOT].map((slot) => {
    const trades = records.trades.map(({ trade }) => trade).filter((trade) => trade.slot === slot)
    const statements = records.statements.map(({ body }) => body).filter((body) => body.slot === slot)
    return netSlot({ slot, trades, statements }, { tariff, protocolFeeBp })
  })
  const bills = billsOf(netted, terms)
  return {
    terms,
    legs: legsOf(records.trades, street.domain),
    statements: statementLeavesOf(records.statements, street.p256Verifier),
    bills,
    grid: netted.reduce((sum, { gridMicroEur }) => sum + gridMicroEur, 0),
    fund: netted.reduce((sum, { fundMicroEur }) => sum + fundMicroEur, 0),
    movements: await movementsOf(street, bills),
    firstSlot: FIRST_SLOT,
    lastSlot: LAST_SLOT,
  }
}

/** What the last bills of all accounts move. */
export async function movementsOf(street: DisputeStreet, bills: readonly Bill[]): Promise<readonly Moved[]> {
  const lasts = [...new Map(bills.map((bill) => [bill.account, bill])).values()]
  const moved = lasts.map(async ({ account, totalMicroEur, totalPositionWh }) => ({
    seat: Number(await street.ask('Vault', 'seatOf', [neighbourhood, account])),
    moneyMicroEur: totalMicroEur,
    positionWh: totalPositionWh,
  }))
  return Promise.all(moved)
}

/** One part: the supplier takes what the rest does not sum to. */
export function packed(movements: readonly Moved[], { grid, fund }: { readonly grid: number; readonly fund: number }) {
  const groups = Map.groupBy(movements, ({ seat }) => Math.floor(seat / 4))
  const supplier = 0 - movements.reduce((sum, { moneyMicroEur }) => sum + moneyMicroEur, grid + fund)
  const all = [supplier, grid, fund, ...movements.map(({ moneyMicroEur }) => moneyMicroEur)]
  const debitMicroEur = all.reduce((sum, money) => sum + Math.max(0, -money), 0)
  const int = (bits: number, value: number) =>
    BigInt.asUintN(bits, BigInt(value))
      .toString(16)
      .padStart(bits / 4, '0')
  const head = [supplier, grid, fund, debitMicroEur].map((money) => int(64, money)).join('')
  const rows = [...groups].sort(([a], [b]) => a - b)
  const body = rows.map(([group, members]) => {
    const lanes = [0, 1, 2, 3].map((lane) => {
      const member = members.find(({ seat }) => seat % 4 === lane)
      return int(40, member?.moneyMicroEur ?? 0) + int(24, member?.positionWh ?? 0)
    })
    return int(16, group) + lanes.join('')
  })
  return { part: `0x${head}${body.join('')}` as Hex, debitMicroEur }
}

const headerLayout = parseAbiParameters(
  '(bytes32 a, uint64 b, uint64 c, uint64 d, bytes32 e, bytes32 f, bytes32 g, bytes32 h, bytes32 i, bytes32 j, bytes32 k, uint128 l)',
)

/** Trees, header and movements over contents. */
export function crafted(contents: Contents, number = 1, parts?: readonly Hex[]) {
  const { part, debitMicroEur } = packed(contents.movements, contents)
  const trees = {
    legs: legsTreeOf(contents.legs),
    statements: statementsTreeOf(contents.statements),
    bills: billsTreeOf(contents.bills),
  }
  const header = {
    neighbourhood,
    number,
    firstSlot: contents.firstSlot,
    lastSlot: contents.lastSlot,
    tradesRoot: trees.legs.root,
    statementsRoot: trees.statements.root,
    billsRoot: trees.bills.root,
    creditsRoot: zeroHash,
    termsHash: termsHashOf(contents.terms),
    logHead: zeroHash,
    archiveHash: zeroHash,
    tradedWh: 0,
  }
  const values = Object.values(header).map((value) => (typeof value === 'number' ? BigInt(value) : value))
  const row = Object.fromEntries(values.map((value, n) => ['abcdefghijkl'[n], value]))
  const headerHash = keccak256(encodeAbiParameters(headerLayout, [row] as never))
  const all = parts ?? [part]
  const hashes = all.map((one) => keccak256(one).slice(2)).join('')
  const movementsHash = keccak256(`0x${hashes}`)
  return { contents, trees, header, headerHash, movementsHash, parts: all, debitMicroEur }
}

export type Crafted = ReturnType<typeof crafted>

/** A proposed batch, with what proofs are made of. */
export async function propose(street: DisputeStreet, batch: Crafted) {
  const overAt = (batch.contents.lastSlot + 1) * SLOT_SECONDS
  if ((await street.seconds()) < overAt) await street.passTo(overAt)
  const { header, movementsHash, debitMicroEur } = batch
  await street.send(operator.key, 'Settlement', 'propose', [header, movementsHash, debitMicroEur])
  const closesAt = (await street.seconds()) + WINDOW_SECONDS
  return proposed(batch, { closesAt, debitMicroEur, openDemands: 0, isLengthened: false })
}

/** `types/BatchState.sol`. */
export interface BatchState {
  readonly closesAt: number
  readonly debitMicroEur: number
  readonly openDemands: number
  readonly isLengthened: boolean
}

/** A batch in a state. */
export function proposed(batch: Crafted, state: BatchState) {
  const { header, headerHash, movementsHash } = batch
  const ref = { neighbourhood, number: header.number, headerHash, movementsHash, state }
  return { ...batch, state, ref, case: [ref, header] as const }
}

export type Proposed = Awaited<ReturnType<typeof propose>>

type Kind = 'legs' | 'statements' | 'bills'

/** Leaves with their proofs, as the contracts take them: so many from an index. */
export function shown(batch: Crafted, kind: Kind, index: number, leaves = 1) {
  const tree: IndexedTree = batch.trees[kind]
  const all: readonly object[] = batch.contents[kind]
  const rows = all.slice(index, index + leaves).map((leaf, n) => ({
    ...{ index: index + n, siblings: tree.proofAt(index + n) },
    leaf,
  }))
  return { count: tree.count, shown: rows }
}

/** The leaves between which one would stand that is not there: the last below, and the first above. */
export function around(batch: Crafted, kind: Kind, isBelow: (leaf: never) => boolean) {
  const all: readonly object[] = batch.contents[kind]
  const above = all.findIndex((leaf) => !isBelow(leaf as never))
  if (above === -1) return shown(batch, kind, all.length - 1)
  return above === 0 ? shown(batch, kind, 0) : shown(batch, kind, above - 1, 2)
}
