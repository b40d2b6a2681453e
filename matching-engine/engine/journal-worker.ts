import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { BatchFile } from '../event-log/node-sqlite.ts'
import { CommandRing, type RingMemory } from './command-ring.ts'
import type { JournalOptions, JournalReport } from './journal.ts'
import { failureOf, JournalWriter } from './journal-writer.ts'

/** What the thread that matches asks for besides putting commands into the ring. */
export type JournalRequest =
  | { readonly type: 'keep-snapshot'; readonly snapshot: { readonly sequence: number; readonly bytes: Uint8Array } }
  | { readonly type: 'close' }

/** What the thread is started with. */
export interface JournalWorkerData extends JournalOptions {
  readonly memory: RingMemory
}

/**
 * The thread that owns a journal's file: it blocks on the disk, and on the ring's bell when there is nothing to do.
 * It ends when it was asked to close or could not write.
 */
function* serve({ file, partition, sequence, memory, ...limits }: JournalWorkerData): Generator<JournalReport> {
  const ring = new CommandRing(memory)
  const batches = new BatchFile(file, limits)
  const writer = new JournalWriter({ file: batches, ring, partition, sequence })
  let end: JournalReport | null = null
  for (let isClosing = false; end === null; ) {
    const { bell } = ring
    for (let request = nextRequest(); request !== null; request = nextRequest()) {
      if (request.type === 'close') isClosing = true
      else writer.keepSnapshot(request.snapshot)
    }
    const reports = isClosing && !writer.owes ? [{ type: 'closed' } as const] : writer.step()
    if (reports === null) ring.sleep(bell)
    for (const report of reports ?? []) {
      if (report.type === 'closed' || report.type === 'failed') end = report
      else yield report
    }
  }
  batches.close()
  yield end
}

function nextRequest(): JournalRequest | null {
  return (parentPort && receiveMessageOnPort(parentPort)?.message) ?? null
}

try {
  for (const report of serve(workerData)) parentPort?.postMessage(report)
} catch (cause) {
  parentPort?.postMessage(failureOf(cause))
}
