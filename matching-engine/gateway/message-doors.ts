import { Effect } from 'effect'
import type { Clock } from '#protocol/clock.ts'
import type { MessageKind } from '#protocol/envelope.ts'
import type { Outcome } from '#protocol/messages.ts'
import type { Neighbourhood } from '../neighbourhood.ts'
import { type Answer, json } from './answer.ts'
import type { DeviceRegistryPort } from './device-registry-port.ts'
import type { DoorCounts } from './door-counts.ts'
import { fieldOf, laneOf } from './lane-of.ts'
import { HttpProblem, refused } from './problems.ts'

/** The most envelopes one request may carry. */
export const MAX_ENVELOPES = 256

/** What the doors lead to. */
export interface Market {
  readonly neighbourhood: Neighbourhood
  readonly clock: Clock
  readonly counts: DoorCounts
  /** the registry of devices on the chain that the market settles on, where there is one */
  readonly registry: DeviceRegistryPort | undefined
  /** once true, only what meters have to say is still taken: sessions, readings and statements */
  readonly isStopping: () => boolean
}

/** What came through a door, and from which address. */
interface Delivered {
  readonly body: unknown
  readonly from: string
}

/** Takes one envelope (201 or a problem) or an array of them (200 and an outcome each) of one kind. */
export function takeMessages(
  market: Market,
  kind: MessageKind,
  { body, from }: Delivered,
): Effect.Effect<Answer, HttpProblem> {
  if (!Array.isArray(body)) {
    return Effect.flatMap(submit(market, kind, { from, messages: [body] }), ([outcome]) => answerOf(outcome, 201))
  }
  if (body.length > MAX_ENVELOPES) {
    return Effect.fail(
      new HttpProblem({
        code: 'TOO_MANY_MESSAGES',
        detail: `${body.length} envelopes in one request; at most ${MAX_ENVELOPES}`,
      }),
    )
  }
  return Effect.map(submit(market, kind, { from, messages: body }), (outcomes) => {
    for (const outcome of outcomes) if (!outcome.accepted) market.counts.refused(outcome.code)
    return json(200, outcomes)
  })
}

/** Takes the signed cancel of the order that the path names. */
export function takeCancel(
  market: Market,
  orderId: string,
  { body, from }: Delivered,
): Effect.Effect<Answer, HttpProblem> {
  const named = fieldOf(fieldOf(body, 'body'), 'orderId')
  if (typeof named === 'string' && named !== orderId) {
    return Effect.fail(
      refused({
        code: 'MALFORMED',
        detail: `the path names order ${orderId}, the cancel another`,
        field: 'body.orderId',
      }),
    )
  }
  return Effect.flatMap(submit(market, 'cancel', { from, messages: [body] }), ([outcome]) => answerOf(outcome, 200))
}

const saidByMeters: readonly MessageKind[] = ['session', 'reading', 'statement']

/** Hands a door's own kind to the market; anything else is refused here, in its place in the order. */
function submit(
  { neighbourhood, clock, isStopping }: Market,
  kind: MessageKind,
  request: { readonly from: string; readonly messages: readonly unknown[] },
): Effect.Effect<readonly Outcome[], HttpProblem> {
  const { messages } = request
  if (isStopping() && !saidByMeters.includes(kind)) {
    return Effect.fail(marketStopping())
  }
  const isOurs = (message: unknown) => fieldOf(message, 'kind') === kind
  const lane = laneOf(neighbourhood.street, request)
  return neighbourhood.submit(messages.filter(isOurs), clock.nowMs(), lane).pipe(
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

/** 503: the market takes no new wishes any more. */
export function marketStopping(): HttpProblem {
  const detail = 'send it again when the market is back'
  return new HttpProblem({ code: 'MARKET_STOPPING', detail, headers: { 'retry-after': '10' } })
}

/** 503: the market has lost its log. */
export function marketStopped(cause: { readonly message: string }): HttpProblem {
  return new HttpProblem({ code: 'MARKET_STOPPED', detail: cause.message })
}

function wrongKind(kind: MessageKind): Outcome {
  return {
    accepted: false,
    code: 'MALFORMED',
    detail: `this door takes signed messages of kind ${kind}`,
    field: 'kind',
  }
}

function answerOf(outcome: Outcome | undefined, status: 200 | 201): Effect.Effect<Answer, HttpProblem> {
  if (outcome === undefined) throw new Error('one message has one outcome')
  return outcome.accepted ? Effect.succeed(json(status, outcome)) : Effect.fail(refused(outcome))
}
