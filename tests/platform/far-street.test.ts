import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Effect } from 'effect'
import { expect, it } from 'vitest'
import { followStreetClock } from '#platform/far-street.ts'

const YEAR_MS = 365 * 86_400_000
const START_MS = Date.UTC(2026, 5, 1)

/** A street that tells these times, and the last one for ever. */
const serveTimes = (times: readonly number[]) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly asked: () => number; readonly close: () => void }>((resume) => {
      let asked = 0
      const server = createServer((_, answer) => {
        const timeMs = times[Math.min(asked++, times.length - 1)]
        answer.end(JSON.stringify({ timeMs, speed: 1 }))
      }).listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo
        resume(
          Effect.succeed({
            url: `http://127.0.0.1:${port}`,
            asked: () => asked,
            close: () => {
              server.closeAllConnections()
              server.close()
            },
          }),
        )
      })
    }),
    ({ close }) => Effect.sync(close),
  )

const clockAfter = (times: readonly number[]) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const street = yield* serveTimes(times)
        const clock = yield* followStreetClock(street.url, { askEveryMs: 20 })
        while (street.asked() < times.length + 2) yield* Effect.sleep(5)
        return clock.nowMs() - START_MS
      }),
    ),
  )

it('follows a street whose time is told far ahead twice, and not one that says so once', async () => {
  expect(await clockAfter([START_MS, START_MS + YEAR_MS, START_MS])).toBeLessThan(60_000)
  expect(await clockAfter([START_MS, START_MS + YEAR_MS, START_MS + 2 * YEAR_MS, START_MS])).toBeLessThan(60_000)
  expect(await clockAfter([START_MS, START_MS + YEAR_MS, START_MS + YEAR_MS])).toBeGreaterThan(YEAR_MS - 60_000)
})
