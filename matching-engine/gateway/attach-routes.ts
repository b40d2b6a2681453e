import { Effect, Result, Schema } from 'effect'
import { AttachDevice, AttachMeter, AttachScan } from '#protocol/attach.ts'
import { malformed, strictly } from '../admission/decode.ts'
import { json } from './answer.ts'
import type { AttachFailure, AttachPort } from './attach-port.ts'
import { ownerOnly } from './owner-only.ts'
import { HttpProblem } from './problems.ts'
import { notFound, type Route, type RouteRequest } from './router.ts'

/** The doors by which the owner of the machine attaches real meters to the street that runs on it. */
export function attachRoutes(port: AttachPort): readonly Route[] {
  const post = <A>(
    path: string,
    summary: string,
    input: Schema.Codec<A, unknown>,
    done: (value: A) => Effect.Effect<unknown, AttachFailure>,
  ): Route =>
    owned(
      'POST',
      path,
      summary,
      ({ body }) =>
        body.pipe(
          Effect.flatMap((value) => decoded(input, value)),
          Effect.flatMap((value) => Effect.mapError(done(value), problemOf)),
          Effect.map((answer) => json(200, answer)),
        ),
      input,
    )
  return [
    owned('GET', '', 'The meters that were attached here, and how each of them goes.', () =>
      Effect.sync(() => json(200, port.status())),
    ),
    owned('GET', '/profiles', 'How devices can be read: the profiles that come with the agent.', () =>
      Effect.map(port.profiles, (profiles) => json(200, profiles)),
    ),
    post('/scan', 'Asks at most 256 Modbus addresses, and no others, what they are.', AttachScan, port.scan),
    post('/probe', 'Identifies a device and reads it once.', AttachDevice, port.probe),
    post('/meters', 'Attaches a meter: its home joins the street.', AttachMeter, port.attach),
    owned('DELETE', '/meters/:home', "Ends what was attached, and cancels the home's open orders.", ({ parameters }) =>
      port.remove(parameters.home ?? '').pipe(
        Effect.mapError(problemOf),
        Effect.map((removed) => json(200, removed)),
      ),
    ),
  ]
}

/** A door that looks at nothing of a request before it knows that its owner has made it. */
const owned = (
  method: Route['method'],
  path: string,
  summary: string,
  handle: Route['handle'],
  input?: Schema.Top,
): Route => ({
  method,
  pattern: `/api/v1/attach${path}`,
  summary,
  ...(input === undefined ? {} : { input }),
  handle: (request: RouteRequest) => Effect.andThen(ownerOnly(request), handle(request)),
})

function decoded<A>(schema: Schema.Codec<A, unknown>, value: unknown): Effect.Effect<A, HttpProblem> {
  const result = Schema.decodeUnknownResult(schema, strictly)(value)
  if (Result.isSuccess(result)) return Effect.succeed(result.success)
  const { detail, field } = malformed(result.failure)
  return Effect.fail(wrong(detail, field))
}

const wrong = (detail: string, field?: string): HttpProblem =>
  new HttpProblem({ code: 'BAD_ATTACH', detail, ...(field === undefined ? {} : { field }) })

/** Words of a device or a driver are not ours: they stay short, on one line. */
const DETAIL_LENGTH_MAX = 600
const plain = (detail: string): string => detail.replace(/\p{Cc}/gu, '\ufffd').slice(0, DETAIL_LENGTH_MAX)

function problemOf(failure: AttachFailure): HttpProblem {
  const detail = plain(failure.detail)
  switch (failure.is) {
    case 'wrong':
      return wrong(detail, failure.field)
    case 'unreadable':
      return new HttpProblem({ code: 'METER_UNREADABLE', detail, error: failure.error })
    case 'refused': {
      const { is: _, ...about } = failure
      return new HttpProblem({ ...about, detail })
    }
    case 'busy':
      return new HttpProblem({ code: 'TOO_MANY_REQUESTS', detail, headers: { 'retry-after': '1' } })
    case 'unknown':
      return notFound(detail)
  }
}
