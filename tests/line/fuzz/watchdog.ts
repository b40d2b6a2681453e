import { Worker } from 'node:worker_threads'

/** An input that keeps the whole thread busy for longer than this hangs. */
const HANG_MS = 30_000
const BEAT_MS = 500

/**
 * Ends this process, saying why, when its event loop has stood still for too long: a thread in a loop cannot see a
 * time limit itself. Gives what ends the watch.
 */
export function startWatchdog(): () => void {
  const beats = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(
    `const { workerData: { beats, hangMs } } = require('node:worker_threads')
     for (let last = 0; ; last = Atomics.load(beats, 0)) {
       if (Atomics.wait(beats, 0, last, hangMs) !== 'timed-out') continue
       require('node:fs').writeSync(2, 'a fuzzed input keeps the thread busy for ' + hangMs + ' ms\\n')
       process.kill(process.pid, 'SIGKILL')
     }`,
    { eval: true, workerData: { beats, hangMs: HANG_MS } },
  )
  worker.unref()
  const heart = setInterval(() => {
    Atomics.add(beats, 0, 1)
    Atomics.notify(beats, 0)
  }, BEAT_MS)
  return () => {
    clearInterval(heart)
    void worker.terminate()
  }
}
