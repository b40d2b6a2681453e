import { rm } from 'node:fs/promises'
import { Effect } from 'effect'
import type { Hex } from '#protocol/ids.ts'
import { isWithin, type Session } from '#protocol/session.ts'
import { KeyFailure, withKey } from './keys/key-failure.ts'
import { keyPath, partPath } from './keys/key-file.ts'
import type { Key } from './keys/key-text.ts'
import { loadKey, loadOrGenerateKey } from './keys/keys.ts'
import type { Outbox, OutboxFailure, StreamSignature } from './outbox/outbox.ts'

const DAY_MS = 86_400_000
/** How long one key signs the stream, in time of the agent's clock. */
const SESSION_MS = 30 * DAY_MS
/** The next key is made so long before the end of the last one's time. */
const RENEWED_BEFORE_MS = DAY_MS

/** The signature of a home's stream of readings. */
export interface Stream {
  /**
   * Signs the digest of a reading of this time. Null where no key can be made, which is said in the log: the device's own
   * key signs that reading when it is sent.
   */
  readonly sign: (digest: Hex, timeMs: number) => Effect.Effect<StreamSignature | null, OutboxFailure>
}

interface OpenSession {
  readonly session: Session
  readonly key: Key
}

/**
 * Opens a home's stream: with the key of its last session, if that is still there. Each session has a key of its own, in
 * a file named by the `file:` URI, `-` and the session's sequence; the one before is deleted.
 */
export const openStream = (home: {
  readonly outbox: Outbox
  readonly uri: string
  readonly neighbourhood: string
  readonly deviceId: string
}): Effect.Effect<Stream, OutboxFailure> =>
  Effect.gen(function* () {
    const { outbox, neighbourhood, deviceId } = home
    const uriOf = (sequence: number) => `${home.uri}-${sequence}`
    let last = yield* outbox.lastSession
    // A crash may have come before the key of the session before it was deleted.
    if (last !== null && last.sequence > 1) yield* Effect.ignore(forget(uriOf(last.sequence - 1)))
    let current: OpenSession | null = yield* reopened(last, uriOf)
    let isTroubled = false

    const renew = (timeMs: number): Effect.Effect<OpenSession, OutboxFailure | KeyFailure> =>
      Effect.gen(function* () {
        const sequence = (last?.sequence ?? 0) + 1
        const uri = uriOf(sequence)
        const key = yield* loadOrGenerateKey(uri, 'ed25519')
        if (key.algorithm !== 'ed25519') return yield* new KeyFailure({ uri, detail: `is a key of ${key.algorithm}` })
        const untilMs = timeMs + SESSION_MS
        const session = { neighbourhood, deviceId, streamKey: key.signer, fromMs: timeMs, untilMs, sequence }
        yield* outbox.keepSession(session)
        const before = last
        last = session
        if (before !== null) yield* Effect.ignore(forget(uriOf(before.sequence)))
        return { session, key }
      })

    const renewed = (timeMs: number): Effect.Effect<OpenSession | null, OutboxFailure> =>
      Effect.gen(function* () {
        current = yield* renew(timeMs).pipe(
          Effect.catchTag('KeyFailure', ({ message }) => {
            const said = isTroubled
              ? Effect.void
              : Effect.logWarning(`${deviceId}: the meter's own key signs: ${message}`)
            isTroubled = true
            return Effect.as(said, null)
          }),
        )
        return current
      })

    return {
      sign: (digest, timeMs) =>
        Effect.suspend(() => {
          const signed = (open: OpenSession | null) =>
            open === null ? null : { session: open.session.sequence, signature: open.key.signDigest(digest) }
          return current !== null && isFresh(current.session, timeMs)
            ? Effect.succeed(signed(current))
            : Effect.map(renewed(timeMs), signed)
        }),
    }
  })

/** Whether a session lets its key sign at this time, and is not to be followed by the next one yet. */
const isFresh = ({ fromMs, untilMs }: Session, timeMs: number): boolean =>
  isWithin({ fromMs, untilMs: untilMs - RENEWED_BEFORE_MS }, timeMs)

/** A key that is gone, or open to others, signs nothing any more. */
const reopened = (last: Session | null, uriOf: (sequence: number) => string): Effect.Effect<OpenSession | null> =>
  last === null
    ? Effect.succeed(null)
    : Effect.match(loadKey(uriOf(last.sequence)), {
        onFailure: () => null,
        onSuccess: (key) => (key.signer === last.streamKey ? { session: last, key } : null),
      })

/** Deletes a key, and what a crash has left of its making. */
const forget = (uri: string) =>
  withKey(uri, async () => {
    await rm(keyPath(uri), { force: true })
    await rm(partPath(keyPath(uri)), { force: true })
  })
