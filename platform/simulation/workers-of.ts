import { availableParallelism } from 'node:os'
import { Effect } from 'effect'
import { BadInput } from '../bad-input.ts'

/** More threads than this help nobody. */
const WORKERS_MAX = 256

/** How many threads simulate: as many as were asked for, or all cores. */
export const workersOf = (asked: number | undefined): Effect.Effect<number, BadInput> => {
  const workers = asked ?? Math.min(availableParallelism(), WORKERS_MAX)
  return workers >= 1 && workers <= WORKERS_MAX
    ? Effect.succeed(workers)
    : Effect.fail(new BadInput({ detail: `--workers ${workers}: expected 1 to ${WORKERS_MAX}` }))
}
