import type { OrderBooks } from '../book/order-books.ts'
import { StreamRun, TURN_MS } from './stream-run.ts'
import { timeTaken } from './time-taken.ts'
import { type Workload, writeWorkload } from './workload.ts'

export interface ReplayFigure {
  readonly commands: number
  /** the processor time that the core took for them, on books that had seen nothing */
  readonly seconds: number
  readonly stateHash: string
}

/** A log that was replayed led to another state. */
class ReplayDiverged extends Error {
  override readonly name = 'ReplayDiverged'
}

/**
 * Runs the exchange mix on books for at least so many commands, and the same commands once more on new books by the
 * clock. Throws ReplayDiverged unless both end in the same state.
 */
export function measureReplay(options: {
  readonly commands: number
  readonly operations: number
  readonly seed: number
}): ReplayFigure {
  const workload = writeWorkload('exchange', options)
  const first = runOnNewBooks(workload, options.commands)
  const second = runOnNewBooks(workload, options.commands)
  const [stateHash, replayed] = [first.books.stateHash(), second.books.stateHash()]
  if (stateHash !== replayed) throw new ReplayDiverged(`the replay ended in ${replayed}, not in ${stateHash}`)
  return { commands: second.commands, seconds: second.seconds, stateHash }
}

/** Turn by turn; the last one is left as it stands after its main part, with all its orders open. */
function runOnNewBooks(workload: Workload, atLeast: number): { books: OrderBooks; commands: number; seconds: number } {
  const { setUp, main, cleanUp } = workload
  const stream = new StreamRun(workload)
  let commands = 0
  let seconds = 0
  let moved = 0
  for (;;) {
    const isLast = commands + lengthOf(setUp) + lengthOf(main) >= atLeast
    const turn = isLast ? [...setUp, ...main] : [...setUp, ...main, ...cleanUp]
    seconds += timeTaken(() => stream.run(turn)).cpuSeconds
    commands += lengthOf(turn)
    if (isLast) break
    stream.moveOn(TURN_MS)
    moved += TURN_MS
  }
  stream.moveOn(-moved)
  return { books: stream.books, commands, seconds }
}

const lengthOf = (batches: Workload['main']): number => batches.reduce((sum, { length }) => sum + length, 0)
