import { Effect } from 'effect'
import type { Outcome } from '#protocol/messages.ts'
import type { RefusalCode } from '#protocol/refusal.ts'
import type { Signer } from '#protocol/signer.ts'
import { signWith } from '#protocol/signing.ts'
import type { NotJoined } from './agent-options.ts'
import type { GatewayClient } from './gateway-client.ts'
import type { GatewayError } from './gateway-error.ts'
import type { Membership } from './membership.ts'
import type { Outbox, OutboxFailure } from './outbox/outbox.ts'
import { type RefusedMessage, streamLetters } from './stream-letters.ts'

export type { RefusedMessage }

/** What one publishing step achieved: how many were acknowledged, and what was refused. */
export interface Published {
  readonly readings: number
  readonly statements: number
  readonly refusals: readonly RefusedMessage[]
}

/** Signing takes a millisecond each: small batches keep the process answering. */
const BATCH = 64
const MOST_BATCHES = 8

/** The market has it already: as good as accepted. */
const taken: readonly RefusalCode[] = ['STALE_SEQUENCE', 'STATEMENT_EXISTS', 'NONCE_USED']
/** The same message may be taken later: a market with another domain, to which all our signatures are bad, may go again. */
const mayBeTakenLater: readonly RefusalCode[] = [
  'UNKNOWN_HOME',
  'NOT_AUTHORISED',
  'SLOT_NOT_DELIVERED',
  'TIME_AHEAD',
  'BAD_SIGNATURE',
]
/** It is worth asking whether the market is still the one that was joined. */
const unknownMarket: readonly RefusalCode[] = ['UNKNOWN_HOME', 'BAD_SIGNATURE']

/** Sends what waits in the outbox, oldest first; what gets no answer stays there. */
export const publishOutbox = (home: {
  readonly outbox: Outbox
  readonly gateway: GatewayClient
  readonly membership: Membership
  readonly deviceKey: Signer
}): Effect.Effect<Published, GatewayError | OutboxFailure | NotJoined> =>
  Effect.gen(function* () {
    const { outbox, gateway, membership, deviceKey } = home
    const { domain } = yield* membership.protocol
    yield* outbox.sync
    const stream = streamLetters({ outbox, gateway, domain, deviceKey })
    const readings = yield* inBatches({
      pending: outbox.pendingReadings(BATCH),
      name: ({ reading }) => `reading ${reading.sequence}`,
      lettersOf: stream.lettersOf,
      send: gateway.sendReadings,
      acknowledge: (letters) => outbox.acknowledgeReadings(letters.map(({ body }) => body.sequence)),
      mended: stream.mended,
    })
    const statements = yield* inBatches({
      pending: outbox.pendingStatements(BATCH),
      name: ({ slot }) => `statement of slot ${slot}`,
      lettersOf: (bodies) =>
        Effect.sync(() => bodies.map((body) => signWith({ domain, kind: 'statement', body, signer: deviceKey }))),
      send: gateway.sendStatements,
      acknowledge: outbox.acknowledgeStatements,
      mended: () => Effect.succeed(false),
    })
    const refusals = [...stream.refusals, ...readings.refusals, ...statements.refusals]
    if (refusals.some(({ code }) => unknownMarket.includes(code))) yield* membership.forgotten
    return { readings: readings.acknowledged, statements: statements.acknowledged, refusals }
  })

/** Sends batches until nothing waits or one of a batch has to wait. A final refusal is settled too: it is not sent again. */
const inBatches = <Body, Letter>(queue: {
  readonly pending: Effect.Effect<readonly Body[], OutboxFailure>
  readonly name: (body: Body) => string
  readonly lettersOf: (bodies: readonly Body[]) => Effect.Effect<readonly Letter[], GatewayError | OutboxFailure>
  readonly send: (letters: readonly Letter[]) => Effect.Effect<readonly Outcome[], GatewayError>
  readonly acknowledge: (done: readonly Letter[]) => Effect.Effect<void, OutboxFailure>
  /** whether what was not authorised may be taken in another form right away */
  readonly mended: (unauthorised: readonly Body[]) => Effect.Effect<boolean, OutboxFailure>
}) =>
  Effect.gen(function* () {
    const refusals: RefusedMessage[] = []
    let acknowledged = 0
    for (let batch = 0; batch < MOST_BATCHES; batch++) {
      const bodies = yield* queue.pending
      if (bodies.length === 0) break
      const letters = yield* queue.lettersOf(bodies)
      const outcomes = yield* queue.send(letters)
      const settled: Letter[] = []
      const unauthorised: Body[] = []
      const refused: RefusedMessage[] = []
      for (const [i, body] of bodies.entries()) {
        const [letter, outcome] = [letters[i], outcomes[i]]
        if (letter === undefined || outcome === undefined) continue
        if (outcome.accepted || taken.includes(outcome.code)) acknowledged++
        else refused.push({ what: queue.name(body), code: outcome.code, detail: outcome.detail })
        if (outcome.accepted || !mayBeTakenLater.includes(outcome.code)) settled.push(letter)
        else if (outcome.code === 'NOT_AUTHORISED') unauthorised.push(body)
      }
      yield* queue.acknowledge(settled)
      const isMended = unauthorised.length > 0 && (yield* queue.mended(unauthorised))
      refusals.push(...refused.filter(({ code }) => !isMended || code !== 'NOT_AUTHORISED'))
      if (!isMended && (settled.length < bodies.length || bodies.length < BATCH)) break
      yield* Effect.yieldNow
    }
    return { acknowledged, refusals }
  })
