import { Worker } from 'node:worker_threads'

/** An input that keeps the whole thread busy for longer than this hangs. */
const HANG_MS = 30_000
const BEAT_MS = 500
const INPUT_BYTES_MAX = 100

/** What the thread that watches can see of the one that is watched: its beats, and the input that it is at. */
const beats = new Int32Array(new SharedArrayBuffer(4))
const input = new Uint8Array(new SharedArrayBuffer(INPUT_BYTES_MAX))
const encoder = new TextEncoder()

/** Says which input is tried now. */
export function atInput(name: string): void {
  input.fill(0, encoder.encodeInto(name, input).written)
}

/**
 * Ends this process, saying why and at which input, when its event loop has stood still for too long: a thread in a
 * loop cannot see a time limit itself. Gives what ends the watch.
 */
export function startWatchdog(): () => void {
  const worker = new Worker(
    `const { workerData: { beats, input, hangMs } } = require('node:worker_threads')
     for (let last = 0; ; last = Atomics.load(beats, 0)) {
       if (Atomics.wait(beats, 0, last, hangMs) !== 'timed-out') continue
       const name = Buffer.from(input).toString().replaceAll('\\0', '')
       require('node:fs').writeSync(2, name + ' keeps the thread busy for ' + hangMs + ' ms\\n')
       process.kill(process.pid, 'SIGKILL')
     }`,
    { eval: true, workerData: { beats, input, hangMs: HANG_MS } },
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
