import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { gatewayFigures } from '#platform/bench/gateway.ts'

describe('commonwatt bench gateway', () => {
  it('loses no trade at any page, and tells a burst in sums where frames cannot hold it', async () => {
    const { burst, ...steady } = await Effect.runPromise(
      Effect.scoped(
        gatewayFigures({
          clients: 12,
          pagesAProcess: 6,
          warmUp: { tradesPerSecond: 100, seconds: 1 },
          steady: { tradesPerSecond: 400, seconds: 2 },
          burst: { tradesPerSecond: 8_000, seconds: 1 },
        }),
      ),
    )
    expect(steady).toMatchObject({ clients: 12, lost: 0 })
    expect(burst).toMatchObject({ lost: 0 })
    expect(burst.untold).toBeGreaterThan(0)
    expect(burst.untold).toBeLessThan(8_000)
    expect(steady.latencyMs.p99).toBeGreaterThanOrEqual(steady.latencyMs.p50)
    expect(steady.cpuShare).toBeGreaterThan(0)
  }, 120_000)
})
