import { Effect, Semaphore, Clock as WallClock } from 'effect'
import type { ChainPlace } from '#protocol/market-event.ts'
import { addressOf, keccak } from '#protocol/signing.ts'
import { ChainFailure } from '../chain-failure.ts'
import { type Call, calldataOf, connectRpc, operationOf, type Rpc, signTransaction, unsignedOf } from '../viem.ts'
import { offeredFees, raisedFees } from './fees.ts'
import { type Ending, type JournalledTransaction, TransactionJournal } from './transaction-journal.ts'

type Hex = `0x${string}`

/** Everything that a node sends to a chain goes through one of these: one transaction of an account at a time. */
export interface Transactions {
  /**
   * Signs a call, sends it and waits until a block holds it; fails (ChainFailure) with `revert` where a contract refuses,
   * with a `code` where it does not get that far. What was sent before and has not ended comes first, and if that is
   * this very call, its end is this one's: whoever asks again for what was stuck does not get it twice.
   */
  readonly send: (key: Hex, call: Call) => Effect.Effect<ChainPlace, ChainFailure>
  /** Brings to an end what an earlier process has signed and has not seen in a block. */
  readonly resume: (key: Hex) => Effect.Effect<void, ChainFailure>
  /** one spending of coin at a time: each counts on what is there, and on what it let another take of it */
  readonly spendings: Semaphore.Semaphore
}

/** How long and how dear a transaction may be. Wall ms. */
export interface TransactionLimits {
  /** after so long without a block its fees are raised */
  readonly stuckMs: number
  /** after so long whoever wants it is told that it is stuck */
  readonly waitMsMax: number
  /** so long receipts may be behind the nonces that a node tells: until then a nonce that is used may be used by us */
  readonly receiptMsMax: number
  /** the most that a unit of gas may cost */
  readonly feeWeiMax: bigint
  readonly pollMs: number
}

const defaultLimits: TransactionLimits = {
  stuckMs: 60_000,
  waitMsMax: 600_000,
  receiptMsMax: 30_000,
  feeWeiMax: 500_000_000_000n,
  pollMs: 100,
}

/** What a transaction may take (EIP-7825). */
const GAS_MAX = 16_777_216n
/** So many times a call is signed anew because somebody else has used its nonce. */
const SIGNED_MOST = 3

/** A chain that has not made a block by then, wall ms, makes them slowly: it is asked so many times less often. */
const SOON_MS = 2_000
const SLOWER = 10

/** A transaction that a block holds. */
interface Mined {
  readonly place: ChainPlace
  readonly status: 'success' | 'reverted'
}

/**
 * Opens the way to a chain. With `journalFile` what is sent outlives the process; without, it is forgotten with it. Fails
 * (ChainFailure) if nobody answers there, or the file is of another chain or damaged.
 */
export const openTransactions = (options: {
  readonly rpcUrl: string
  readonly journalFile?: string
  readonly limits?: Partial<TransactionLimits>
}): Effect.Effect<Transactions, ChainFailure> =>
  Effect.gen(function* () {
    const rpc = yield* connectRpc(options.rpcUrl)
    const { journalFile: path } = options
    const genesis = (yield* rpc.blockHash(0)) ?? keccak('')
    const journal =
      path === undefined
        ? TransactionJournal.inMemory()
        : yield* filing('open', () => TransactionJournal.at(path, { chainId: rpc.chainId, genesis }))
    return transactionsOf({ rpc, journal, limits: { ...defaultLimits, ...options.limits } })
  })

function transactionsOf(parts: {
  readonly rpc: Rpc
  readonly journal: TransactionJournal
  readonly limits: TransactionLimits
}): Transactions {
  const { rpc, journal, limits } = parts
  const turns = new Map<Hex, Semaphore.Semaphore>()
  const inTurn = <A>(account: Hex, work: Effect.Effect<A, ChainFailure>) => {
    const turn = turns.get(account) ?? Semaphore.makeUnsafe(1)
    turns.set(account, turn)
    return turn.withPermits(1)(work)
  }

  const end = (transaction: JournalledTransaction, ending: Ending) =>
    filing('keep', () => journal.end(transaction, ending))

  const minedAs = Effect.fnUntraced(function* ({ signed }: JournalledTransaction) {
    for (const { hash } of signed.toReversed()) {
      const outcome = yield* rpc.transactionOf(hash)
      if (outcome === null) continue
      const { block, status } = outcome
      return { place: { transaction: hash, block }, status } satisfies Mined
    }
    return null
  })

  /** Signs the call with the next nonce: durable, and not sent yet. */
  const sign = Effect.fnUntraced(function* (key: Hex, call: Call, data: Hex) {
    const account = addressOf(key)
    const operation = operationOf(call)
    const estimate = yield* rpc.gasOf(account, call)
    if (estimate > GAS_MAX) {
      const detail = `takes ${estimate} gas, and a transaction at most ${GAS_MAX}`
      return yield* new ChainFailure({ operation, code: 'GAS_TOO_HIGH', detail })
    }
    const fees = offeredFees(yield* rpc.feeMarket)
    if (fees.mostWei > limits.feeWeiMax) {
      const detail = `a unit of gas costs up to ${fees.mostWei} wei, and may cost ${limits.feeWeiMax}: not sent`
      return yield* new ChainFailure({ operation, code: 'FEE_TOO_HIGH', detail })
    }
    // A node may be behind, and what it has not got yet is counted all the same.
    const ours = (journal.minedOf(account).at(-1)?.nonce ?? -1) + 1
    const nonce = Math.max(ours, yield* rpc.nonceOf(account))
    // What it takes may be more when its turn comes; what it does not take costs nothing.
    const gas = smaller((estimate * 5n) / 4n, GAS_MAX)
    const unsigned = { chainId: rpc.chainId, to: call.address, data, nonce, gas, fees }
    const spelling = yield* signTransaction(key, unsigned)
    const wanted = callHash(call.address, data)
    return yield* filing('keep', () => journal.sign({ account, nonce, operation, call: wanted }, spelling))
  })

  /** The same transaction with higher fees; null where nothing can be offered but what was offered before. */
  const raise = Effect.fnUntraced(function* (key: Hex, transaction: JournalledTransaction) {
    const unsigned = unsignedOf(last(transaction).raw)
    const fees = raisedFees(unsigned.fees, yield* rpc.feeMarket)
    if (fees.mostWei === unsigned.fees.mostWei || fees.mostWei > limits.feeWeiMax) return null
    const spelling = yield* signTransaction(key, { ...unsigned, fees })
    yield* Effect.logWarning(`${transaction.operation} waits for a block: up to ${fees.mostWei} wei a unit of gas now`)
    return yield* filing('keep', () => journal.sign(transaction, spelling))
  })

  /**
   * Sends the last spelling of a transaction. Fails where the node does not want it, and ends it, unless others wait
   * behind it: without its nonce none of them could ever get into a block.
   */
  const offer = Effect.fnUntraced(function* (transaction: JournalledTransaction) {
    const reception = yield* rpc.broadcast(last(transaction).raw)
    if (reception.is !== 'refused') return
    // Some node says no and has taken it, and of several spellings an earlier one may be on its way.
    const { account, nonce, operation, signed } = transaction
    for (const { hash } of signed) if (yield* rpc.knows(hash)) return
    if (!journal.openOf(account).some((other) => other.nonce > nonce)) yield* end(transaction, 'refused')
    return yield* new ChainFailure({ operation, code: 'REFUSED', detail: `the node says: ${reception.why}` })
  })

  /** Waits until a block holds a transaction that was sent; gives null where one holds another with its nonce. */
  const follow = Effect.fnUntraced(function* (key: Hex, begun: JournalledTransaction) {
    const { account, nonce, operation } = begun
    let transaction = begun
    const begunMs = yield* WallClock.currentTimeMillis
    let offeredMs = begunMs
    let usedMs: number | null = null
    for (;;) {
      // In this order: between the two looks a block may have come.
      const used = yield* rpc.nonceOf(account)
      const isUsed = used > nonce
      const mined = yield* minedAs(transaction)
      if (mined !== null) {
        yield* end(transaction, 'mined')
        return mined
      }
      const nowMs = yield* WallClock.currentTimeMillis
      usedMs = isUsed ? (usedMs ?? nowMs) : null
      if (usedMs !== null && nowMs - usedMs >= limits.receiptMsMax) {
        yield* end(transaction, 'displaced')
        return null
      }
      if (nowMs - begunMs >= limits.waitMsMax) {
        const detail = `no block has taken it in ${limits.waitMsMax / 1000} s (nonce ${nonce} of ${account}); it is followed on`
        return yield* new ChainFailure({ operation, code: 'STUCK', detail })
      }
      if (usedMs === null && nowMs - offeredMs >= limits.stuckMs) {
        // What a reorg took out meanwhile is in its way.
        for (const earlier of journal.minedOf(account)) if (earlier.nonce >= used) yield* offer(earlier)
        transaction = (yield* raise(key, transaction)) ?? transaction
        yield* offer(transaction)
        offeredMs = nowMs
      }
      yield* Effect.sleep(nowMs - begunMs < SOON_MS ? limits.pollMs : SLOWER * limits.pollMs)
    }
  })

  /** Ends what is open, also what a reorg has taken out of its block again; gives each and how it ended, in order. */
  const endOpen = Effect.fnUntraced(function* (key: Hex) {
    const account = addressOf(key)
    const nonce = yield* rpc.nonceOf(account)
    for (const forgotten of journal.minedOf(account).filter((one) => one.nonce >= nonce)) {
      if ((yield* minedAs(forgotten)) === null) yield* filing('keep', () => journal.reopen(forgotten))
    }
    return yield* Effect.forEach(journal.openOf(account), (transaction) =>
      Effect.gen(function* () {
        // Nobody knows whether it was sent, nor whether the node has kept it.
        if (transaction.nonce >= nonce) yield* offer(transaction)
        return { transaction, mined: yield* follow(key, transaction) }
      }),
    )
  })

  const send = Effect.fnUntraced(function* (key: Hex, call: Call) {
    const operation = operationOf(call)
    const data = calldataOf(call)
    const wanted = callHash(call.address, data)
    const same = (yield* endOpen(key)).find(({ transaction, mined }) => mined !== null && transaction.call === wanted)
    if (same?.mined != null) return yield* succeeded(operation, same.mined)
    for (let signed = 0; signed < SIGNED_MOST; signed++) {
      const transaction = yield* sign(key, call, data)
      yield* offer(transaction)
      const mined = yield* follow(key, transaction)
      if (mined !== null) return yield* succeeded(operation, mined)
    }
    const detail = `${SIGNED_MOST} nonces of ${addressOf(key)} were used by somebody else: one key is for one node`
    return yield* new ChainFailure({ operation, code: 'NONCE_TAKEN', detail })
  })

  return {
    send: (key, call) => inTurn(addressOf(key), send(key, call)),
    resume: (key) => inTurn(addressOf(key), Effect.asVoid(endOpen(key))),
    spendings: Semaphore.makeUnsafe(1),
  }
}

const succeeded = (operation: string, { place, status }: Mined): Effect.Effect<ChainPlace, ChainFailure> =>
  status === 'success'
    ? Effect.succeed(place)
    : Effect.fail(new ChainFailure({ operation, code: 'REVERTED', detail: `${place.transaction} reverted` }))

const callHash = (to: Hex, data: Hex): Hex => keccak(`${to}${data}`)

function last({ signed, operation }: JournalledTransaction) {
  const spelling = signed.at(-1)
  if (spelling === undefined) throw new Error(`${operation} was never signed`)
  return spelling
}

const smaller = (a: bigint, b: bigint) => (a < b ? a : b)

const filing = <A>(verb: string, run: () => Promise<A>): Effect.Effect<A, ChainFailure> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) =>
      cause instanceof ChainFailure
        ? cause
        : new ChainFailure({ operation: `${verb} the journal of transactions`, detail: (cause as Error).message }),
  })
