import { isDeepStrictEqual } from 'node:util'
import { Effect, Schedule, Schema } from 'effect'
import { canonicalJson } from '#protocol/canonical-json.ts'
import type { SignedDeviceJoin } from '#protocol/device-join.ts'
import type {
  SignedCancel,
  SignedEnrolment,
  SignedMessage,
  SignedOrder,
  SignedReading,
  SignedSession,
  SignedStatement,
} from '#protocol/envelope.ts'
import type { Address } from '#protocol/ids.ts'
import type { MarketRules } from '#protocol/market-rules.ts'
import type { Outcome, Positions } from '#protocol/messages.ts'
import { publishedTypes, type SigningDomain } from '#protocol/typed-data.ts'
import {
  DeviceAnswer,
  type HomeAnswer,
  HomesAnswer,
  MarketAnswer,
  OutcomeAnswer,
  PositionsAnswer,
  ProblemAnswer,
  ProtocolAnswer,
} from './gateway-answers.ts'
import { type GatewayError, GatewayMismatch, GatewayRefused, GatewayUnreachable } from './gateway-error.ts'
import type { MarketLook } from './market-watch.ts'

/** Under what a home signs, and by which rules it trades. */
export interface MarketProtocol {
  readonly domain: SigningDomain
  readonly rules: MarketRules
  readonly neighbourhood: string
}

/** … and how it stands there now. */
interface HeardProtocol extends MarketProtocol {
  readonly timeMs: number
  /** what P-256 keys begin with on its chain; null: it settles on none */
  readonly p256Verifier: Address | null
}

/** The most envelopes one request may carry. */
export const MAX_ENVELOPES = 256

/** No failure, unlike the others from 500 on: asking again does not help. */
const NOT_IMPLEMENTED = 501

/** A home's door to its market. Every request has a time-out; a request that got no answer is tried three times. */
export interface GatewayClient {
  readonly protocol: Effect.Effect<HeardProtocol, GatewayError>
  readonly homes: Effect.Effect<readonly HomeAnswer[], GatewayError>
  /** of the home of an account: names need not be told */
  readonly positions: (account: Address) => Effect.Effect<Positions, GatewayError>
  /** best prices and last trade of every open slot */
  readonly market: Effect.Effect<MarketLook, GatewayError>
  readonly enrol: (enrolment: SignedEnrolment) => Effect.Effect<Outcome, GatewayError>
  /** the device's id in the registry on chain; null while it is being registered */
  readonly registerDevice: (join: SignedDeviceJoin) => Effect.Effect<number | null, GatewayError>
  readonly sendSession: (session: SignedSession) => Effect.Effect<Outcome, GatewayError>
  /** at most 256 each; one outcome each, in order */
  readonly sendReadings: (readings: readonly SignedReading[]) => Effect.Effect<readonly Outcome[], GatewayError>
  readonly sendStatements: (statements: readonly SignedStatement[]) => Effect.Effect<readonly Outcome[], GatewayError>
  readonly sendOrders: (orders: readonly SignedOrder[]) => Effect.Effect<readonly Outcome[], GatewayError>
  readonly sendCancel: (cancel: SignedCancel) => Effect.Effect<Outcome, GatewayError>
}

/**
 * A client of the gateway at `url`. Messages carry a nonce, a sequence or a slot that the market takes once, so
 * sending one again is safe: what was taken the first time is refused the second.
 */
export function gatewayClient(options: { readonly url: string; readonly timeoutMs?: number }): GatewayClient {
  const base = options.url.replace(/\/+$/, '')
  const timeoutMs = options.timeoutMs ?? 5_000

  const request = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: string) => {
    const url = `${base}/api/v1${path}`
    return Effect.tryPromise({
      try: async (signal) => {
        const headers = body === undefined ? {} : { 'content-type': 'application/json' }
        const response = await fetch(url, { method, signal, headers, ...(body === undefined ? {} : { body }) })
        return { url, status: response.status, text: await response.text() }
      },
      catch: (cause) => new GatewayUnreachable({ url, detail: causeOf(cause) }),
    }).pipe(
      Effect.timeoutOrElse({
        duration: timeoutMs,
        orElse: () => Effect.fail(new GatewayUnreachable({ url, detail: `no answer within ${timeoutMs} ms` })),
      }),
      Effect.filterOrFail(
        ({ status }) => status < 500 || status === NOT_IMPLEMENTED,
        ({ status }) => new GatewayUnreachable({ url, detail: `status ${status}` }),
      ),
      Effect.retry({ schedule: Schedule.exponential('100 millis'), times: 2 }),
    )
  }
  const get = <A>(path: string, answer: Schema.Codec<A, unknown>): Effect.Effect<A, GatewayError> =>
    Effect.flatMap(
      request('GET', path),
      (response): Effect.Effect<A, GatewayError> =>
        response.status === 200 ? decoded(answer, response) : Effect.fail(refusedBy(response)),
    )
  const send = (
    method: 'POST' | 'DELETE',
    path: string,
    envelope: SignedMessage,
  ): Effect.Effect<Outcome, GatewayError> =>
    Effect.flatMap(
      request(method, path, canonicalJson({ ...envelope })),
      (response): Effect.Effect<Outcome, GatewayError> => {
        if (response.status < 300) return decoded(OutcomeAnswer, response)
        const refused = refusedBy(response)
        return refused instanceof GatewayRefused && refused.code !== 'UNKNOWN'
          ? Effect.succeed({ accepted: false as const, code: refused.code, detail: refused.detail })
          : Effect.fail(refused)
      },
    )
  const sendAll = (
    path: string,
    envelopes: readonly SignedMessage[],
  ): Effect.Effect<readonly Outcome[], GatewayError> => {
    if (envelopes.length === 0) return Effect.succeed([])
    if (envelopes.length > MAX_ENVELOPES)
      throw new RangeError(`${envelopes.length} envelopes, at most ${MAX_ENVELOPES}`)
    const body = canonicalJson(envelopes.map((envelope) => ({ ...envelope })))
    return Effect.flatMap(
      request('POST', path, body),
      (response): Effect.Effect<readonly Outcome[], GatewayError> =>
        response.status === 200
          ? Effect.filterOrFail(
              decoded(Schema.Array(OutcomeAnswer), response),
              (outcomes) => outcomes.length === envelopes.length,
              (outcomes) =>
                new GatewayUnreachable({
                  url: response.url,
                  detail: `${outcomes.length} outcomes for ${envelopes.length}`,
                }),
            )
          : Effect.fail(refusedBy(response)),
    )
  }

  return {
    protocol: Effect.flatMap(get('/protocol', ProtocolAnswer), ({ types, ...protocol }) =>
      isDeepStrictEqual(types, publishedTypes)
        ? Effect.succeed(protocol)
        : Effect.fail(
            new GatewayMismatch({
              url: base,
              field: 'types',
              value: 'another list of EIP-712 types',
              expected: 'the types of this version',
            }),
          ),
    ),
    homes: get('/homes', HomesAnswer),
    positions: (account) => get(`/homes/${account}/positions`, PositionsAnswer),
    market: get('/market', MarketAnswer),
    enrol: (enrolment) => send('POST', '/enrolments', enrolment),
    registerDevice: (join) =>
      Effect.flatMap(
        request('POST', '/devices', canonicalJson({ ...join })),
        (response): Effect.Effect<number | null, GatewayError> =>
          response.status < 300
            ? Effect.map(decoded(DeviceAnswer, response), ({ device }) => device)
            : Effect.fail(refusedBy(response)),
      ),
    sendSession: (session) => send('POST', '/sessions', session),
    sendReadings: (readings) => sendAll('/readings', readings),
    sendStatements: (statements) => sendAll('/statements', statements),
    sendOrders: (orders) => sendAll('/orders', orders),
    sendCancel: (cancel) => send('DELETE', `/orders/${cancel.body.orderId}`, cancel),
  }
}

interface Answer {
  readonly url: string
  readonly status: number
  readonly text: string
}

function decoded<A>(schema: Schema.Codec<A, unknown>, response: Answer): Effect.Effect<A, GatewayUnreachable> {
  return Schema.decodeUnknownEffect(Schema.fromJsonString(schema))(response.text).pipe(
    Effect.mapError(
      ({ message }) => new GatewayUnreachable({ url: response.url, detail: `unreadable answer: ${message}` }),
    ),
  )
}

function refusedBy({ url, status, text }: Answer): GatewayRefused {
  const problem = Schema.decodeUnknownResult(Schema.fromJsonString(ProblemAnswer))(text)
  return problem._tag === 'Success'
    ? new GatewayRefused({ url, ...problem.success })
    : new GatewayRefused({ url, code: 'UNKNOWN', detail: `status ${status}` })
}

function causeOf(cause: unknown): string {
  // fetch hides the reason (refused, reset, not found) one level down
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return inner instanceof Error ? inner.message || inner.name : String(inner)
}
