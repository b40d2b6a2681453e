import { Data, Effect, Schema, type Scope } from 'effect'
import type { Clock } from '#protocol/clock.ts'
import { Slug } from '#protocol/ids.ts'

/** How often the street is asked again what time it is, wall ms. */
const ASK_EVERY_MS = 30_000
const TIMEOUT_MS = 5_000
/** So far ahead of what is expected an answer may be, wall ms, to be believed without another like it. */
const BELIEVED_AT_ONCE_MS = 60_000

const Time = Schema.Struct({ timeMs: Schema.Int, speed: Schema.Finite })
const Terms = Schema.Struct({ neighbourhood: Slug, rules: Schema.Struct({ slotMinutes: Schema.Int }) })

/** Nobody answers for a street there, or something else does. */
export class NoStreet extends Data.TaggedError('NoStreet')<{ readonly url: string; readonly detail: string }> {
  override get message(): string {
    return `no street answers at ${this.url}: ${this.detail}`
  }
}

const ask = <A>(gatewayUrl: string, path: string, shape: Schema.Codec<A, unknown>): Effect.Effect<A, NoStreet> =>
  Effect.tryPromise({
    try: async () => {
      const response = await fetch(new URL(path, gatewayUrl), { signal: AbortSignal.timeout(TIMEOUT_MS) })
      if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
      return Schema.decodeUnknownSync(shape)(await response.json())
    },
    catch: (cause) => {
      const because = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
      return new NoStreet({ url: gatewayUrl, detail: because instanceof Error ? because.message : String(because) })
    },
  })

/** How the neighbourhood is called that answers there, and how long its slots are. */
export const streetTerms = (gatewayUrl: string) =>
  Effect.map(ask(gatewayUrl, '/api/v1/protocol', Terms), ({ neighbourhood, rules: { slotMinutes } }) => ({
    neighbourhood,
    slotMinutes,
  }))

/**
 * The clock of a street that runs elsewhere: its time and speed as it tells them, half a request later, asked again now
 * and then. Where its time is that of the world it runs with our own clock all the same, never back.
 */
export const followStreetClock = (
  gatewayUrl: string,
  { askEveryMs = ASK_EVERY_MS }: { readonly askEveryMs?: number } = {},
): Effect.Effect<Clock, NoStreet, Scope.Scope> =>
  Effect.gen(function* () {
    const askTime = Effect.gen(function* () {
      const askedMs = performance.now()
      const { timeMs, speed } = yield* ask(gatewayUrl, '/api/v1/status', Time)
      return { timeMs, speed, atMs: (askedMs + performance.now()) / 2 }
    })
    let known = yield* askTime
    const { speed } = known
    // One wrong answer would stamp readings with a time that comes in a year: it has to be given twice.
    let doubted: typeof known | null = null
    const learn = Effect.map(askTime, (told) => {
      const ahead = (of: typeof known) => told.timeMs - (of.timeMs + (told.atMs - of.atMs) * speed)
      const isFar = (of: typeof known) => Math.abs(ahead(of)) > BELIEVED_AT_ONCE_MS * Math.max(1, speed)
      if (ahead(known) > 0 && isFar(known) && (doubted === null || isFar(doubted))) doubted = told
      else {
        known = told
        doubted = null
      }
    })
    // A street that does not answer for a while is followed by our own clock until it does.
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(askEveryMs), Effect.ignore(learn))))
    let lastMs = 0
    return {
      speed,
      nowMs: () => {
        lastMs = Math.max(lastMs, Math.floor(known.timeMs + (performance.now() - known.atMs) * speed))
        return lastMs
      },
    }
  })
