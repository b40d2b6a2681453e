import { describe, expect, it } from 'vitest'
import { createActor } from 'xstate'
import { type LinkEvent, linkMachine } from '#meter-agent/link-machine.ts'

const failed = (nowMs: number, lost = false): LinkEvent => ({ type: 'FAILED', nowMs, lost })
const connect = (nowMs: number): LinkEvent => ({ type: 'CONNECT', nowMs })

function linkAfter(events: readonly LinkEvent[], clockSpeed = 1) {
  const actor = createActor(linkMachine, { input: { clockSpeed } }).start()
  for (const event of events) actor.send(event)
  const { value, context } = actor.getSnapshot()
  actor.stop()
  return { value, ...context }
}
const online: readonly LinkEvent[] = [connect(0), { type: 'CONNECTED' }, { type: 'DISCOVERED' }]

describe('the link to a device', () => {
  it('connects, discovers, and is online', () => {
    expect([0, 1, 2, 3].map((n) => linkAfter(online.slice(0, n)).value)).toEqual([
      'disconnected',
      'connecting',
      'discovering',
      'online',
    ])
  })

  it('is stale after a failed read, and online again after a good one', () => {
    expect(linkAfter([...online, failed(10)]).value).toBe('stale')
    expect(linkAfter([...online, failed(10), failed(20), { type: 'READ' }])).toMatchObject({
      value: 'online',
      failures: 0,
    })
  })

  it('backs off after three failed reads, and at once when the line is lost', () => {
    expect(linkAfter([...online, failed(10), failed(20), failed(30)])).toMatchObject({
      value: 'backingOff',
      retryAtMs: 1030,
    })
    expect(linkAfter([...online, failed(10, true)]).value).toBe('backingOff')
  })

  it('tries again only when the wait is over', () => {
    const down = [connect(0), failed(0)]
    expect(linkAfter([...down, connect(999)]).value).toBe('backingOff')
    expect(linkAfter([...down, connect(1000)]).value).toBe('connecting')
  })

  it('waits twice as long each time, up to a minute of wall time, and starts over once online', () => {
    const events: LinkEvent[] = []
    const waits: number[] = []
    for (let i = 0; i < 8; i++) {
      const nowMs = i * 1_000_000
      events.push(connect(nowMs), failed(nowMs))
      waits.push(linkAfter(events).retryAtMs - nowMs)
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
    expect(linkAfter([connect(0), failed(0)], 900).retryAtMs).toBe(900_000)
    const again: readonly LinkEvent[] = [...events, connect(9e9), { type: 'CONNECTED' }, { type: 'DISCOVERED' }]
    expect(linkAfter(again).backoffs).toBe(0)
  })

  it.each<readonly LinkEvent[]>([[{ type: 'READ' }], [failed(0)], [{ type: 'DISCOVERED' }]])(
    'ignores what does not belong to its state',
    (event) => expect(linkAfter([event]).value).toBe('disconnected'),
  )
})
