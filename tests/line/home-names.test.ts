import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, expect, it } from 'vitest'
import { openLiveStreet } from '#platform/live/live-street.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { loadScenario, ManualClock } from '#sim/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-names-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('a home may have any name: as long as names may be, and those of our own files', async () => {
  const file = join(folder, 'scenario.json')
  const data = join(folder, 'data')
  mkdirSync(data)
  const names = ['residential-building-apartment-1', 'residential-building-apartment-2', 'log', 'supplier']
  const homes = names.map((home) => ({ home, load: { annualKwh: 3000 } }))
  writeFileSync(file, JSON.stringify({ neighbourhood: 'street', start: '2026-06-21T06:00:00Z', homes }))
  const heard = Effect.gen(function* () {
    const street = yield* loadScenario(file)
    const clock = new ManualClock(street.startMs)
    const live = yield* openLiveStreet({
      street,
      clock,
      rules: defaultMarketRules,
      folder: data,
      host: '127.0.0.1',
      port: 0,
      emulatorBasePort: 26_020,
    })
    for (const { agent } of live.homes) {
      yield* agent.enrol()
      yield* agent.poll()
      expect(yield* agent.publish()).toEqual({ readings: 1, statements: 0, refusals: [] })
    }
    return [...live.neighbourhood.street.homes.keys()]
  })
  expect(await Effect.runPromise(Effect.scoped(heard))).toEqual(names)
})
