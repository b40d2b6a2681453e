import type { SignedEnrolment, SignedMessage } from '#protocol/envelope.ts'
import type { Reading } from '#protocol/reading.ts'
import { isWithin, type Session } from '#protocol/session.ts'
import { verifiedDigest } from '#protocol/signing.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import type { ProofFailed } from '../verify/proof-failed.ts'

type Hex = `0x${string}`

/** Says that a field of the line at hand is not what it has to be. */
export type Wrong = (what: string, expected: string, got: string) => ProofFailed

/** Who may sign what in a home's log: the account, the device's key, and the stream keys that it has authorised. */
export class LogSigners {
  /** the device's key: the one that the account has named, or else the first that is seen */
  deviceSigner: Hex | null = null
  /** whether the account has named it */
  isVouched = false
  sessions = 0
  readonly #byStreamKey = new Map<Hex, Session>()
  readonly #wrong: Wrong
  #lastSession = 0

  constructor(wrong: Wrong) {
    this.#wrong = wrong
  }

  enrol(line: SignedEnrolment, head: { readonly account: Hex; readonly domain: SigningDomain }): void {
    if (line.signer !== head.account) throw this.#wrong('signer', head.account, line.signer)
    this.#signed(line, head.domain)
    this.deviceSigner = line.body.deviceSigner
    this.isVouched = true
  }

  /** Lets a session's key sign from here on; each sequence is above the one before. */
  authorise(session: Session): void {
    const { sequence, streamKey } = session
    if (sequence <= this.#lastSession) {
      throw this.#wrong('body.sequence', `a session above ${this.#lastSession}`, String(sequence))
    }
    this.#lastSession = sequence
    this.#byStreamKey.set(streamKey, session)
    this.sessions++
  }

  byDevice(line: SignedMessage, domain: SigningDomain): void {
    this.deviceSigner ??= line.signer
    if (line.signer !== this.deviceSigner) throw this.#wrong('signer', this.deviceSigner, line.signer)
    this.#signed(line, domain)
  }

  byStream(line: SignedMessage, { timeMs }: Reading, domain: SigningDomain): void {
    const session = this.#byStreamKey.get(line.signer)
    if (session === undefined) throw this.#wrong('signer', 'a key that a session before lets sign', line.signer)
    if (!isWithin(session, timeMs)) {
      const { fromMs, untilMs, sequence } = session
      throw this.#wrong(
        'body.timeMs',
        `from ${fromMs} on and before ${untilMs}, by session ${sequence}`,
        String(timeMs),
      )
    }
    this.#signed(line, domain)
  }

  #signed(envelope: SignedMessage, domain: SigningDomain): void {
    if (verifiedDigest({ domain, envelope }) !== null) return
    throw this.#wrong('signature', `${envelope.signer}'s over this ${envelope.kind}`, envelope.signature)
  }
}
