import { Worker } from 'node:worker_threads'
import { CommandRing } from './command-ring.ts'
import type { JournalReport, OpenJournal } from './journal.ts'
import type { JournalRequest, JournalWorkerData } from './journal-worker.ts'

/** A journal whose file belongs to a thread of its own, which waits for the disk while this one matches. */
export const openWorkerJournal: OpenJournal = (options, report) => {
  const ring = new CommandRing()
  const workerData: JournalWorkerData = { ...options, memory: ring.memory }
  const worker = new Worker(new URL('./journal-worker.ts', import.meta.url), { workerData })
  worker.on('message', (told: JournalReport) => report(told))
  worker.on('error', (cause) => report({ type: 'failed', detail: String(cause), actualSequence: null }))
  const ask = (request: JournalRequest, given: ArrayBuffer[] = []) => {
    worker.postMessage(request, given)
    ring.wake()
  }
  return {
    ring,
    keepSnapshot: (snapshot) => ask({ type: 'keep-snapshot', snapshot }, [snapshot.bytes.buffer as ArrayBuffer]),
    close: () => ask({ type: 'close' }),
  }
}
