import type { Reporter, TestModule } from 'vitest/node'

/** Closes a run with one plain line: "12 passed, 0 failed, 1 skipped". */
export default class Summary implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0, pending: 0 }
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state)
      for (const state of states) counts[state]++
      if (module.state() === 'failed' && !states.includes('failed')) counts.failed++ // a file that did not load
    }
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped + counts.pending} skipped`)
  }
}
