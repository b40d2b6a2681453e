import { describe, expect, it } from 'vitest'
import { Asked, type Question } from '../../ui/src/asked.ts'

/** A gateway that answers when it is told to. */
class Gateway {
  readonly requests: { readonly address: string; readonly signal: AbortSignal }[] = []
  readonly #open: { readonly resolve: (value: string) => void; readonly reject: (error: Error) => void }[] = []
  nowMs = 0
  changes = 0
  readonly asked = new Asked<string>({
    read: (address, signal) => {
      this.requests.push({ address, signal })
      return new Promise((resolve, reject) => this.#open.push({ resolve, reject }))
    },
    nowMs: () => this.nowMs,
    changed: () => {
      this.changes++
    },
  })

  async answer(value: string | null): Promise<void> {
    const open = this.#open.shift()
    if (value === null) open?.reject(new Error('404'))
    else open?.resolve(value)
    // Who waits for the answer goes on after a few microtasks.
    for (let task = 0; task < 8; task++) await null
  }
}

const live: Question = { subject: 'home 1', address: 'homes/1', time: 'moving' }
const standing = (sequence: number): Question => ({
  ...{ subject: 'home 1', address: `homes/1?sequence=${sequence}`, time: 'standing' },
})

describe('what a panel asks', () => {
  it('is asked at once, and while time goes on every two seconds at most, one at a time', async () => {
    const gateway = new Gateway()
    expect(gateway.asked.about(live)).toEqual({ is: 'asked' })
    gateway.nowMs = 5_000
    gateway.asked.about(live)
    expect(gateway.requests).toHaveLength(1)
    await gateway.answer('one')
    expect(gateway.changes).toBe(1)
    expect(gateway.asked.about(live)).toEqual({ is: 'there', value: 'one' })
    expect(gateway.requests).toHaveLength(2)
    await gateway.answer('two')
    gateway.nowMs = 6_999
    gateway.asked.about(live)
    expect(gateway.requests).toHaveLength(2)
    gateway.nowMs = 7_000
    gateway.asked.about(live)
    expect(gateway.requests).toHaveLength(3)
  })

  it('of a standing picture is asked once, and again where it stands elsewhere', async () => {
    const gateway = new Gateway()
    gateway.asked.about(standing(7))
    await gateway.answer('seven')
    gateway.nowMs = 60_000
    expect(gateway.asked.about(standing(7))).toEqual({ is: 'there', value: 'seven' })
    expect(gateway.requests).toHaveLength(1)
    expect(gateway.asked.about(standing(8))).toEqual({ is: 'there', value: 'seven' })
    await gateway.answer('eight')
    expect(gateway.asked.about(standing(8))).toEqual({ is: 'there', value: 'eight' })
  })

  it('keeps the last answer where a newer one does not come, and tries again', async () => {
    const gateway = new Gateway()
    gateway.asked.about(standing(7))
    await gateway.answer('seven')
    gateway.nowMs = 2_000
    gateway.asked.about(standing(8))
    await gateway.answer(null)
    gateway.nowMs = 5_999
    expect(gateway.asked.about(standing(8))).toEqual({ is: 'there', value: 'seven' })
    expect(gateway.requests).toHaveLength(2)
    gateway.nowMs = 6_000
    gateway.asked.about(standing(8))
    expect(gateway.requests).toHaveLength(3)
    await gateway.answer('eight')
    expect(gateway.asked.about(standing(8))).toEqual({ is: 'there', value: 'eight' })
  })

  it('asks ever more seldom where nothing answers', async () => {
    const gateway = new Gateway()
    for (let second = 0; second <= 600; second++) {
      gateway.nowMs = second * 1_000
      gateway.asked.about(live)
      await gateway.answer(null)
    }
    // 0, then after 4, 8, 16, 32 and every 64 seconds.
    expect(gateway.requests.length).toBe(1 + 4 + Math.floor((600 - 60) / 64))
  })

  it('says when there was never an answer', async () => {
    const gateway = new Gateway()
    gateway.asked.about(live)
    await gateway.answer(null)
    expect(gateway.asked.about(live)).toEqual({ is: 'not-there' })
  })

  it('of another subject knows nothing of the first, whose answer no longer counts', async () => {
    const gateway = new Gateway()
    gateway.asked.about(live)
    expect(gateway.asked.about({ ...live, subject: 'home 2', address: 'homes/2' })).toEqual({ is: 'asked' })
    expect(gateway.requests.map(({ address, signal }) => [address, signal.aborted])).toEqual([
      ['homes/1', true],
      ['homes/2', false],
    ])
    await gateway.answer('one')
    expect(gateway.asked.about({ ...live, subject: 'home 2', address: 'homes/2' })).toEqual({ is: 'asked' })
    await gateway.answer('two')
    expect(gateway.asked.about({ ...live, subject: 'home 2', address: 'homes/2' })).toEqual({
      is: 'there',
      value: 'two',
    })
  })
})
