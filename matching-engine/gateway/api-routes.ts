import { Effect } from 'effect'
import type { Clock } from '#protocol/clock.ts'
import { type Status, statusOf } from '#protocol/messages.ts'
import type { Refusal } from '#protocol/refusal.ts'
import { slotAt } from '#protocol/slot.ts'
import { TAPE_LENGTH } from '#protocol/street.ts'
import { typedData } from '#protocol/typed-data.ts'
import type { Neighbourhood } from '../neighbourhood.ts'
import { HttpProblem, json, refusalAnswer, text } from './answer.ts'
import { marketStopped, takeCancel, takeMessages } from './message-doors.ts'
import { notFound, type Route, type RouteRequest } from './router.ts'
import { batchesView, bookView, homesView, positionsView, slotsView, tradesView } from './street-views.ts'

const DEFAULT_TRADES = 50

/** The JSON API over a neighbourhood. Reads are answered from its street, messages go through `submit`. */
export function apiRoutes(market: { readonly neighbourhood: Neighbourhood; readonly clock: Clock }): readonly Route[] {
  const { neighbourhood, clock } = market
  const { street } = neighbourhood
  const post = (path: string, kind: 'enrolment' | 'reading' | 'statement' | 'order'): Route => ({
    method: 'POST',
    pattern: `/api/v1/${path}`,
    handle: ({ body }) => Effect.flatMap(body, (value) => takeMessages(market, kind, value)),
  })
  const get = (pattern: string, handle: Route['handle']): Route => ({ method: 'GET', pattern, handle })
  const read = (path: string, view: () => unknown): Route =>
    get(`/api/v1/${path}`, () => Effect.sync(() => json(200, view())))

  return [
    post('enrolments', 'enrolment'),
    post('readings', 'reading'),
    post('statements', 'statement'),
    post('orders', 'order'),
    {
      method: 'DELETE',
      pattern: '/api/v1/orders/:id',
      handle: ({ body, parameters }) => Effect.flatMap(body, (value) => takeCancel(market, parameters.id ?? '', value)),
    },
    read('status', () => statusNow(market)),
    read('protocol', () => ({
      domain: street.domain,
      rules: street.rules,
      neighbourhood: street.neighbourhood,
      timeMs: clock.nowMs(),
      types: typedData,
    })),
    read('homes', () => homesView(street)),
    read('slots', () => slotsView(street)),
    read('batches', () => batchesView(street)),
    get('/api/v1/homes/:home/positions', ({ parameters }) => {
      const home = street.homes.get(parameters.home ?? '')
      const refusal: Refusal = { code: 'UNKNOWN_HOME', detail: `no home ${parameters.home} has enrolled` }
      return Effect.succeed(home === undefined ? refusalAnswer(refusal) : json(200, positionsView(street, home)))
    }),
    get('/api/v1/slots/:slot/book', ({ parameters }) => {
      const slot = street.slots.get(Number(parameters.slot))
      return slot === undefined
        ? Effect.fail(notFound(`this market holds no slot ${parameters.slot}`))
        : Effect.succeed(json(200, bookView(slot)))
    }),
    get('/api/v1/trades', (request) =>
      Effect.map(tradesLimit(request), (limit) => json(200, tradesView(street, limit))),
    ),
    get('/healthz', () => Effect.succeed(text(200, 'alive\n'))),
    // Ready is who can write the log: moving time does, and does nothing that would not be due anyway.
    get('/readyz', () =>
      neighbourhood.advance(clock.nowMs()).pipe(Effect.mapError(marketStopped), Effect.as(text(200, 'ready\n'))),
    ),
  ]
}

/** The street's status at the clock's time. */
export function statusNow(market: { readonly neighbourhood: Neighbourhood; readonly clock: Clock }): Status {
  const { street } = market.neighbourhood
  const timeMs = market.clock.nowMs()
  const slot = slotAt({ timeMs, slotMinutes: street.rules?.slotMinutes ?? 15 })
  return statusOf({ street, slot, speed: market.clock.speed, timeMs })
}

function tradesLimit({ query }: RouteRequest): Effect.Effect<number, HttpProblem> {
  const given = query.get('limit') ?? String(DEFAULT_TRADES)
  const limit = /^\d{1,4}$/.test(given) ? Number(given) : 0
  if (limit >= 1 && limit <= TAPE_LENGTH) return Effect.succeed(limit)
  return Effect.fail(
    new HttpProblem({
      status: 400,
      title: 'The query is wrong',
      code: 'BAD_QUERY',
      detail: `limit is a whole number from 1 to ${TAPE_LENGTH}, not ${JSON.stringify(given.slice(0, 50))}`,
      field: 'limit',
    }),
  )
}
