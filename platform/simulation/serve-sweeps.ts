import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { Effect, Option, Schedule } from 'effect'
import { type SimulationThread, simulationThread } from '#sim/index.ts'
import { type NatsLink, type NatsServer, openNats } from '../nats.ts'
import { type FreeWorker, type LentRun, RUNS, readLentRun, subjectOf, WANTED, type WorkerWord } from './cluster.ts'
import { workersOf } from './workers-of.ts'

/** How often a worker asks for a run where there is none, and says that it is at one. */
const EVERY_MS = 1_000
/** How often it tries to tell what a run came to: a connection that is lost may be back by then. */
const TRIES = 600
const FAREWELL_MS = 1_000

/** Takes runs of sweeps from a cluster and simulates them, on as many threads as asked for (all cores), for ever. */
export const serveSweeps = Effect.fnUntraced(function* (given: {
  readonly server: NatsServer
  readonly workers: number | undefined
}) {
  const workers = yield* workersOf(given.workers)
  const link = yield* openNats(given.server)
  yield* Effect.logInfo(`takes runs of sweeps from ${given.server.url}, ${workers} at once`)
  const serve = Effect.gen(function* () {
    const worker = randomUUID()
    const simulate = yield* simulationThread
    for (;;) {
      const lent = yield* takeRun(link, worker)
      if (lent === null) yield* Effect.sleep(EVERY_MS)
      else yield* runLent({ link, worker, simulate }, lent)
    }
  }).pipe(Effect.scoped)
  const all = Effect.forEach(Array.from({ length: workers }), () => serve, { concurrency: 'unbounded', discard: true })
  return yield* Effect.raceFirst(all, link.lost)
}, Effect.scoped)

/** A run from whichever sweep has one; null where there is none, or no answer. */
const takeRun = (link: NatsLink, worker: string) =>
  Effect.gen(function* () {
    const text = yield* link.ask(RUNS.subject, JSON.stringify({ worker } satisfies FreeWorker))
    if (text === null || text === '') return null
    const lent = Option.getOrNull(readLentRun(text))
    if (lent === null) yield* Effect.logWarning('something that is no run of a sweep was offered: left out')
    return lent
  }).pipe(Effect.catch(() => Effect.succeed(null))) // the connection says itself what became of it

const runLent = (
  on: { readonly link: NatsLink; readonly worker: string; readonly simulate: SimulationThread },
  lent: LentRun,
) => {
  const { link, worker, simulate } = on
  const tell = (says: WorkerWord['says']) =>
    link.ask(subjectOf(lent.sweep), JSON.stringify({ worker, key: lent.key, says } satisfies WorkerWord))
  const outcome = simulate(lent).pipe(
    Effect.map((report) => ({ report: { ...report } })),
    Effect.catch(({ reason }) => Effect.succeed({ failure: `${reason} (worker on ${hostname()})` })),
  )
  // A word that is not heard is no reason to stop: the connection comes back, or the sweep lends the run to another.
  const isWanted = tell('held').pipe(
    Effect.map((heard) => heard === WANTED),
    Effect.catch(() => Effect.succeed(true)),
  )
  const untilUnwanted = Effect.gen(function* () {
    while (yield* isWanted) yield* Effect.sleep(EVERY_MS)
    return null
  })
  return Effect.gen(function* () {
    const ended = yield* Effect.raceFirst(outcome, untilUnwanted)
    if (ended === null) return
    yield* tell(ended).pipe(
      Effect.retry({ schedule: Schedule.spaced(EVERY_MS), times: TRIES }),
      Effect.catch(({ message }) => Effect.logWarning(`what a run came to is lost: ${message}`)),
    )
  }).pipe(Effect.onInterrupt(() => tell('back').pipe(Effect.timeoutOption(FAREWELL_MS), Effect.ignore)))
}
