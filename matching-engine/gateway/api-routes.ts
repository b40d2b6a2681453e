import { Effect } from 'effect'
import type { Clock } from '#protocol/clock.ts'
import type { MessageKind } from '#protocol/envelope.ts'
import { type Status, statusOf } from '#protocol/messages.ts'
import { slotAt } from '#protocol/slot.ts'
import { TAPE_LENGTH } from '#protocol/street.ts'
import { publishedTypes } from '#protocol/typed-data.ts'
import type { SlotData } from '../market-data/slot-data.ts'
import type { Neighbourhood } from '../neighbourhood.ts'
import type { NamePolicy } from '../picture/picture-events.ts'
import { json } from './answer.ts'
import { takeDeviceJoin } from './device-door.ts'
import { type Market, takeCancel, takeMessages } from './message-doors.ts'
import { HttpProblem, refused } from './problems.ts'
import type { ReceiptBook } from './receipt-book.ts'
import { notFound, type Route, type RouteRequest } from './router.ts'
import {
  batchesView,
  bookView,
  homeAsked,
  homesView,
  positionsView,
  slotsView,
  statisticsView,
  tradesView,
} from './street-views.ts'

const DEFAULT_TRADES = 50

/** The JSON API over a neighbourhood. Reads are answered from its street, messages go through `submit`. */
export function apiRoutes(
  market: Market,
  options: {
    readonly receipts: Pick<ReceiptBook, 'receiptOf'>
    readonly names: NamePolicy
    readonly status: () => Status
  },
): readonly Route[] {
  const { neighbourhood, clock } = market
  const { receipts, names } = options
  const { street, marketData } = neighbourhood
  const post = (path: string, takes: MessageKind, summary: string): Route => ({
    method: 'POST',
    pattern: `/api/v1/${path}`,
    summary,
    takes,
    handle: ({ body, from }) => Effect.flatMap(body, (value) => takeMessages(market, takes, { body: value, from })),
  })
  const get = (path: string, summary: string, handle: Route['handle']): Route => ({
    method: 'GET',
    pattern: `/api/v1/${path}`,
    summary,
    handle,
  })
  const read = (path: string, summary: string, view: () => unknown): Route =>
    get(path, summary, () => Effect.sync(() => json(200, view())))

  const ofSlot = (path: string, summary: string, view: (slot: SlotData) => unknown): Route =>
    get(`slots/:slot/${path}`, summary, ({ parameters: { slot = '' } }) => {
      const held = marketData.slot(Number(slot))
      return held === undefined
        ? Effect.fail(notFound(`this market holds no slot ${slot}`))
        : Effect.succeed(json(200, view(held)))
    })

  return [
    post('enrolments', 'enrolment', 'A home joins the neighbourhood.'),
    post('sessions', 'session', 'A device lets a key sign its readings for a time: signed sessions.'),
    post('readings', 'reading', 'Signed meter readings.'),
    post('statements', 'statement', 'Signed statements of what a home took and gave in a slot.'),
    post('orders', 'order', 'Signed orders; one that replaces another amends it.'),
    post('controls', 'control', 'The operator halts and resumes a slot, stops and starts the market: signed controls.'),
    {
      method: 'POST',
      pattern: '/api/v1/devices',
      summary: "Registers a home's device on chain: a request that its owner and the device itself have signed.",
      takes: 'deviceJoin',
      handle: ({ body }) => Effect.flatMap(body, (value) => takeDeviceJoin(market, value)),
    },
    {
      method: 'DELETE',
      pattern: '/api/v1/orders/:id',
      summary: 'Cancels an order by a signed cancel.',
      takes: 'cancel',
      handle: ({ body, parameters, from }) =>
        Effect.flatMap(body, (value) => takeCancel(market, parameters.id ?? '', { body: value, from })),
    },
    read('status', 'Where the street stands, in a few numbers.', options.status),
    read('protocol', 'What messages are signed under: EIP-712 domain and types, and the rules of the market.', () => ({
      domain: street.domain,
      rules: street.rules,
      neighbourhood: street.neighbourhood,
      timeMs: clock.nowMs(),
      types: publishedTypes,
      p256Verifier: market.registry?.p256Verifier ?? null,
    })),
    read('homes', 'All homes and what their meters said last.', () => homesView(street, names)),
    read('slots', 'All slots that the market holds.', () => slotsView(street, marketData)),
    read('market', 'Best prices and last trade of every open slot, a column a field.', () => marketData.level1()),
    read('batches', 'All settlement batches and where on the chain they are.', () => batchesView(street)),
    get(
      'homes/:home/positions',
      'What the home of an account bought, sold and wants in each slot.',
      ({ parameters }) => {
        const home = homeAsked(street, parameters.home ?? '', names)
        return home === undefined
          ? Effect.fail(refused({ code: 'UNKNOWN_HOME', detail: `no home ${shortened(parameters.home)} has enrolled` }))
          : Effect.succeed(json(200, positionsView(street, home, names)))
      },
    ),
    ofSlot('book', 'The order book of a slot: price levels, best first.', (slot) => bookView(slot)),
    ofSlot(
      'statistics',
      'What a slot has traded: open, high, low, last, volume, and the sums of its average.',
      (slot) => statisticsView(slot, marketData.sequence),
    ),
    get('receipts/:trade', 'What the log holds of a trade, from reading to transaction.', ({ parameters }) => {
      const receipt = receipts.receiptOf(parameters.trade ?? '')
      return receipt === undefined
        ? Effect.fail(
            notFound(`no trade ${parameters.trade} is kept; commonwatt verify receipt looks in the whole log`),
          )
        : Effect.succeed(json(200, receipt))
    }),
    get('trades', `The newest trades first: ?limit=1 to ${TAPE_LENGTH}, ${DEFAULT_TRADES} if left out.`, (request) =>
      Effect.map(tradesLimit(request), (limit) => json(200, tradesView(street, limit))),
    ),
  ]
}

/** The street's status at the clock's time. */
export function statusNow(market: {
  readonly neighbourhood: Pick<Neighbourhood, 'street'>
  readonly clock: Clock
  readonly log: string
  readonly settlementFailingMs?: () => number | null
}): Status {
  const { street } = market.neighbourhood
  const timeMs = market.clock.nowMs()
  const slot = slotAt({ timeMs, slotMinutes: street.rules?.slotMinutes ?? 15 })
  const { log } = market
  const settlementFailingMs = market.settlementFailingMs?.() ?? null
  return statusOf({ street, slot, speed: market.clock.speed, timeMs, log, settlementFailingMs })
}

function tradesLimit({ query }: RouteRequest): Effect.Effect<number, HttpProblem> {
  const given = query.get('limit') ?? String(DEFAULT_TRADES)
  const limit = /^\d{1,4}$/.test(given) ? Number(given) : 0
  if (limit >= 1 && limit <= TAPE_LENGTH) return Effect.succeed(limit)
  return Effect.fail(
    new HttpProblem({
      code: 'BAD_QUERY',
      detail: `limit is a whole number from 1 to ${TAPE_LENGTH}, not ${JSON.stringify(given.slice(0, 50))}`,
      field: 'limit',
    }),
  )
}

const shortened = (text = '') => text.slice(0, 50)
