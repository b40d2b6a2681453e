import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { Effect, Option } from 'effect'
import { type SimulationThread, simulationThread } from '#sim/index.ts'
import { type NatsLink, type NatsServer, openNats } from '../nats.ts'
import {
  type FreeWorker,
  type LentRun,
  NO_RUN,
  NOT_WANTED,
  RUNS,
  readLentRun,
  subjectOf,
  WANTED,
  type WorkerWord,
} from './cluster.ts'
import { workersOf } from './workers-of.ts'

/** How often a worker asks for a run where there is none, and says that it is at one. */
const EVERY_MS = 1_000
/** A sweep that does not hear so many words in a row has ended. */
const UNHEARD_MAX = 4
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
    if (text === null || text === NO_RUN) return null
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
  /**
   * Says it again and again, until the sweep answers that it does not want the run any more, or is not there. The server
   * may be away, or back before the sweep is: that alone is no reason to leave off.
   */
  const sayWhileWanted = (says: WorkerWord['says']) =>
    Effect.gen(function* () {
      for (let unheard = 0; unheard < UNHEARD_MAX; ) {
        const answer = yield* tell(says).pipe(Effect.catch(() => Effect.succeed(WANTED)))
        if (answer === NOT_WANTED) return
        unheard = answer === null ? unheard + 1 : 0
        yield* Effect.sleep(EVERY_MS)
      }
    })
  return Effect.gen(function* () {
    const ended = yield* Effect.raceFirst(outcome, Effect.as(sayWhileWanted('held'), null))
    if (ended !== null) yield* sayWhileWanted(ended) // until the sweep has it
  }).pipe(Effect.onInterrupt(() => tell('back').pipe(Effect.timeoutOption(FAREWELL_MS), Effect.ignore)))
}
