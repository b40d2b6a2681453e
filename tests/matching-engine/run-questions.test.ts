import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { Effect, Semaphore, Stream } from 'effect'
import { describe, expect, it } from 'vitest'
import { openMemoryEventLog } from '#matching-engine/event-log/memory.ts'
import { serveRuns } from '#matching-engine/gateway/serve-runs.ts'
import { logSource } from '#matching-engine/runs/log-source.ts'
import { RunHistory } from '#matching-engine/runs/run-history.ts'
import { RunUnreadable } from '#matching-engine/runs/run-source.ts'
import { openOver, PARTITION, run } from './rose-street.ts'

/** What Node tells of each request that a server of this process begins with. */
const REQUESTS = 'http.server.request.start'
const [GREEDY, MODEST] = ['198.51.100.1', '198.51.100.2']

/** Until an HTTP server of this process has a question that is passed on for an address. */
const arrived = (from: string) =>
  new Promise<void>((resolve) => {
    const hear = (told: unknown) => {
      const { request } = told as { readonly request: IncomingMessage }
      if (request.headers['x-forwarded-for'] !== from) return
      unsubscribe(REQUESTS, hear)
      // It is told just before the server takes it up.
      setImmediate(resolve)
    }
    subscribe(REQUESTS, hear)
  })

/** Serves a run whose record is read again only when the test says so, once for each question about its past. */
const served = Effect.gen(function* () {
  const log = yield* openMemoryEventLog()
  yield* openOver(log)
  const about = { name: 'rose', kind: 'recorded', names: 'numbers', grid: null } as const
  const source = logSource({ ...about, read: (after) => log.read(PARTITION, after) })
  const reads = yield* Semaphore.make(1_000_000)
  yield* reads.take(1_000_000)
  let failure: RunUnreadable | null = null
  let isOpen = true
  const history = new RunHistory({
    source: {
      ...source,
      read: (after) => {
        if (failure !== null) return Stream.fail(failure)
        return isOpen ? source.read(after) : Stream.unwrap(Effect.as(reads.take(1), source.read(after)))
      },
    },
  })
  yield* history.readAll
  const { url } = yield* serveRuns({ runs: [history], host: '127.0.0.1', port: 0 })
  isOpen = false
  const ask = async (from: string) => {
    const answer = await fetch(`${url}/api/v1/runs/0/picture?sequence=1`, { headers: { 'x-forwarded-for': from } })
    const { code, detail } = (await answer.json()) as { readonly code?: string; readonly detail?: string }
    return { status: answer.status, code, detail, retryAfter: answer.headers.get('retry-after') }
  }
  return {
    ask,
    letRead: (times: number) => Effect.runPromise(reads.release(times)),
    fail: (detail: string) => {
      failure = new RunUnreadable({ name: 'rose', detail })
    },
  }
})

describe('questions about the past of a run', () => {
  it('take turns by address: who asks for much waits behind who asks for little, and is refused beyond its share', () =>
    run(
      Effect.gen(function* () {
        const { ask, letRead } = yield* served
        yield* Effect.promise(async () => {
          const answered: string[] = []
          const asks = (from: string) =>
            ask(from).then((answer) => {
              answered.push(from)
              return answer
            })
          const greedy = Array.from({ length: 40 }, () => asks(GREEDY))
          await expect.poll(() => answered.length, { timeout: 10_000 }).toBe(24)
          const modestArrived = arrived(MODEST)
          const modest = asks(MODEST)
          await modestArrived
          for (let read = 1; read <= 3; read++) {
            await letRead(1)
            await expect.poll(() => answered.length, { timeout: 10_000 }).toBe(24 + read)
          }
          // The two that were worked on when it came, and then it.
          expect(answered.slice(24)).toEqual([GREEDY, GREEDY, MODEST])
          expect(await modest).toMatchObject({ status: 200 })
          await letRead(100)
          const answers = await Promise.all(greedy)
          const refused = answers.filter(({ status }) => status !== 200)
          expect(refused).toHaveLength(24)
          expect(new Set(refused.map((answer) => JSON.stringify(answer)))).toHaveLength(1)
          expect(refused[0]).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS', retryAfter: '1' })
          expect(await ask(GREEDY)).toMatchObject({ status: 200 })
        })
      }),
    ))

  it('of a record that cannot be read are refused as that, and not as a market that has stopped', () =>
    run(
      Effect.gen(function* () {
        const { ask, fail } = yield* served
        fail('the log is torn at event 7')
        const answer = yield* Effect.promise(() => ask(MODEST))
        expect(answer).toMatchObject({ status: 500, code: 'RUN_UNREADABLE', detail: 'the log is torn at event 7' })
      }),
    ))
})
