/** How long something took this thread. */
export interface TimeTaken {
  /**
   * On a processor, in our code or in the kernel's: what other programs do meanwhile does not count. The kernel counts
   * this in ticks of up to 4 ms; of what takes less than `CPU_CLOCK_FROM_SECONDS` it is the wall's seconds.
   */
  readonly cpuSeconds: number
  readonly wallSeconds: number
}

const CPU_CLOCK_FROM_SECONDS = 0.1

/** Runs something that does not wait for anything, by both clocks. */
export function timeTaken(run: () => void): TimeTaken {
  const cpu = process.threadCpuUsage()
  const begunMs = performance.now()
  run()
  const wallSeconds = (performance.now() - begunMs) / 1_000
  const { user, system } = process.threadCpuUsage(cpu)
  return { cpuSeconds: wallSeconds < CPU_CLOCK_FROM_SECONDS ? wallSeconds : (user + system) / 1e6, wallSeconds }
}
