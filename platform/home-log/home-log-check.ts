import {
  advanceSlots,
  type HomeLogLine,
  type RecordedReading,
  registersHash,
  type SlotState,
} from '#meter-agent/index.ts'
import type { SignedEnrolment, SignedReading } from '#protocol/envelope.ts'
import type { Reading } from '#protocol/reading.ts'
import type { Session } from '#protocol/session.ts'
import { digestOf, keccak } from '#protocol/signing.ts'
import type { Statement } from '#protocol/statement.ts'
import { firstDifference, shown } from '../verify/first-difference.ts'
import { ProofFailed } from '../verify/proof-failed.ts'
import { type LogHead, type LogLine, logLineOf } from './home-log-line.ts'
import { LogSigners } from './log-signers.ts'

type Hex = `0x${string}`

/** What a home's log is, as far as it has been checked. */
export interface HomeLogFound {
  readonly deviceId: string
  readonly account: Hex
  /** null while nothing that the device's own key has signed was seen */
  readonly deviceSigner: Hex | null
  /** whether the account has signed that this is the device's key */
  readonly vouched: boolean
  readonly sessions: number
  readonly readings: { readonly first: number; readonly last: number; readonly registers: number }
  /** `recomputed`: made again from the readings; `unfounded`: older than the readings that the log still holds */
  readonly statements: { readonly recomputed: number; readonly unfounded: number }
  /** whose signature is not there: not sent yet, or by an earlier version; the chain of readings holds it */
  readonly unsigned: number
}

/**
 * Checks a home's log line by line: each signature, who may give it, the sequence and the chain of readings, registers
 * against their hash, and that the readings give exactly the statements that stand there. Throws ProofFailed at the first
 * thing that is wrong.
 */
export class HomeLogCheck {
  readonly #signers = new LogSigners((...what) => this.#wrong(...what))
  readonly #counts = { registers: 0, recomputed: 0, unfounded: 0, unsigned: 0 }
  #log: LogHead | null = null
  #lines = 0
  #hash: Hex = `0x${'0'.repeat(64)}`
  #hasEnded = false
  #place = ''
  #registers: { readonly sequence: number; readonly hash: Hex } | null = null
  #last: RecordedReading | null = null
  #slot: SlotState | null = null
  #lastStated = -1
  /** what the readings so far make necessary */
  #due: Statement[] = []

  /** Takes the next line. */
  take({ place, text }: HomeLogLine): void {
    this.#place = place
    const line = logLineOf(text)
    if (typeof line === 'string') throw this.#wrong('line', 'a line of a home log', `${line}: ${shown(text)}`)
    if (this.#hasEnded) throw this.#wrong('line', 'nothing behind the end', line.kind)
    if (line.kind === 'end') this.#end(line)
    else {
      this.#lines++
      this.#hash = nextHash(this.#hash, text)
      try {
        this.#check(line)
      } catch (cause) {
        if (cause instanceof ProofFailed) throw cause
        throw this.#wrong('line', 'records that make sense', cause instanceof Error ? cause.message : String(cause))
      }
    }
  }

  /** After the last line; a file says itself where it ends. */
  finish(as: 'a file' | 'an outbox'): HomeLogFound {
    this.#place = 'the end'
    const { deviceId, account, first, head } = this.#head
    if (as === 'a file' && !this.#hasEnded) throw this.#wrong('end', 'a line of kind end', 'the end of the file')
    this.#noneDue()
    if (this.#registers !== null) throw this.#wrong('reading', `reading ${this.#registers.sequence}`, 'nothing')
    const last = this.#last?.reading.sequence ?? first - 1
    if (last !== head.sequence) throw this.#wrong('reading', `reading ${last + 1}`, 'nothing')
    if (this.#last?.hash !== head.hash)
      throw this.#wrong('reading', `a last one of hash ${head.hash}`, shown(this.#last?.hash))
    const { registers, recomputed, unfounded, unsigned } = this.#counts
    return {
      deviceId,
      account,
      deviceSigner: this.#signers.deviceSigner,
      vouched: this.#signers.isVouched,
      sessions: this.#signers.sessions,
      readings: { first, last, registers },
      statements: { recomputed, unfounded },
      unsigned,
    }
  }

  get #head(): LogHead {
    if (this.#log === null) throw this.#wrong('log', 'a first line of kind log', 'none')
    return this.#log
  }

  #check(line: Exclude<LogLine, { readonly kind: 'end' }>): void {
    if (line.kind === 'log') {
      if (this.#lines !== 1) throw this.#wrong('log', 'one line of kind log, the first one', 'another one')
      this.#log = line
      return
    }
    const head = this.#head
    if (this.#registers !== null && !line.kind.endsWith('reading')) {
      throw this.#wrong('reading', `reading ${this.#registers.sequence}, whose registers these were`, line.kind)
    }
    if (line.kind === 'registers') {
      this.#noneDue()
      if (line.sequence !== this.#nextSequence) {
        throw this.#wrong('registers', `those of reading ${this.#nextSequence}`, `those of ${line.sequence}`)
      }
      this.#registers = { sequence: line.sequence, hash: registersHash(line.text) }
      return
    }
    if (line.body.deviceId !== head.deviceId) throw this.#wrong('body.deviceId', head.deviceId, line.body.deviceId)
    if ('neighbourhood' in line.body && line.body.neighbourhood !== head.neighbourhood) {
      throw this.#wrong('body.neighbourhood', head.neighbourhood, line.body.neighbourhood)
    }
    if ('account' in line.body && line.body.account !== head.account) {
      throw this.#wrong('body.account', head.account, line.body.account)
    }
    if (!('signature' in line)) this.#counts.unsigned++
    if (line.kind === 'enrolment') this.#enrolment(line)
    else if (line.kind === 'reading') this.#reading(line.body, line)
    else if (line.kind === 'unsigned-reading') this.#reading(line.body, null)
    else {
      if ('signature' in line) this.#signers.byDevice(line, head.domain)
      if (line.kind === 'session' || line.kind === 'unsigned-session') this.#session(line.body)
      else this.#statement(line.body)
    }
  }

  #enrolment(line: SignedEnrolment): void {
    if (this.#lines !== 2) throw this.#wrong('enrolment', 'one enrolment, the second line', 'another one')
    this.#signers.enrol(line, this.#head)
  }

  #session(body: Session): void {
    this.#noneDue()
    this.#signers.authorise(body)
  }

  #reading(body: Reading, signed: SignedReading | null): void {
    this.#noneDue()
    const { domain, account, neighbourhood, slotMinutes } = this.#head
    const expected = this.#nextSequence
    if (body.sequence !== expected)
      throw this.#wrong('body.sequence', `reading ${expected}`, `reading ${body.sequence}`)
    const before = this.#last
    if (before !== null && body.previousHash !== before.hash) {
      throw this.#wrong('body.previousHash', before.hash, body.previousHash)
    }
    if (body.timeMs < (before?.reading.timeMs ?? 0)) {
      throw this.#wrong('body.timeMs', `at least ${before?.reading.timeMs}`, String(body.timeMs))
    }
    if (signed?.algorithm === 'ed25519') this.#signers.byStream(signed, body, domain)
    else if (signed !== null) this.#signers.byDevice(signed, domain)
    this.#readFrom(body)
    const after = { reading: body, hash: digestOf({ domain, kind: 'reading', body }) }
    const stated = advanceSlots(this.#slot, { before, after }, { account, neighbourhood, slotMinutes })
    this.#last = after
    this.#slot = stated.state
    this.#due = [...stated.statements]
  }

  /** Registers are let go from the oldest on, so there are none before a reading that has some. */
  #readFrom({ sequence, registersHash: said }: Reading): void {
    const registers = this.#registers
    this.#registers = null
    if (registers === null) {
      if (this.#counts.registers === 0) return
      throw this.#wrong('registers', `the registers of reading ${sequence} before it`, 'none')
    }
    if (registers.hash !== said) throw this.#wrong('body.registersHash', registers.hash, said)
    this.#counts.registers++
  }

  #statement(body: Statement): void {
    if (body.slot <= this.#lastStated) {
      throw this.#wrong('body.slot', `a slot above ${this.#lastStated}`, String(body.slot))
    }
    this.#lastStated = body.slot
    if (body.firstSequence < this.#head.first) {
      if (this.#due[0]?.slot === body.slot) this.#due.shift()
      this.#counts.unfounded++
      return
    }
    const difference = firstDifference(this.#due.shift() ?? {}, body, 'body')
    if (difference !== null) throw this.#wrong(difference.path, difference.expected, difference.got)
    this.#counts.recomputed++
  }

  #noneDue(): void {
    const [missing] = this.#due
    if (missing === undefined) return
    throw this.#wrong(
      'statement',
      `the statement of slot ${missing.slot}, which reading ${missing.lastSequence} ends`,
      'none',
    )
  }

  get #nextSequence(): number {
    return this.#last === null ? this.#head.first : this.#last.reading.sequence + 1
  }

  #end({ lines, hash }: Extract<LogLine, { readonly kind: 'end' }>): void {
    if (lines !== this.#lines) throw this.#wrong('end', `${lines} lines`, `${this.#lines}`)
    if (hash !== this.#hash) throw this.#wrong('end', `lines of hash ${hash}`, this.#hash)
    this.#hasEnded = true
  }

  #wrong(what: string, expected: string, got: string): ProofFailed {
    return new ProofFailed({ step: 'home log', place: `${this.#place} ${what}`, expected, got })
  }
}

/** The hash of all lines up to this one: keccak256 of the one before and the line's text. */
export const nextHash = (before: Hex, text: string): Hex => keccak(`${before}${text}`)
