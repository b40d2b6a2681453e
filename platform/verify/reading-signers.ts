import { isWithin } from '#protocol/session.ts'
import { verifiedDigest } from '#protocol/signing.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import { eventPlace } from './evidence.ts'
import type { Party } from './party.ts'
import { ProofFailed } from './proof-failed.ts'
import type { Logged, TradeStory } from './trade-story.ts'

/** Who may sign the readings of a party's meter: its own key, and what that has let sign. Each session is checked once. */
export class ReadingSigners {
  readonly #party: Party
  readonly #domain: SigningDomain
  readonly #sessions: TradeStory['sessions']
  readonly #step: string
  readonly #used = new Set<Logged<'SessionAuthorised'>>()

  constructor(options: {
    readonly party: Party
    readonly domain: SigningDomain
    readonly sessions: TradeStory['sessions']
    readonly step: string
  }) {
    this.#party = options.party
    this.#domain = options.domain
    this.#sessions = options.sessions
    this.#step = options.step
  }

  /** Throws ProofFailed unless the reading's signer may sign it. */
  check(logged: Logged<'ReadingAccepted'>): void {
    const { deviceId, deviceSigner } = this.#party
    const { signer, body } = logged.event.reading
    if (signer === deviceSigner) return
    const session = this.#sessions.get(signer)?.findLast(({ sequence, event }) => {
      const { body: granted } = event.session
      return sequence < logged.sequence && granted.deviceId === deviceId && isWithin(granted, body.timeMs)
    })
    if (session === undefined) {
      const place = eventPlace(logged, 'reading.signer')
      const expected = `${deviceSigner}, or a key that it lets sign at ${body.timeMs}`
      throw new ProofFailed({ step: this.#step, place, expected, got: signer })
    }
    if (!this.#used.has(session)) this.#checkSession(session)
    this.#used.add(session)
  }

  /** Who has signed, in words. */
  get words(): string {
    const { deviceSigner } = this.#party
    const sessions = [...this.#used].map(({ event }) => event.session.body.sequence)
    if (sessions.length === 0) return `each signed by ${deviceSigner}`
    return `each signed by a stream key that ${deviceSigner} has authorised (session ${sessions.join(', ')})`
  }

  #checkSession(session: Logged<'SessionAuthorised'>): void {
    const { deviceSigner } = this.#party
    const { signer, signature } = session.event.session
    const fail = (field: string, expected: string, got: string) =>
      new ProofFailed({ step: this.#step, place: eventPlace(session, `session.${field}`), expected, got })
    if (signer !== deviceSigner) throw fail('signer', deviceSigner, signer)
    if (verifiedDigest({ domain: this.#domain, envelope: session.event.session }) !== null) return
    throw fail('signature', `${signer}'s over this session`, signature)
  }
}
