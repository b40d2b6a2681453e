/** How long something took this thread. */
export interface TimeTaken {
  /** on a processor, in our code or in the kernel's: what other programs do meanwhile does not count */
  readonly cpuSeconds: number
  readonly wallSeconds: number
}

/** Runs something that does not wait for anything, by both clocks. */
export function timeTaken(run: () => void): TimeTaken {
  const cpu = process.threadCpuUsage()
  const begunMs = performance.now()
  run()
  const wallSeconds = (performance.now() - begunMs) / 1_000
  const { user, system } = process.threadCpuUsage(cpu)
  return { cpuSeconds: (user + system) / 1e6, wallSeconds }
}
