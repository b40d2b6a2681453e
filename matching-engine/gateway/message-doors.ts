import { Effect } from 'effect'
import type { Clock } from '#protocol/clock.ts'
import type { MessageKind } from '#protocol/envelope.ts'
import type { Outcome } from '#protocol/messages.ts'
import type { Neighbourhood } from '../neighbourhood.ts'
import { type Answer, HttpProblem, json, refusalAnswer } from './answer.ts'

/** The most envelopes one request may carry. */
const MAX_ENVELOPES = 256

interface Market {
  readonly neighbourhood: Neighbourhood
  readonly clock: Clock
}

/** Takes one envelope (201 or a problem) or an array of them (200 and an outcome each) of one kind. */
export function takeMessages(market: Market, kind: MessageKind, body: unknown): Effect.Effect<Answer, HttpProblem> {
  if (!Array.isArray(body)) {
    return Effect.map(submit(market, kind, [body]), ([outcome]) => answerOf(outcome, 201))
  }
  if (body.length > MAX_ENVELOPES) {
    return Effect.fail(
      new HttpProblem({
        status: 413,
        title: 'Too many messages at once',
        code: 'TOO_MANY_MESSAGES',
        detail: `${body.length} envelopes in one request; at most ${MAX_ENVELOPES}`,
      }),
    )
  }
  return Effect.map(submit(market, kind, body), (outcomes) => json(200, outcomes))
}

/** Takes the signed cancel of the order that the path names. */
export function takeCancel(market: Market, orderId: string, body: unknown): Effect.Effect<Answer, HttpProblem> {
  const named = fieldOf(fieldOf(body, 'body'), 'orderId')
  if (typeof named === 'string' && named !== orderId) {
    return Effect.succeed(
      refusalAnswer({
        code: 'MALFORMED',
        detail: `the path names order ${orderId}, the cancel another`,
        field: 'body.orderId',
      }),
    )
  }
  return Effect.map(submit(market, 'cancel', [body]), ([outcome]) => answerOf(outcome, 200))
}

/** Hands a door's own kind to the market; anything else is refused here, in its place in the order. */
function submit(
  { neighbourhood, clock }: Market,
  kind: MessageKind,
  messages: readonly unknown[],
): Effect.Effect<readonly Outcome[], HttpProblem> {
  const isOurs = (message: unknown) => fieldOf(message, 'kind') === kind
  return neighbourhood.submit(messages.filter(isOurs), clock.nowMs()).pipe(
    Effect.map((taken) => {
      const outcomes = taken.values()
      return messages.map((message) => {
        if (!isOurs(message)) return wrongKind(kind)
        const { value } = outcomes.next()
        if (value === undefined) throw new Error('a message was left without an outcome')
        return value
      })
    }),
    Effect.mapError(marketStopped),
  )
}

/** 503: the market has lost its log. */
export function marketStopped(cause: { readonly message: string }): HttpProblem {
  return new HttpProblem({
    status: 503,
    title: 'The market cannot write its log',
    code: 'MARKET_STOPPED',
    detail: cause.message,
  })
}

function wrongKind(kind: MessageKind): Outcome {
  return {
    accepted: false,
    code: 'MALFORMED',
    detail: `this door takes signed messages of kind ${kind}`,
    field: 'kind',
  }
}

function answerOf(outcome: Outcome | undefined, status: 200 | 201): Answer {
  if (outcome === undefined) throw new Error('one message has one outcome')
  return outcome.accepted ? json(status, outcome) : refusalAnswer(outcome)
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, field)
    ? (value as Readonly<Record<string, unknown>>)[field]
    : undefined
}
