import type { IncomingMessage, ServerResponse } from 'node:http'
import { Cause, Effect } from 'effect'
import { type Answer, problemAnswer } from './answer.ts'
import { askerOf } from './asker.ts'
import { BodyBudget } from './body-budget.ts'
import { acceptedOf, type Packing, packedByGzip } from './content-encoding.ts'
import type { DoorCounts } from './door-counts.ts'
import { HttpProblem } from './problems.ts'
import { readJson } from './request-body.ts'
import { RequestLimits } from './request-limits.ts'
import { notAllowed, type Route, route } from './router.ts'
import type { Pace } from './token-bucket.ts'

/** A larger text is packed for those who take that: below, it costs more than it spares. */
const PACKED_LENGTH_MIN = 32_768
/** What all answers hold together that are on their way to who asked, bytes; who reads slowly, or not at all, fills it. */
const ANSWERS_BYTES_MAX = 256 * 1_048_576

/** What becomes of a request: a file of the page or a route's answer, or a problem document; counted, and written. */
export function responder(
  routes: readonly Route[],
  page: (path: string, ifNoneMatch?: string | undefined) => Answer | undefined,
  counts: DoorCounts,
  bounds: {
    /** how often one address may ask (400 times at once, 100 times a second) */
    readonly requestPace?: Pace | undefined
    /** what all answers together may hold (256 MiB); those that are made once for all are not counted */
    readonly answersBytesMax?: number
  } = {},
): (request: IncomingMessage, response: ServerResponse) => Effect.Effect<unknown> {
  const budget = new BodyBudget()
  const answers = new BodyBudget(bounds.answersBytesMax ?? ANSWERS_BYTES_MAX)
  const limits = new RequestLimits(bounds.requestPace)
  const answer = Effect.fnUntraced(function* (request: IncomingMessage) {
    const { method = 'GET', url = '/', headers } = request
    const from = request.socket.remoteAddress ?? ''
    const waitMs = limits.waitMs(askerOf({ from, headers }), performance.now())
    if (waitMs > 0) return yield* rateLimited(waitMs)
    const [path = '/', query = ''] = url.split('?', 2)
    const file = page(path, headers['if-none-match'])
    if (file !== undefined) return method === 'GET' || method === 'HEAD' ? file : yield* notAllowed(['GET'])
    const found = yield* route(routes, { method, path })
    const share = budget.share()
    return yield* found.route
      .handle({
        parameters: found.parameters,
        query: new URLSearchParams(query),
        from,
        headers,
        body: readJson(request, share),
      })
      .pipe(Effect.ensuring(Effect.sync(share.giveBack)))
  })
  return (request, response) =>
    answer(request).pipe(
      Effect.catchDefect((defect) =>
        Effect.andThen(
          Effect.logError(`${request.method} ${request.url} failed`, Cause.die(defect)),
          Effect.fail(internalError),
        ),
      ),
      Effect.catch((problem) => Effect.sync(() => refusal(counts, problem))),
      Effect.flatMap((given) =>
        Effect.map(packedFor(request, given), (packed) => {
          // What was packed before is made once for all.
          const isShared = given.packed !== undefined || given.pack !== undefined
          const coded = codedFor(request, packed)
          return isShared || hasRoom(answers, response, coded)
            ? coded
            : codedFor(request, refusal(counts, tooManyAnswers))
        }),
      ),
      Effect.tap((coded) =>
        Effect.sync(() => {
          counts.answered(coded.status)
          write(request, response, coded)
        }),
      ),
    )
}

/**
 * The answer, packed if who asks takes that, it can be (in its own ways, or as a large text) and is smaller so. Where that
 * fails it goes out as it is.
 */
function packedFor({ headers }: IncomingMessage, answer: Answer): Effect.Effect<Answer> {
  const { body, packed } = answer
  const isLargeText = typeof body === 'string' && body.length >= PACKED_LENGTH_MIN
  const packing: Packing | undefined = answer.pack ?? (isLargeText ? { gzip: () => packedByGzip(body) } : undefined)
  if (packed !== undefined || packing === undefined) return Effect.succeed(answer)
  const encoding = acceptedOf(headers['accept-encoding'], packing)
  const pack = encoding === null ? undefined : packing[encoding]
  const plain: Answer = { ...answer, packed: {} }
  if (encoding === null || pack === undefined) return Effect.succeed(plain)
  return Effect.promise(pack).pipe(
    Effect.map((made) => (made.length < body.length ? { ...answer, packed: { [encoding]: made } } : plain)),
    Effect.catchDefect((defect) =>
      Effect.as(Effect.logWarning('an answer could not be packed, and went out as it is', Cause.die(defect)), plain),
    ),
  )
}

/** An answer as it goes out. */
interface CodedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}

function codedFor(request: IncomingMessage, { status, headers, body, packed }: Answer): CodedAnswer {
  const encoding = packed === undefined ? null : acceptedOf(request.headers['accept-encoding'], packed)
  const bytes =
    (encoding === null ? undefined : packed?.[encoding]) ?? (typeof body === 'string' ? Buffer.from(body) : body)
  return {
    status,
    headers: {
      ...headers,
      ...(packed === undefined ? {} : { vary: 'accept-encoding' }),
      ...(encoding === null ? {} : { 'content-encoding': encoding }),
    },
    bytes,
  }
}

/** Takes what a large answer holds from the budget until it has left, or can no longer; false if there is not enough. */
function hasRoom(budget: BodyBudget, response: ServerResponse, { bytes }: CodedAnswer): boolean {
  if (bytes.length < PACKED_LENGTH_MIN || response.closed) return true
  const share = budget.share()
  if (!share.take(bytes.length)) return false
  response.once('close', share.giveBack)
  return true
}

function write(request: IncomingMessage, response: ServerResponse, { status, headers, bytes }: CodedAnswer): void {
  // Of what is not sent again no length is told: it would be that of the file.
  response.writeHead(status, status === 304 ? headers : { ...headers, 'content-length': bytes.length })
  response.end(request.method === 'HEAD' ? undefined : bytes)
}

function rateLimited(waitMs: number): Effect.Effect<never, HttpProblem> {
  return Effect.fail(
    new HttpProblem({
      code: 'RATE_LIMITED',
      detail: `from this address comes more than is answered; ask again in ${waitMs} ms`,
      headers: { 'retry-after': String(Math.ceil(waitMs / 1_000)) },
    }),
  )
}

function refusal(counts: DoorCounts, problem: HttpProblem): Answer {
  counts.refused(problem.code)
  return problemAnswer(problem)
}

const tooManyAnswers = new HttpProblem({
  code: 'TOO_MANY_REQUESTS',
  detail: 'too much is on its way to others who have not read it yet; ask again in a moment',
  headers: { 'retry-after': '5' },
})

const internalError = new HttpProblem({ code: 'INTERNAL', detail: 'the log of this program says more' })
