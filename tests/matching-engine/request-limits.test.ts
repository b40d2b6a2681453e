import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { askerOf } from '#matching-engine/gateway/asker.ts'
import { RequestLimits } from '#matching-engine/gateway/request-limits.ts'
import { serveGateway } from '#matching-engine/gateway/serve-gateway.ts'
import { TokenBucket } from '#matching-engine/gateway/token-bucket.ts'
import { NOW_MS, roseStreet, run } from './rose-street.ts'

describe('a pace', () => {
  it('lets through what may come at once, then what it lets through a second, and no more for having waited long', () => {
    const bucket = new TokenBucket({ burst: 3, perSecond: 2 }, 0)
    const takes = (nowMs: number, times: number) => Array.from({ length: times }, () => bucket.take(nowMs))
    expect(takes(0, 5)).toEqual([true, true, true, false, false])
    expect(bucket.waitMs(0)).toBe(500)
    expect(takes(499, 1)).toEqual([false])
    expect(takes(500, 2)).toEqual([true, false])
    expect(takes(1_000_000, 4)).toEqual([true, true, true, false])
    expect([bucket.isFull(1_001_000), bucket.isFull(1_001_500)]).toEqual([false, true])
  })
})

describe('who asks', () => {
  it.each([
    ['127.0.0.1', undefined, null],
    ['::1', undefined, null],
    ['::ffff:127.0.0.1', undefined, null],
    ['192.0.2.7', undefined, '192.0.2.7'],
    ['::ffff:192.0.2.7', undefined, '192.0.2.7'],
    ['192.0.2.7', '198.51.100.1', '192.0.2.7'],
    ['127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::1', 'made-up, 198.51.100.1', '198.51.100.1'],
    ['2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
    ['2001:0DB8:1:2::9', undefined, '2001:db8:1:2::/64'],
    ['2001:db8::1', undefined, '2001:db8:0:0::/64'],
    ['fe80::1%eth0', undefined, 'fe80:0:0:0::/64'],
    ['::1', '2001:db8:1:2::7', '2001:db8:1:2::/64'],
  ])('from %s, forwarded for %s: %s', (from, forwarded, is) => {
    expect(askerOf({ from, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } })).toBe(is)
  })
})

describe('requests a second', () => {
  it('are counted an address, and of this machine not at all', () => {
    const limits = new RequestLimits({ burst: 2, perSecond: 1 })
    expect([0, 0, 0].map((at) => limits.waitMs('192.0.2.7', at))).toEqual([0, 0, 1_000])
    expect(limits.waitMs('192.0.2.8', 0)).toBe(0)
    expect(Array.from({ length: 100 }, () => limits.waitMs(null, 0))).toEqual(Array.from({ length: 100 }, () => 0))
    expect(limits.waitMs('192.0.2.7', 1_000)).toBe(0)
  })

  it('are remembered of a bounded number of addresses', () => {
    const limits = new RequestLimits({ burst: 1, perSecond: 1e-9 })
    for (let address = 0; address < 10_000; address++) limits.waitMs(`${address}`, 0)
    expect(limits.waitMs('9999', 0)).toBeGreaterThan(0)
    limits.waitMs('one more', 0)
    expect(limits.waitMs('9999', 0)).toBeGreaterThan(0)
    expect(limits.waitMs('0', 0)).toBe(0)
  })

  it('are refused with 429 beyond that, and when to come again; nobody else notices', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood } = yield* roseStreet
        const clock = { nowMs: () => NOW_MS, speed: 1 }
        const requestPace = { burst: 20, perSecond: 0.1 }
        const { url } = yield* serveGateway({ neighbourhood, clock, host: '127.0.0.1', port: 0, requestPace })
        const ask = (headers: Record<string, string>) => fetch(`${url}/api/v1/status`, { headers })
        yield* Effect.promise(async () => {
          const stranger = { 'x-forwarded-for': '192.0.2.7' }
          const answers = await Promise.all(Array.from({ length: 50 }, () => ask(stranger)))
          const refused = answers.filter(({ status }) => status === 429)
          expect(refused.length).toBeGreaterThan(20)
          expect(answers.length - refused.length).toBeGreaterThanOrEqual(20)
          expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
          expect(await refused[0]?.json()).toMatchObject({ status: 429, code: 'RATE_LIMITED' })
          const others = [ask({}), ask({ 'x-forwarded-for': '192.0.2.8' })]
          expect((await Promise.all(others)).map(({ status }) => status)).toEqual([200, 200])
        })
      }),
    ))
})
