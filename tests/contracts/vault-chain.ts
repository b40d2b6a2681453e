import { type Abi, decodeErrorResult, decodeFunctionResult, encodeDeployData, encodeFunctionData } from 'viem'
import { readArtifact } from '#contracts/chain/artifacts.ts'
import type { BatchHeader, BatchRef } from '#contracts/chain/contract-types.ts'
import { openInProcessChain } from '#contracts/chain/hardhat.ts'
import { neighbourhoodIdOf } from '#contracts/index.ts'
import { headerHashOf, movementsHashOf, packState, partHashesOf } from '#contracts/settlement/batch-digest.ts'
import { hexOfBytes } from '#protocol/hex.ts'
import { compileFixture } from './compile-fixture.ts'
import { fund, grid, supplier, zeroHash } from './deliveries.ts'
import { noTerms, noTermsHash } from './no-terms.ts'
import { person } from './on-chain.ts'

type Hex = `0x${string}`
type Name = 'coin' | 'vault' | 'settlement'
/** A contract of ours by name, or any other. */
type Target = Name | { readonly address: Hex; readonly abi: Abi }

/** Who acts in tests of the contracts. */
export const cast = {
  deployer: person(0xd0).account,
  operator: person(0xd1).account,
  guardian: person(0xd2).account,
  disputes: person(0xd3).account,
  stranger: person(0xd4).account,
  otherOperator: person(0xd5).account,
}

export const LIME = neighbourhoodIdOf('lime-street')
export const ELM = neighbourhoodIdOf('elm-road')
/** Unix seconds at which a chain begins. */
export const GENESIS = 1_800_000_000
/** The most gas that a transaction may use (EIP-7825). */
const GAS_MAX = 16_777_216
/** µEUR of one EUR. */
export const EUR = 1_000_000

/** A batch as it was proposed. */
export interface Proposed {
  readonly header: BatchHeader
  readonly ref: BatchRef
  readonly parts: readonly Uint8Array[]
}

/** A neighbourhood's books as `VaultProbe` reads them: index = seat. */
export interface Books {
  readonly seats: readonly {
    readonly balanceMicroEur: bigint
    readonly lockedMicroEur: bigint
    readonly positionWh: bigint
  }[]
  readonly bondMicroEur: bigint
  readonly heldMicroEur: bigint
  readonly lastApplied: bigint
  readonly partsApplied: bigint
}

export interface Receipt {
  readonly gasUsed: number
  /** names of the events of our contracts */
  readonly logs: readonly { readonly address: Hex; readonly topics: readonly Hex[]; readonly data: Hex }[]
}

const contractOf = { coin: 'TestEURC', vault: 'Vault', settlement: 'Settlement', keys: 'ConsentKeys' } as const
const errors = (['Vault', 'Settlement', 'ConsentKeys', 'TestEURC'] as const)
  .flatMap((name) => readArtifact(name).abi as Abi)
  .filter(({ type }) => type === 'error')
const abiOf = (target: Target | 'keys'): Abi => [
  ...(typeof target === 'string' ? (readArtifact(contractOf[target]).abi as Abi) : target.abi),
  ...errors,
]
/** As many as a call has gas for. */
const SEATS_A_CALL = 500
const PROBE: Hex = `0x${'f2'.repeat(20)}`
let probe: ReturnType<typeof compileFixture> | null = null

/** The contracts on a chain in this process, where everybody's transactions need no key, and time stands still until it is passed. */
export class VaultChain {
  readonly addresses: Record<Name, Hex>
  #now: number
  readonly #chain: Awaited<ReturnType<typeof openInProcessChain>>
  readonly #known: Set<Hex>

  private constructor(parts: {
    readonly chain: Awaited<ReturnType<typeof openInProcessChain>>
    readonly addresses: Record<Name, Hex>
    readonly known: Set<Hex>
  }) {
    this.#chain = parts.chain
    this.addresses = parts.addresses
    this.#known = parts.known
    this.#now = GENESIS
  }

  /** Deploys the contracts; `coinCode` puts another coin in the place of the test coin. */
  static async open(
    options: {
      readonly windowSeconds?: number
      readonly chainId?: number
      readonly coinCode?: Hex
      /** who hears disputes; null names nobody */
      readonly disputes?: Hex | null
    } = {},
  ): Promise<VaultChain> {
    const { windowSeconds = 3_600, chainId = 31_337, coinCode, disputes = cast.disputes } = options
    const key = person(0xd0).key
    const genesis = { chainId, hardfork: 'osaka', timestamp: GENESIS, funded: cast.deployer } as const
    const chain = await openInProcessChain({ genesis, fundedKey: key })
    const known = new Set<Hex>([cast.deployer])
    const bare = new VaultChain({ chain, known, addresses: { coin: PROBE, vault: PROBE, settlement: PROBE } })
    const coin = await bare.#deploy('coin', [])
    if (coinCode !== undefined) await chain.request('hardhat_setCode', [coin, coinCode])
    const settlement = await bare.#deploy('settlement', [coin, windowSeconds, cast.guardian])
    const linked = new VaultChain({ chain, known, addresses: { coin, vault: PROBE, settlement } })
    const vault = (await linked.read('settlement', 'vault', [])) as Hex
    const opened = new VaultChain({ chain, known, addresses: { coin, settlement, vault: vault.toLowerCase() as Hex } })
    const keys = await opened.#deploy('keys', [settlement, vault])
    if (disputes !== null) await opened.send(cast.deployer, 'settlement', 'link', [disputes, keys])
    return opened
  }

  get now(): number {
    return this.#now
  }

  close(): Promise<void> {
    return this.#chain.close()
  }

  pass(seconds: number): void {
    this.#now += seconds
  }

  request(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.#chain.request(method, params)
  }

  /** Sends a transaction. Throws `ErrorName(arguments)` where it is refused; then it was mined and changed nothing. */
  async send(from: Hex, to: Target, functionName: string, args: readonly unknown[]): Promise<Receipt> {
    if (!this.#known.has(from)) {
      await this.#chain.request('hardhat_impersonateAccount', [from])
      this.#known.add(from)
    }
    const data = encodeFunctionData({ abi: abiOf(to), functionName, args })
    const { receipt, transaction } = await this.#mine({ from, to: this.#addressOf(to), data })
    if (receipt.status !== '0x1') throw new Error(await this.#refusalOf(to, transaction, receipt.gasUsed))
    return { gasUsed: Number(receipt.gasUsed), logs: receipt.logs }
  }

  /** What a transaction would be refused with, null if it would not be: nothing is changed. */
  async trial(send: () => Promise<unknown>): Promise<string | null> {
    const kept = await this.#chain.request('evm_snapshot', [])
    const refused = await send().then(
      () => null,
      (cause: Error) => cause.message,
    )
    await this.#chain.request('evm_revert', [kept])
    return refused
  }

  async read(from: Target, functionName: string, args: readonly unknown[]): Promise<unknown> {
    return this.#answer({ to: this.#addressOf(from), abi: abiOf(from), functionName, args })
  }

  /** Free balances of the homes in the order of their seats, from 4 on, in µEUR. */
  async balances(neighbourhood = LIME): Promise<readonly number[]> {
    const { seats } = await this.books(neighbourhood)
    return seats.slice(4).map(({ balanceMicroEur }) => Number(balanceMicroEur))
  }

  /** The last applied batch, and how many parts of the next one are booked. */
  async progress(): Promise<readonly [lastApplied: number, partsApplied: number]> {
    const { lastApplied, partsApplied } = await this.books()
    return [Number(lastApplied), Number(partsApplied)]
  }

  /** All accounts of a neighbourhood. */
  async books(neighbourhood = LIME): Promise<Books> {
    const taken = Number(await this.read('vault', 'seatsTaken', [neighbourhood]))
    const books = await this.#booksFrom(neighbourhood, 0)
    const seats = [...books.seats]
    while (seats.length < taken) seats.push(...(await this.#booksFrom(neighbourhood, seats.length)).seats)
    return { ...books, seats }
  }

  async #booksFrom(neighbourhood: Hex, first: number): Promise<Books> {
    probe ??= compileFixture('VaultProbe')
    const { vault, coin } = this.addresses
    return (await this.#answer({
      to: PROBE,
      abi: probe.abi,
      functionName: 'booksOf',
      args: [vault, coin, neighbourhood, first, SEATS_A_CALL],
      override: { [PROBE]: { code: probe.code } },
    })) as Books
  }

  /** The roots of everything that the three contracts store: equal if and only if not one bit of it has changed. */
  async storage(): Promise<readonly Hex[]> {
    const proofs = ['coin', 'vault', 'settlement'].map((name) =>
      this.#chain.request('eth_getProof', [this.addresses[name as Name], [], 'latest']),
    )
    return (await Promise.all(proofs)).map((proof) => (proof as { storageHash: Hex }).storageHash)
  }

  /** Opens a neighbourhood with an operator's bond. */
  async openNeighbourhood(
    options: {
      readonly neighbourhood?: Hex
      readonly operator?: Hex
      readonly bond?: number | bigint
      readonly terms?: object
    } = {},
  ): Promise<void> {
    const { neighbourhood = LIME, operator = cast.operator, bond = 10_000 * EUR } = options
    const terms = { operator, supplier, grid, fund, slotSeconds: 900, slotsAhead: 96, ...options.terms }
    await this.send(operator, 'settlement', 'openNeighbourhood', [neighbourhood, terms, noTerms])
    if (bond === 0) return
    await this.provide(operator, bond)
    await this.send(operator, 'vault', 'postBond', [neighbourhood, bond])
  }

  /** Gives somebody coins, and the vault leave to take them. */
  async provide(account: Hex, amount: number | bigint): Promise<void> {
    await this.send(cast.deployer, 'coin', 'mint', [account, amount])
    await this.send(account, 'coin', 'approve', [this.addresses.vault, amount])
  }

  /** Mints and deposits. */
  async deposit(account: Hex, amount: number | bigint, neighbourhood = LIME): Promise<void> {
    await this.provide(cast.deployer, amount)
    await this.send(cast.deployer, 'vault', 'deposit', [neighbourhood, account, amount])
  }

  /** A batch that is not proposed yet: the n-th, of the n-th slot after 1970 unless it is said otherwise. */
  async batch(
    parts: readonly Uint8Array[],
    over: { readonly header?: Partial<BatchHeader>; readonly debit?: bigint } = {},
  ): Promise<Proposed> {
    const neighbourhood = over.header?.neighbourhood ?? LIME
    const number = over.header?.number ?? Number(await this.read('settlement', 'lastProposed', [neighbourhood])) + 1
    const header = { ...emptyHeader, neighbourhood, number, firstSlot: number, lastSlot: number, ...over.header }
    const says = parts.reduce((sum, part) => sum + BigInt(`0x0${Buffer.from(part.slice(24, 32)).toString('hex')}`), 0n)
    const closesAt = this.#now + Number(await this.read('settlement', 'disputeWindow', []))
    const debitMicroEur = Number(over.debit ?? says)
    const state = { closesAt, debitMicroEur, openDemands: 0, isLengthened: false }
    const hashes = { headerHash: headerHashOf(header), movementsHash: movementsHashOf(parts) }
    return { header, parts, ref: { neighbourhood, number, ...hashes, state } }
  }

  /** Proposes a batch and returns what names it. */
  async propose(
    parts: readonly Uint8Array[],
    over: { readonly header?: Partial<BatchHeader>; readonly debit?: bigint; readonly from?: Hex } = {},
  ): Promise<Proposed> {
    const batch = await this.batch(parts, over)
    await this.sendProposal(batch, over.from)
    return batch
  }

  sendProposal({ header, ref }: Proposed, from = cast.operator): Promise<Receipt> {
    return this.send(from, 'settlement', 'propose', [header, ref.movementsHash, ref.state.debitMicroEur])
  }

  /** Books a batch of one part. */
  apply({ ref, parts }: Proposed, from = cast.stranger): Promise<Receipt> {
    const movements = hexOfBytes(parts[0] as Uint8Array<ArrayBuffer>)
    const args = [ref.neighbourhood, ref.number, ref.headerHash, packState(ref.state), movements]
    return this.send(from, 'vault', 'applyBatch', args)
  }

  /** Books one part of a batch. */
  applyPart({ ref, parts }: Proposed, index: number, from = cast.stranger): Promise<Receipt> {
    const movements = hexOfBytes(parts[index] as Uint8Array<ArrayBuffer>)
    return this.send(from, 'vault', 'applyPart', [ref, partHashesOf(parts), movements])
  }

  /** Leaves out one part of a batch that cannot be booked. */
  skipUnsound({ ref, parts }: Proposed, index: number, from = cast.stranger): Promise<Receipt> {
    const movements = hexOfBytes(parts[index] as Uint8Array<ArrayBuffer>)
    return this.send(from, 'settlement', 'skipUnsound', [ref, partHashesOf(parts), movements])
  }

  /** Makes a batch fall that cannot be booked. */
  dropUnsound({ ref, parts }: Proposed, from = cast.stranger): Promise<Receipt> {
    const shown = parts.map((part) => hexOfBytes(part as Uint8Array<ArrayBuffer>))
    return this.send(from, 'settlement', 'dropUnsound', [ref, shown])
  }

  #addressOf(target: Target): Hex {
    return typeof target === 'string' ? this.addresses[target] : target.address
  }

  async #deploy(name: keyof typeof contractOf, args: readonly unknown[]): Promise<Hex> {
    const { bytecode } = readArtifact(contractOf[name])
    const data = encodeDeployData({ abi: abiOf(name), bytecode, args })
    const { receipt, transaction } = await this.#mine({ from: cast.deployer, data })
    if (receipt.status !== '0x1') throw new Error(await this.#refusalOf(name, transaction, receipt.gasUsed))
    return receipt.contractAddress
  }

  async #mine(call: { readonly from: Hex; readonly to?: Hex; readonly data: Hex }) {
    const transaction = { ...call, gas: hexOf(GAS_MAX), gasPrice: '0x0' }
    await this.#chain.request('evm_setNextBlockTimestamp', [this.#now])
    const hash = await this.#chain.request('eth_sendTransaction', [transaction])
    const receipt = (await this.#chain.request('eth_getTransactionReceipt', [hash])) as MinedReceipt
    return { receipt, transaction }
  }

  /** What a transaction was refused with: the call says it, at the same second and on the same state. */
  async #refusalOf(to: Target | 'keys', transaction: object, gasUsed: Hex): Promise<string> {
    if (Number(gasUsed) === GAS_MAX) return 'out of gas'
    await this.#chain.request('evm_setNextBlockTimestamp', [this.#now])
    const answer = await this.#chain.request('eth_call', [transaction, 'pending']).catch((cause) => cause)
    const data = (answer as { data?: { data?: Hex } | Hex }).data
    const reverted = typeof data === 'object' ? data.data : data
    if (reverted === undefined || reverted === '0x') return `refused without a word: ${String(answer)}`
    const { errorName, args } = decodeErrorResult({ abi: abiOf(to), data: reverted })
    return `${errorName}(${(args ?? []).map(wordOf).join(', ')})`
  }

  async #answer(call: {
    readonly to: Hex
    readonly abi: Abi
    readonly functionName: string
    readonly args: readonly unknown[]
    readonly override?: object
  }): Promise<unknown> {
    const { to, abi, functionName, args } = call
    const data = encodeFunctionData({ abi, functionName, args })
    await this.#chain.request('evm_setNextBlockTimestamp', [this.#now])
    const override = call.override === undefined ? [] : [call.override]
    const answer = await this.#chain.request('eth_call', [{ to, data, gas: hexOf(GAS_MAX) }, 'pending', ...override])
    return decodeFunctionResult({ abi, functionName, data: answer as Hex })
  }
}

/** What a refused call was refused with, in full: `ErrorName(arguments)`. */
export const refusal = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'was not refused',
    (cause: Error) => cause.message,
  )

const emptyHeader: BatchHeader = {
  neighbourhood: LIME,
  number: 1,
  firstSlot: 1,
  lastSlot: 1,
  tradesRoot: zeroHash,
  statementsRoot: zeroHash,
  billsRoot: zeroHash,
  creditsRoot: zeroHash,
  termsHash: noTermsHash,
  logHead: zeroHash,
  archiveHash: zeroHash,
  tradedWh: 0,
}

interface MinedReceipt extends Omit<Receipt, 'gasUsed'> {
  readonly status: Hex
  readonly gasUsed: Hex
  readonly contractAddress: Hex
}

const hexOf = (value: number): Hex => `0x${value.toString(16)}`

/** An argument of an error as text, addresses and hashes in lower case. */
function wordOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Object.values(value).map(wordOf).join(' ')
  return String(value).toLowerCase()
}
