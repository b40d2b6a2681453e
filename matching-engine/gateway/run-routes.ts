import { Effect } from 'effect'
import { Lanes } from '../lanes.ts'
import type { RunHistory } from '../runs/run-history.ts'
import type { LedgerRange } from '../runs/run-ledger.ts'
import type { Moment, WalkFailure } from '../runs/run-walks.ts'
import { type Answer, json, text } from './answer.ts'
import { askerOf } from './asker.ts'
import { HttpProblem } from './problems.ts'
import { notFound, type Route, type RouteRequest } from './router.ts'
import { wholeQuery } from './whole-query.ts'

/** What one request may ask for at most. */
const STEPS_MAX = 120
const EVENTS_MAX = 1_000
const STEP_MS_MAX = 7 * 86_400_000
/** A month of quarter hours. */
const SLOTS_MAX = 2_976
/** more than a picture keeps */
const BATCHES_MAX = 1_000
/** Questions about the past that are let on at a time of one address: the others stand behind those of all others. */
const LET_ON = 2
/** … and that may be under way: of one address, more than a page asks, and of all programs of this machine together. */
const ASKED_MAX = 16
const ASKED_HERE_MAX = 64
const WHOLE_MAX = Number.MAX_SAFE_INTEGER

/** The past of runs, a run by its log or its place: what a page goes through. Everything is bounded, nothing changes. */
export function runRoutes(runs: readonly RunHistory[]): readonly Route[] {
  const lanes = new Lanes(LET_ON)
  const ofRun = (
    path: string,
    summary: string,
    answer: (history: RunHistory, request: RouteRequest) => Effect.Effect<Answer, HttpProblem>,
  ): Route => ({
    method: 'GET',
    pattern: `/api/v1/runs/:run${path}`,
    summary,
    ...(path.endsWith('.csv') ? { contentType: 'text/csv' } : {}),
    handle: (request) => {
      const run = request.parameters.run ?? ''
      const history = /^\d{1,4}$/.test(run) ? runs[Number(run)] : runs.find(({ log }) => log === run)
      return history === undefined
        ? Effect.fail(notFound(`there is no run ${run.slice(0, 50)}; /api/v1/runs lists them`))
        : inTurn(lanes, request, answer(history, request))
    },
  })
  return [
    {
      method: 'GET',
      pattern: '/api/v1/runs',
      summary: 'The runs that can be gone through: the living one first, or those that were recorded.',
      handle: () =>
        Effect.sync(() =>
          json(
            200,
            runs.map((history, run) => history.describe(run)),
          ),
        ),
    },
    ofRun('/timeline', 'What the time bar of a run shows.', (history) =>
      Effect.sync(() => json(200, history.timeline)),
    ),
    ofRun(
      '/picture',
      'The whole picture at ?sequence= or at the end of ?timeMs=, with the book of ?slot=.',
      (history, { query }) =>
        Effect.gen(function* () {
          const moment = yield* momentOf(query)
          const slot = yield* slotOf(query)
          return json(200, yield* told(history.pictureAt(moment, slot)))
        }),
    ),
    ofRun(
      '/frames',
      `What changes after ?from=: ?count= steps of ?stepMs= (up to ${STEPS_MAX}) from ?fromMs= on, or ?events= (±${EVENTS_MAX}).`,
      framesOf,
    ),
    ofRun(
      '/trades/:trade',
      'Why a trade has its price: the book before and after, both orders, the rule.',
      (history, request) =>
        Effect.map(told(history.story(request.parameters.trade ?? '')), (story) => json(200, story)),
    ),
    ofRun('/homes/:home', 'A home as everybody may see it, at ?sequence= or now.', (history, { parameters, query }) =>
      Effect.gen(function* () {
        const home = parameters.home ?? ''
        if (!/^\d{1,6}$/.test(home))
          return yield* notFound(`homes are numbered from 0: there is no ${home.slice(0, 50)}`)
        const sequence = yield* wholeQuery(query, 'sequence', { least: 0, most: WHOLE_MAX, unset: undefined })
        return json(200, yield* told(history.homeDetail(Number(home), sequence)))
      }),
    ),
    ofRun('/flows', 'Who sold how much to whom from slot ?fromSlot= to ?toSlot=.', (history, { query }) =>
      Effect.gen(function* () {
        return json(200, yield* told(history.flows(yield* rangeOf(query))))
      }),
    ),
    ofRun('/fairness', 'How evenly homes share what batches ?fromBatch= to ?toBatch= saved.', (history, { query }) =>
      Effect.gen(function* () {
        const fromBatch = yield* wholeQuery(query, 'fromBatch', { least: 1, most: WHOLE_MAX - BATCHES_MAX })
        const toBatch = yield* wholeQuery(query, 'toBatch', { least: fromBatch, most: fromBatch + BATCHES_MAX - 1 })
        return json(200, yield* told(history.fairness({ fromBatch, toBatch })))
      }),
    ),
    ofRun('/trades.csv', 'The trades of slots ?fromSlot= to ?toSlot= as CSV.', (history, { query }) =>
      Effect.gen(function* () {
        return csv('trades', yield* told(history.tradesCsv(yield* rangeOf(query))))
      }),
    ),
    ofRun('/slots.csv', 'What was traded and metered in slots ?fromSlot= to ?toSlot= as CSV.', (history, { query }) =>
      Effect.gen(function* () {
        return csv('slots', yield* told(history.slotsCsv(yield* rangeOf(query))))
      }),
    ),
  ]
}

/** Answers when it is the asker's turn; refuses at once who has too much under way already. */
function inTurn(
  lanes: Lanes,
  request: RouteRequest,
  answer: Effect.Effect<Answer, HttpProblem>,
): Effect.Effect<Answer, HttpProblem> {
  const asker = askerOf(request)
  const most = asker === null ? ASKED_HERE_MAX : ASKED_MAX
  return Effect.suspend(() =>
    lanes.callersOf(asker ?? '') < most
      ? lanes.inLane(asker ?? '', answer)
      : Effect.fail(
          new HttpProblem({
            code: 'TOO_MANY_REQUESTS',
            detail: `${most} questions about the past are under way from this address; ask again when they are answered`,
            headers: { 'retry-after': '1' },
          }),
        ),
  )
}

const framesOf = (history: RunHistory, { query }: RouteRequest): Effect.Effect<Answer, HttpProblem> =>
  Effect.gen(function* () {
    const from = yield* wholeQuery(query, 'from', { least: 0, most: WHOLE_MAX })
    const slot = yield* slotOf(query)
    const atSlot = slot === undefined ? {} : { slot }
    if (query.has('events')) {
      const events = yield* wholeQuery(query, 'events', { least: -EVENTS_MAX, most: EVENTS_MAX })
      return json(200, [yield* told(history.step({ from, events, ...atSlot }))])
    }
    const stepMs = yield* wholeQuery(query, 'stepMs', { least: 1, most: STEP_MS_MAX })
    const count = yield* wholeQuery(query, 'count', { least: 1, most: STEPS_MAX })
    const fromMs = yield* wholeQuery(query, 'fromMs', { least: 0, most: WHOLE_MAX, unset: undefined })
    const since = fromMs === undefined ? {} : { fromMs }
    return json(200, yield* told(history.steps({ from, stepMs, count, ...since, ...atSlot })))
  })

function momentOf(query: URLSearchParams): Effect.Effect<Moment, HttpProblem> {
  return query.has('timeMs')
    ? Effect.map(wholeQuery(query, 'timeMs', { least: 0, most: WHOLE_MAX }), (timeMs) => ({ timeMs }))
    : Effect.map(wholeQuery(query, 'sequence', { least: 0, most: WHOLE_MAX }), (sequence) => ({ sequence }))
}

const slotOf = (query: URLSearchParams) => wholeQuery(query, 'slot', { least: 0, most: WHOLE_MAX, unset: undefined })

const rangeOf = (query: URLSearchParams): Effect.Effect<LedgerRange, HttpProblem> =>
  Effect.gen(function* () {
    const fromSlot = yield* wholeQuery(query, 'fromSlot', { least: 0, most: WHOLE_MAX - SLOTS_MAX })
    const toSlot = yield* wholeQuery(query, 'toSlot', { least: fromSlot, most: fromSlot + SLOTS_MAX - 1 })
    return { fromSlot, toSlot }
  })

/** What a run could not tell, as a problem. */
export function told<A>(answer: Effect.Effect<A, WalkFailure>): Effect.Effect<A, HttpProblem> {
  return Effect.mapError(answer, (failure) => {
    switch (failure._tag) {
      case 'NoSuchMoment':
        return failure.field === 'trade' || failure.field === 'home'
          ? notFound(failure.detail)
          : new HttpProblem({ code: 'BAD_QUERY', detail: failure.detail, field: failure.field })
      case 'RunBusy':
        return new HttpProblem({ code: 'TOO_MANY_REQUESTS', detail: failure.message, headers: { 'retry-after': '1' } })
      case 'RunUnreadable':
        return new HttpProblem({ code: 'RUN_UNREADABLE', detail: failure.detail })
    }
  })
}

function csv(name: string, body: string): Answer {
  const answer = text(200, body, 'text/csv; charset=utf-8')
  return { ...answer, headers: { ...answer.headers, 'content-disposition': `attachment; filename="${name}.csv"` } }
}
