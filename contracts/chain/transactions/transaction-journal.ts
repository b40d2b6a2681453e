import { open, readFile, truncate } from 'node:fs/promises'
import { bytesOfHex } from '#protocol/hex.ts'
import { keccak } from '#protocol/signing.ts'
import { writeDurably } from '../../durable-file.ts'
import { ChainFailure } from '../chain-failure.ts'

type Hex = `0x${string}`

/** One spelling of a transaction: as it was signed first, or with higher fees. */
export interface SignedBytes {
  readonly raw: Hex
  /** keccak256 of `raw` */
  readonly hash: Hex
}

/** A transaction by what makes it one: whose it is and its nonce. One of its spellings at most gets into a block. */
export interface JournalledTransaction {
  readonly account: Hex
  readonly nonce: number
  /** what it is called in messages */
  readonly operation: string
  /** keccak256 of the contract and the data that it calls it with: what is wanted, whatever it costs */
  readonly call: Hex
  /** oldest first */
  readonly signed: readonly SignedBytes[]
}

/** What became of a transaction: a block holds it, or another one with its nonce, or no node took it. */
export type Ending = 'mined' | 'displaced' | 'refused'

/** Which chain a journal is of. */
export interface JournalChain {
  readonly chainId: number
  /** hash of block 0 */
  readonly genesis: Hex
}

type Line =
  | ({ readonly format: number } & JournalChain)
  | ({ readonly is: 'signed' } & Omit<JournalledTransaction, 'signed'> & SignedBytes)
  | { readonly is: 'ended'; readonly account: Hex; readonly nonce: number; readonly ending: Ending }
  | { readonly is: 'reopened'; readonly account: Hex; readonly nonce: number }

const FORMAT = 1
/** So many transactions that a block holds are kept of each account: what a reorg takes out again can be sent again. */
const KEPT_MOST = 64
/** Lines from which on a journal is written anew when it is opened. */
const LINES_MOST = 2_000

/**
 * The transactions of this node that are not known to have ended, and the last ones that have. With a file, each is
 * durable before it can reach a node: so a crash neither forgets one nor makes a second of it.
 */
export class TransactionJournal {
  readonly #path: string | null
  readonly #open = new Map<Hex, readonly JournalledTransaction[]>()
  readonly #mined = new Map<Hex, readonly JournalledTransaction[]>()

  /** why a line is not whole in the file: nothing may follow it there, so nothing more is sent */
  #lost: unknown = null

  private constructor(path: string | null) {
    this.#path = path
  }

  /** One that is gone with the process. */
  static inMemory(): TransactionJournal {
    return new TransactionJournal(null)
  }

  /**
   * Opens or begins a journal. An unfinished last line, left by a crash before anything was sent, is cut off. Throws
   * ChainFailure where it is of another chain or damaged elsewhere.
   */
  static async at(path: string, chain: JournalChain): Promise<TransactionJournal> {
    const journal = new TransactionJournal(path)
    const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return ''
      throw cause
    })
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole))
    const [head, ...lines] = whole.split('\n').slice(0, -1)
    if (head === undefined) {
      await writeDurably(path, `${JSON.stringify({ format: FORMAT, ...chain })}\n`)
      return journal
    }
    refuseOtherChain(path, chain, parsed(path, 1, head))
    for (const [index, line] of lines.entries()) journal.#take(path, index + 2, line)
    if (lines.length > LINES_MOST) await journal.#writeAnew(path, chain)
    return journal
  }

  /** What the account has sent, or has signed to be sent, whose end is not known; by nonce. */
  openOf(account: Hex): readonly JournalledTransaction[] {
    return this.#open.get(account) ?? []
  }

  /** The last ones of the account that a block held, by nonce. */
  minedOf(account: Hex): readonly JournalledTransaction[] {
    return this.#mined.get(account) ?? []
  }

  /** A spelling that may be sent once this resolves; of a new transaction, or of the open one. */
  async sign(
    transaction: Omit<JournalledTransaction, 'signed'>,
    spelling: SignedBytes,
  ): Promise<JournalledTransaction> {
    const { account, nonce, operation, call } = transaction
    const line = { is: 'signed', account, nonce, operation, call, ...spelling } as const
    await this.#append(line, 'durably')
    return this.#noteSigned(line)
  }

  /** Not durable at once: what is forgotten of it is found out again. */
  async end({ account, nonce }: JournalledTransaction, ending: Ending): Promise<void> {
    const line = { is: 'ended', account, nonce, ending } as const
    await this.#append(line, 'soon')
    this.#noteEnded(line)
  }

  /** One that a block held is not in a block any more: it is open again, in all its spellings. */
  async reopen({ account, nonce }: JournalledTransaction): Promise<void> {
    const line = { is: 'reopened', account, nonce } as const
    await this.#append(line, 'durably')
    this.#noteReopened(line)
  }

  #noteSigned({ account, nonce, operation, call, raw, hash }: Extract<Line, { is: 'signed' }>): JournalledTransaction {
    const before = this.openOf(account).find((one) => one.nonce === nonce)?.signed ?? []
    const noted = { account, nonce, operation, call, signed: [...before, { raw, hash }] }
    this.#open.set(account, byNonce([...without(this.openOf(account), nonce), noted]))
    return noted
  }

  #noteReopened({ account, nonce }: Extract<Line, { is: 'reopened' }>): void {
    const reopened = this.minedOf(account).find((one) => one.nonce === nonce)
    if (reopened === undefined) return
    this.#mined.set(account, without(this.minedOf(account), nonce))
    this.#open.set(account, byNonce([...without(this.openOf(account), nonce), reopened]))
  }

  #noteEnded({ account, nonce, ending }: Extract<Line, { is: 'ended' }>): void {
    const ended = this.openOf(account).find((one) => one.nonce === nonce)
    if (ended === undefined) return
    this.#open.set(account, without(this.openOf(account), nonce))
    if (ending === 'mined') this.#mined.set(account, byNonce([...this.minedOf(account), ended]).slice(-KEPT_MOST))
  }

  #take(path: string, number: number, text: string): void {
    const line = parsed(path, number, text)
    if (!('is' in line && isRight(line))) throw damaged(path, number)
    if (line.is === 'signed') this.#noteSigned(line)
    else if (line.is === 'ended') this.#noteEnded(line)
    else this.#noteReopened(line)
  }

  async #append(line: Line, when: 'durably' | 'soon'): Promise<void> {
    if (this.#path === null) return
    if (this.#lost !== null) throw this.#lost
    try {
      await using file = await open(this.#path, 'a')
      await file.appendFile(`${JSON.stringify(line)}\n`)
      if (when === 'durably') await file.datasync()
    } catch (cause) {
      this.#lost = cause
      throw cause
    }
  }

  async #writeAnew(path: string, chain: JournalChain): Promise<void> {
    const lines: Line[] = [{ format: FORMAT, ...chain }]
    const signed = ({ signed, ...of }: JournalledTransaction) =>
      signed.map((one) => ({ is: 'signed', ...of, ...one }) as const)
    for (const mined of this.#mined.values()) {
      for (const one of mined) {
        lines.push(...signed(one), { is: 'ended', account: one.account, nonce: one.nonce, ending: 'mined' })
      }
    }
    for (const open of this.#open.values()) lines.push(...open.flatMap(signed))
    await writeDurably(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  }
}

const without = (transactions: readonly JournalledTransaction[], nonce: number) =>
  transactions.filter((one) => one.nonce !== nonce)

const byNonce = (transactions: readonly JournalledTransaction[]) => transactions.toSorted((a, b) => a.nonce - b.nonce)

/** What is sent again has to be what was signed, byte for byte. */
function isRight(line: Extract<Line, { is: string }>): boolean {
  if (!/^0x[0-9a-f]{40}$/.test(line.account) || !Number.isSafeInteger(line.nonce) || line.nonce < 0) return false
  switch (line.is) {
    case 'signed':
      return /^0x([0-9a-f]{2})+$/.test(line.raw) && keccak(bytesOfHex(line.raw)) === line.hash && isHash(line.call)
    case 'ended':
      return ['mined', 'displaced', 'refused'].includes(line.ending)
    case 'reopened':
      return true
    default:
      return false
  }
}

const isHash = (text: unknown) => typeof text === 'string' && /^0x[0-9a-f]{64}$/.test(text)

function parsed(path: string, number: number, text: string): Line {
  try {
    const line: unknown = JSON.parse(text)
    if (typeof line === 'object' && line !== null) return line as Line
  } catch {}
  throw damaged(path, number)
}

const damaged = (path: string, number: number) =>
  new ChainFailure({ operation: 'read the journal of transactions', detail: `${path}:${number} is damaged` })

function refuseOtherChain(path: string, chain: JournalChain, found: Line): void {
  for (const [field, wanted] of Object.entries({ format: FORMAT, ...chain })) {
    const there = (found as unknown as Record<string, unknown>)[field]
    if (there === wanted) continue
    throw new ChainFailure({
      operation: 'open the journal of transactions',
      detail: `${path} is of another chain: its ${field} is ${there}, not ${wanted}; move the file away if nothing of it is still to be sent`,
    })
  }
}
