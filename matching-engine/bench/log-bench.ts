import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Effect } from 'effect'
import { CommandBuffer } from '../book/command-buffer.ts'
import { OrderBooks, opCode } from '../book/order-books.ts'
import type { Books } from '../engine/books.ts'
import { type DurableBooks, openDurableBooks } from '../engine/durable-books.ts'
import { replayBooks } from '../engine/recover-books.ts'
import { LogFailure } from '../event-log/event-log.ts'
import { BatchFile } from '../event-log/node-sqlite.ts'
import { diskSyncMs } from './disk-sync.ts'
import { OrderFlow } from './order-flow.ts'
import { percentile } from './percentile.ts'

/** What the log does in a second, and how long who waits for it has to. */
export interface LogBench {
  readonly store: 'sqlite'
  /** commands matched and on disk, as fast as they can be */
  readonly appendsPerSecond: number
  /** from when a command was due to when it was matched and on disk, at 100,000 a second */
  readonly ackMs: { readonly p50: number; readonly p99: number }
  /** what the bare disk takes for one small write */
  readonly diskSyncMs: { readonly p50: number; readonly p99: number }
  /** commands read from the file and run again, to the same state */
  readonly replayPerSecond: number
}

const PARTITION = 'bench'
const OFFERED_PER_MS = 100
const COMMANDS_A_SUBMIT = 512
const SUBMITS_IN_FLIGHT = 96
const START_MS = 1_700_000_000_000
const END_MS = START_MS + 3_600_000

/** How much is measured. */
interface BenchSize {
  /** what a freshly started program takes until it is compiled is not what is asked for */
  readonly warmMs: number
  /** at 100,000 commands a second */
  readonly pacedMs: number
  /** at full speed */
  readonly commands: number
}

const fullSize: BenchSize = { warmMs: 1_000, pacedMs: 5_000, commands: 5_000_000 }

/** Measures the whole way of a command: sequence, ring, group commit, books, acknowledgement, and replay. */
export const benchLog = (directory: string, size: BenchSize = fullSize): Effect.Effect<LogBench, LogFailure> =>
  Effect.gen(function* () {
    const file = join(directory, 'commands.sqlite')
    const disk = yield* Effect.sync(() => diskSyncMs(join(directory, 'disk-sync')))
    const books = booksWithoutListener()
    const flow = new OrderFlow(1)
    const written = yield* Effect.scoped(
      Effect.gen(function* () {
        const durable = yield* openDurableBooks({ file, partition: PARTITION, books, snapshotEveryCommands: Infinity })
        yield* Effect.orDie(durable.submit(openBook()))
        const ackMs = yield* Effect.promise(() => paced(durable, flow, size))
        const perSecond = yield* Effect.promise(() => fullSpeed(durable, flow, size.commands))
        return { ackMs, perSecond, stateHash: books.stateHash() }
      }),
    )
    const replay = yield* Effect.try({
      try: () => replayed(file),
      catch: (cause) => new LogFailure({ partition: PARTITION, detail: String(cause) }),
    })
    if (replay.stateHash !== written.stateHash) {
      return yield* new LogFailure({ partition: PARTITION, detail: 'the replay has another state hash' })
    }
    return {
      store: 'sqlite',
      appendsPerSecond: Math.round(written.perSecond),
      ackMs: tail(written.ackMs),
      diskSyncMs: tail(disk),
      replayPerSecond: Math.round(replay.perSecond),
    }
  })

function tail(values: readonly number[] | Float64Array): { readonly p50: number; readonly p99: number } {
  const rounded = (share: number) => Math.round(1_000 * percentile(values, share)) / 1_000
  return { p50: rounded(0.5), p99: rounded(0.99) }
}

/** Real books whose events nobody reads. */
function booksWithoutListener(): Books {
  const books = new OrderBooks({ minPriceEurPerMWh: 0, maxPriceEurPerMWh: 500, tickEurPerMWh: 1, nowMs: START_MS })
  return {
    run: (commands) => {
      books.run(commands)
      books.events.clear()
    },
    snapshot: () => books.snapshot(),
    restore: (bytes) => books.restore(bytes),
    stateHash: () => books.stateHash(),
  }
}

function openBook(): CommandBuffer {
  const commands = new CommandBuffer(1)
  commands.add(opCode('open-book'), 0, START_MS)
  return commands
}

/** Commands that come when they are due, whatever the log does; how long each took, without the warm-up, ms. */
async function paced(durable: DurableBooks, flow: OrderFlow, size: BenchSize): Promise<Float64Array> {
  const warm = OFFERED_PER_MS * size.warmMs
  const total = OFFERED_PER_MS * size.pacedMs + warm
  const tookMs = new Float64Array(total)
  const free: CommandBuffer[] = []
  let sent = 0
  let acknowledged = 0
  const beganMs = performance.now()
  const submit = (first: number, count: number) => {
    const commands = free.pop() ?? new CommandBuffer(COMMANDS_A_SUBMIT)
    commands.clear()
    flow.write(commands, count, START_MS + Math.floor(first / OFFERED_PER_MS))
    Effect.runCallback(durable.submit(commands), {
      onExit: (exit) => {
        if (exit._tag === 'Failure') throw new Error(String(exit.cause))
        const nowMs = performance.now() - beganMs
        for (let n = first; n < first + count; n++) tookMs[n] = nowMs - n / OFFERED_PER_MS
        acknowledged += count
        free.push(commands)
      },
    })
  }
  while (acknowledged < total) {
    const due = Math.min(total, Math.floor((performance.now() - beganMs) * OFFERED_PER_MS))
    for (; sent < due; sent = Math.min(due, sent + COMMANDS_A_SUBMIT)) {
      submit(sent, Math.min(COMMANDS_A_SUBMIT, due - sent))
    }
    await setImmediate()
  }
  return tookMs.subarray(warm)
}

/** As many as go through, some always waiting; a second. */
async function fullSpeed(durable: DurableBooks, flow: OrderFlow, total: number): Promise<number> {
  let left = total
  const submitter = async () => {
    const commands = new CommandBuffer(COMMANDS_A_SUBMIT)
    for (; left > 0; ) {
      left -= COMMANDS_A_SUBMIT
      commands.clear()
      flow.write(commands, COMMANDS_A_SUBMIT, END_MS)
      await Effect.runPromise(durable.submit(commands))
    }
  }
  const beganMs = performance.now()
  await Promise.all(Array.from({ length: SUBMITS_IN_FLIGHT }, submitter))
  return ((total - left) * 1_000) / (performance.now() - beganMs)
}

/** The whole journal on new books. */
function replayed(file: string): { readonly perSecond: number; readonly stateHash: string } {
  const batches = new BatchFile(file)
  try {
    const books = booksWithoutListener()
    const beganMs = performance.now()
    const sequence = replayBooks({ file: batches, partition: PARTITION }, books, 0)
    const tookMs = performance.now() - beganMs
    return { perSecond: (sequence * 1_000) / tookMs, stateHash: books.stateHash() }
  } finally {
    batches.close()
  }
}
