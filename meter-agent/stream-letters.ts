import { Effect } from 'effect'
import type { SignedReading } from '#protocol/envelope.ts'
import type { RefusalCode } from '#protocol/refusal.ts'
import type { Signer } from '#protocol/signer.ts'
import { envelopeOf, signWith } from '#protocol/signing.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import type { GatewayClient } from './gateway-client.ts'
import type { GatewayError } from './gateway-error.ts'
import type { KeptSession, Outbox, OutboxFailure, PendingReading } from './outbox/outbox.ts'

/** A message that the market refused. */
export interface RefusedMessage {
  readonly what: string
  readonly code: RefusalCode
  readonly detail: string
}

/** Readings on their way to the market, for one publishing step. */
interface StreamLetters {
  /** The readings as they are sent, and before that the sessions that they need and the market does not have yet. */
  readonly lettersOf: (
    pending: readonly PendingReading[],
  ) => Effect.Effect<readonly SignedReading[], GatewayError | OutboxFailure>
  /**
   * What to do about readings that were not authorised: the market has forgotten their session, so it is sent again; if
   * it was sent just now, the device's own key signs them. Whether any of that is worth another try.
   */
  readonly mended: (unauthorised: readonly PendingReading[]) => Effect.Effect<boolean, OutboxFailure>
  readonly refusals: readonly RefusedMessage[]
}

/** A session of this sequence is with the market: a session is never signed twice with other bytes. */
const taken: readonly RefusalCode[] = ['STALE_SEQUENCE']

export function streamLetters(home: {
  readonly outbox: Outbox
  readonly gateway: GatewayClient
  readonly domain: SigningDomain
  readonly deviceKey: Signer
}): StreamLetters {
  const { outbox, gateway, domain, deviceKey } = home
  const refusals: RefusedMessage[] = []
  const known = new Map<number, KeptSession>()
  const sent = new Set<number>()
  const useless = new Set<number>()

  const announce = (sequence: number) =>
    Effect.gen(function* () {
      const kept = yield* outbox.session(sequence)
      if (kept === null) return void useless.add(sequence)
      known.set(sequence, kept)
      if (kept.isAcknowledged || sent.has(sequence)) return
      const body = kept.session
      const letter = signWith({ domain, kind: 'session', body, signer: deviceKey })
      const outcome = yield* gateway.sendSession(letter)
      sent.add(sequence)
      if (outcome.accepted || taken.includes(outcome.code)) yield* outbox.acknowledgeSession(letter)
      else refusals.push({ what: `session ${sequence}`, code: outcome.code, detail: outcome.detail })
    })

  const letterOf = ({ reading: body, signed }: PendingReading): SignedReading => {
    const kept = signed === null || useless.has(signed.session) ? undefined : known.get(signed.session)
    if (signed === null || kept === undefined) return signWith({ domain, kind: 'reading', body, signer: deviceKey })
    const signer = { algorithm: 'ed25519', signer: kept.session.streamKey } as const
    return envelopeOf({ kind: 'reading', body, signer, signature: signed.signature })
  }

  return {
    refusals,
    lettersOf: (pending) =>
      Effect.gen(function* () {
        const sessions = new Set(pending.flatMap(({ signed }) => (signed === null ? [] : [signed.session])))
        for (const sequence of sessions) if (!useless.has(sequence)) yield* announce(sequence)
        return pending.map(letterOf)
      }),
    mended: (unauthorised) =>
      Effect.gen(function* () {
        let isMended = false
        for (const sequence of new Set(unauthorised.flatMap(({ signed }) => signed?.session ?? []))) {
          if (useless.has(sequence)) continue
          isMended = true
          if (sent.has(sequence)) useless.add(sequence)
          else yield* outbox.forgetSession(sequence)
        }
        return isMended
      }),
  }
}
