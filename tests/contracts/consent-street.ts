import { encodeAbiParameters, keccak256, parseAbiParameters, toHex } from 'viem'
import { addressOf } from '#protocol/signing.ts'
import { type BareChain, type Call, type Deployed, onBareChain } from './bare-chain.ts'
import { type BlsKey, blsKey, consentDomain, g1Words, g2Words, possessionDomain, signBls, signTogether } from './bls.ts'
import { noTerms } from './no-terms.ts'
import { person } from './on-chain.ts'

type Hex = `0x${string}`
type Person = ReturnType<typeof person>

/** An account with a seat in the ledger, and the key that it registers. */
export interface Member extends Person {
  readonly seat: number
  readonly bls: BlsKey
}

/** What is signed of a batch. */
export interface Batch {
  readonly number: bigint
  readonly headerHash: Hex
  readonly movementsHash: Hex
}

/** A neighbourhood on the real Settlement, whose members can register keys. */
export interface ConsentStreet {
  readonly chain: BareChain
  readonly coin: Deployed
  readonly settlement: Deployed
  readonly vault: Deployed
  readonly keys: Deployed
  readonly neighbourhood: Hex
  /** supplier, grid, fund: seats 1 to 3 */
  readonly counterparties: readonly Member[]
  /** seats 4 and on */
  readonly homes: readonly Member[]
}

const word = (text: string): Hex => keccak256(toHex(text))
const member = (seat: number): Member => ({
  ...person(0x1000 + seat),
  seat,
  bls: blsKey(1_000_000_007n * BigInt(seat)),
})

/** Opens a neighbourhood with so many seated homes. Nobody has a key yet. */
export async function consentStreet(chain: BareChain, homeCount: number): Promise<ConsentStreet> {
  const key = chain.operatorKey
  const operator = addressOf(key)
  const coin = await chain.deploy('TestEURC', [])
  const settlement = await chain.deploy('Settlement', [coin.address, 3_600, operator])
  const vault = chain.at('Vault', await chain.read<Hex>(settlement, 'vault', []))
  const keys = await chain.deploy('ConsentKeys', [settlement.address, vault.address])
  const neighbourhood = word('lime-street')
  const counterparties = [1, 2, 3].map(member)
  const homes = Array.from({ length: homeCount }, (_, i) => member(i + 4))
  const [supplier, grid, fund] = counterparties.map(({ account }) => account)
  const terms = { operator, supplier, grid, fund, slotSeconds: 900, slotsAhead: 96 }
  await chain.send(key, settlement, 'openNeighbourhood', [neighbourhood, terms, noTerms])
  await chain.send(key, coin, 'mint', [operator, 10n ** 15n])
  await chain.send(key, coin, 'approve', [vault.address, 10n ** 15n])
  for (const { account } of homes) await chain.send(key, vault, 'deposit', [neighbourhood, account, 10n ** 9n])
  return { chain, coin, settlement, vault, keys, neighbourhood, counterparties, homes }
}

/** What shows that a member has its key. */
export async function possessionOf({ chain, keys, neighbourhood }: ConsentStreet, { account, bls }: Member) {
  const message = await chain.read<Hex>(keys, 'possessionMessageOf', [neighbourhood, account, g1Words(bls.point)])
  return signBls(bls, message, possessionDomain)
}

/** Registers the keys of members. Gives the gas of each. */
export async function registerKeys(street: ConsentStreet, members: readonly Member[]): Promise<readonly number[]> {
  const used: number[] = []
  for (const one of members) {
    const possession = g2Words(await possessionOf(street, one))
    const args = [street.neighbourhood, g1Words(one.bls.point), possession]
    used.push((await street.chain.send(one.key, street.keys, 'registerKey', args)).gasUsed)
  }
  return used
}

/** A batch of a street. */
export const batchOf = (over: Partial<Batch> = {}): Batch => ({
  number: 1n,
  headerHash: word('header'),
  movementsHash: word('movements'),
  ...over,
})

/** A batch as the contract takes it. */
export const batchArgs = ({ neighbourhood }: ConsentStreet, { number, headerHash, movementsHash }: Batch) =>
  [neighbourhood, number, headerHash, movementsHash] as const

/** The sum of members' signatures under a batch. */
export async function consentOf(street: ConsentStreet, batch: Batch, members: readonly Member[]) {
  const message = await street.chain.read<Hex>(street.keys, 'consentMessageOf', batchArgs(street, batch))
  return signTogether(
    members.map(({ bls }) => bls),
    message,
    consentDomain,
  )
}

/** Seats as the words of a bitmap. */
function seatWords(seats: readonly number[]): readonly bigint[] {
  const words = Array.from({ length: Math.floor(Math.max(0, ...seats) / 256) + 1 }, () => 0n)
  for (const seat of seats) words[seat >> 8] = (words[seat >> 8] ?? 0n) | (1n << BigInt(seat & 255))
  return words
}

/** Members as they are listed who did not sign. */
const absentees = (members: readonly Member[]) => members.map(({ seat, bls }) => ({ seat, key: g1Words(bls.point) }))

/** The call that checks whether a batch has the consent of all whom it debits. */
export const checkConsent = (
  street: ConsentStreet,
  of: {
    readonly batch: Batch
    readonly debited: readonly Member[]
    readonly absent?: readonly Member[]
    readonly signature: ReturnType<typeof signTogether>
  },
): Call => [
  street.keys,
  'checkConsent',
  [
    ...batchArgs(street, of.batch),
    seatWords(of.debited.map(({ seat }) => seat)),
    absentees(of.absent ?? []),
    g2Words(of.signature),
  ],
]

/** The message that members sign, found without the contract. */
export function consentMessageOf(street: ConsentStreet, batch: Batch): Hex {
  const layout = parseAbiParameters('bytes32, uint256, address, bytes32, uint256, bytes32, bytes32')
  const tag = word('Commonwatt: consent to a batch')
  const chainId = BigInt(street.chain.chainId)
  const fields = [tag, chainId, street.settlement.address, ...batchArgs(street, batch)] as const
  return keccak256(encodeAbiParameters(layout, fields))
}

/** A test on a street of four homes, who all have a key. */
export const onConsentStreet = (body: (street: ConsentStreet) => Promise<void>) =>
  onBareChain(async (chain) => {
    const street = await consentStreet(chain, 4)
    await registerKeys(street, street.homes)
    await body(street)
  })

/** What the check answers: the error it refuses with, or that there is consent. */
export const consentAnswer = async (street: ConsentStreet, of: Parameters<typeof checkConsent>[1]) =>
  street.chain.read(...checkConsent(street, of)).then(
    () => 'consented',
    () => street.chain.refusal(person(0xbad).key, ...checkConsent(street, of)),
  )
