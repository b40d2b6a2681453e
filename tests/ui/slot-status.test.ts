import { describe, expect, it } from 'vitest'
import type { PictureEvent } from '#protocol/picture/picture-event.ts'
import { slotStatus } from '../../ui/src/market/slot-status.ts'
import { timesIn } from '../../ui/src/times.ts'
import { StreetStory, slot, startMs } from './street-story.ts'

type Phase = Omit<Extract<PictureEvent, { type: 'phase' }>, 'type' | 'slot'>

/** What the market says of its slot ten minutes before it delivers; 06:00 UTC is when it does. */
const told = (phase: Phase, also: readonly PictureEvent[] = []) => {
  const story = StreetStory.trading()
  story.tell({ type: 'phase', slot, ...phase }, ...also)
  const page = { picture: story.picture, clockMs: startMs - 10 * 60_000, slotMinutes: 15 }
  return slotStatus(page, story.picture.slots.get(slot), timesIn('UTC'))
}
const byClock = { cause: 'clock', untilMs: null } as const
const clock = timesIn('UTC').clock

describe('what a slot says of itself', () => {
  it('is when its gate closes while it trades', () => {
    const text = told({ phase: 'continuous', ...byClock })
    expect(text).toBe(`Orders trade as they come. The gate closes at ${clock(startMs - 5 * 60_000)}, in 5 min.`)
  })

  it('is when its opening call trades', () => {
    const untilMs = startMs - 8 * 60_000
    expect(told({ phase: 'call', cause: 'clock', untilMs })).toContain(`at one price at ${clock(untilMs)}, in 2 min.`)
  })

  it('is why it is halted, and until when', () => {
    const untilMs = startMs - 9 * 60_000
    expect(told({ phase: 'halted', cause: 'band', untilMs })).toBe(
      `Halted: the next price would have been too far from the last one. It goes on at ${clock(untilMs)}, in 1 min.`,
    )
    expect(told({ phase: 'halted', cause: 'operator', untilMs: null })).toBe(
      'Halted by the operator. It goes on when the operator says so.',
    )
  })

  it('is how many meters have spoken, and of a settled slot how many were estimated', () => {
    const stated: PictureEvent = { type: 'stated', slot, home: 0, importWh: 1, exportWh: 0, by: 'meter' }
    expect(told({ phase: 'metering', ...byClock }, [stated])).toContain('1 of 2 homes')
    expect(told({ phase: 'settled', ...byClock }, [stated])).toBe('Settled: the money has moved.')
    expect(told({ phase: 'settled', ...byClock }, [{ ...stated, by: 'estimate' }])).toContain('1 home was estimated')
  })

  it('is that the whole market stands, before anything else', () => {
    expect(told({ phase: 'continuous', ...byClock }, [{ type: 'market', is: 'stopped' }])).toContain(
      'operator has stopped',
    )
  })

  it('is what is awaited while there is no slot', () => {
    const page = { picture: new StreetStory().picture, clockMs: startMs, slotMinutes: 15 }
    expect(slotStatus(page, undefined, timesIn('UTC'))).toContain('first slot')
  })
})
