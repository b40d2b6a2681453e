import { describe, expect, it } from 'vitest'
import { inWords, progressLine } from '#platform/progress-line.ts'

const written = (isTTY: boolean) => {
  const texts: string[] = []
  return { texts, line: progressLine({ isTTY, write: (text) => texts.push(text) }) }
}

describe('the progress of long work', () => {
  it('says how much is done, and how long the rest takes as soon as that can be told', () => {
    const half = { part: 'events done again', done: 1_200, total: 4_800 }
    expect(inWords({ ...half, tookMs: 500 })).toBe('1,200 of 4,800 events done again')
    expect(inWords({ ...half, tookMs: 3_000 })).toBe('1,200 of 4,800 events done again, about 9 s left')
    expect(inWords({ ...half, tookMs: 600_000 })).toBe('1,200 of 4,800 events done again, about 30 min left')
    expect(inWords({ ...half, done: 0, tookMs: 600_000 })).toBe('0 of 4,800 events done again')
  })

  it('writes one line over and over on a terminal, now and then, and clears it', () => {
    const { texts, line } = written(true)
    line.part('opening')
    for (let done = 1; done <= 1_000; done++) line.done('events', done, 1_000)
    line.clear()
    expect(texts).toEqual(['\ropening …\x1b[K', '\r1 of 1,000 events\x1b[K', '\r\x1b[K'])
  })

  it('is silent off a terminal', () => {
    const { texts, line } = written(false)
    line.part('opening')
    line.done('events', 1, 2)
    line.clear()
    expect(texts).toEqual([])
  })
})
