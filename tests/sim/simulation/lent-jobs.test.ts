import { describe, expect, it } from 'vitest'
import { LentJobs } from '#sim/sweep/lent-jobs.ts'

const job = (key: string) => ({ key, varied: { run: key }, request: {} })
const [first, second] = [job('a'), job('b')]

describe('runs that are lent to workers', () => {
  it('are lent in order, each to one, until they are done', () => {
    const jobs = new LentJobs([first, second])
    expect([jobs.lend('anna', 0), jobs.lend('ben', 0), jobs.lend('carl', 0)]).toEqual([first, second, null])
    expect([jobs.finish('b'), jobs.finish('b'), jobs.isOver]).toEqual([second, null, false])
    expect([jobs.finish('a'), jobs.isOver, jobs.lend('carl', 9e9)]).toEqual([first, true, null])
  })

  it('are lent to another five seconds after the last word of a worker, who need not go on then', () => {
    const jobs = new LentJobs([first])
    jobs.lend('anna', 0)
    expect(jobs.hold('a', 'anna', 4_000)).toBe(true)
    expect(jobs.lend('ben', 8_999)).toBe(null)
    expect(jobs.lend('ben', 9_000)).toBe(first)
    expect([jobs.hold('a', 'anna', 9_001), jobs.hold('a', 'ben', 9_001)]).toEqual([false, true])
  })

  it('stay with a worker that is heard again before another asks', () => {
    const jobs = new LentJobs([first])
    jobs.lend('anna', 0)
    expect([jobs.hold('a', 'anna', 60_000), jobs.lend('ben', 64_999)]).toEqual([true, null])
  })

  it('stay with their workers when no word could come', () => {
    const jobs = new LentJobs([first])
    jobs.lend('anna', 0)
    jobs.renew(60_000)
    expect([jobs.lend('ben', 64_999), jobs.lend('ben', 65_000)]).toEqual([null, first])
  })

  it('are done by whoever is first, even one that was given up', () => {
    const jobs = new LentJobs([first, second])
    jobs.lend('anna', 0)
    jobs.giveBack('a', 'anna')
    expect(jobs.finish('a')).toBe(first)
    expect([jobs.lend('ben', 0), jobs.lend('ben', 0)]).toEqual([second, null])
  })

  it('are given back only by who has them, and lent next', () => {
    const jobs = new LentJobs([first, second])
    jobs.lend('anna', 0)
    jobs.giveBack('a', 'ben')
    expect(jobs.hold('a', 'anna', 1)).toBe(true)
    jobs.giveBack('a', 'anna')
    expect(jobs.lend('ben', 2)).toBe(first)
  })

  it('end the sweep when five workers fell silent at one, but not when they gave it back', () => {
    const lapsed: string[] = []
    const jobs = new LentJobs([first], ({ key }) => lapsed.push(key))
    for (let stopped = 0; stopped < 9; stopped++) {
      jobs.lend('anna', 0)
      jobs.giveBack('a', 'anna')
    }
    for (let lent = 0; lent < 5; lent++) expect(jobs.lend('anna', lent * 5_000)).toBe(first)
    expect(() => jobs.lend('anna', 25_000)).toThrow(
      'the run with {"run":"a"} failed: 5 workers took it, and were not heard',
    )
  })
})
