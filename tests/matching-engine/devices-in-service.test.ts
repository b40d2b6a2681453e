import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import type { Neighbourhood } from '#matching-engine/neighbourhood.ts'
import { stateHash } from '#matching-engine/state-hash.ts'
import type { MarketRules } from '#protocol/market-rules.ts'
import { snapshotOf, streetFrom } from '#protocol/snapshot.ts'
import {
  divergenceOf,
  type Home,
  NOW_MS,
  openOver,
  orderIdOf,
  roseStreet,
  rules,
  run,
  streetWith,
  submitOne,
} from './rose-street.ts'

const checking: MarketRules = { ...rules, devices: 'in-service' }

const tell = (neighbourhood: Neighbourhood, devices: readonly (readonly [Home, boolean])[], block = 1) =>
  neighbourhood.record({
    type: 'DevicesChanged',
    timeMs: NOW_MS,
    block,
    devices: devices
      .map(([{ account }, isInService]) => ({ account, isInService }))
      .sort((a, b) => (a.account < b.account ? -1 : 1)),
  })

const notInService = { accepted: false, code: 'DEVICE_NOT_IN_SERVICE', field: 'body.account' }

describe('an order in a market that asks for devices in service', () => {
  it('is refused until the log tells that the home’s is, by its name; nothing changes', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* streetWith({ rules: checking })
        const before = stateHash(neighbourhood.street)
        expect(yield* submitOne(neighbourhood, anna.order({ energyWh: 100 }))).toMatchObject({
          ...notInService,
          detail: expect.stringContaining(`does not have the device of account ${anna.account} in service`),
        })
        expect(stateHash(neighbourhood.street)).toBe(before)

        yield* tell(neighbourhood, [[anna, true]])
        expect(yield* submitOne(neighbourhood, anna.order({ energyWh: 100 }))).toMatchObject({ accepted: true })
        expect(yield* submitOne(neighbourhood, ben.order({ energyWh: 100, side: 'sell' }))).toMatchObject(notInService)
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('is refused once it is not any more, an amend like a new one; a cancel is taken', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna } = yield* streetWith({ rules: checking })
        yield* tell(neighbourhood, [[anna, true]])
        const order = anna.order({ energyWh: 100 })
        yield* submitOne(neighbourhood, order)
        yield* tell(neighbourhood, [[anna, false]], 2)
        const amend = anna.order({ energyWh: 50, replaces: order.body.nonce })
        expect(yield* submitOne(neighbourhood, amend)).toMatchObject(notInService)
        const cancel = anna.cancel(orderIdOf(order))
        expect(yield* submitOne(neighbourhood, cancel)).toMatchObject({ accepted: true })
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('is decided alike by a market that starts again, and from a snapshot', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* streetWith({ rules: checking })
        yield* tell(neighbourhood, [[anna, true]])
        const again = yield* openOver(log, { rules: checking })
        expect(stateHash(again.street)).toBe(stateHash(neighbourhood.street))
        expect(stateHash(streetFrom(snapshotOf(again.street)))).toBe(stateHash(neighbourhood.street))
        expect(yield* submitOne(again, ben.order({ energyWh: 1 }))).toMatchObject(notInService)
        expect(yield* submitOne(again, anna.order({ energyWh: 1 }))).toMatchObject({ accepted: true })
      }),
    ))

  it('is asked for nothing where the market takes any', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* roseStreet
        expect(yield* submitOne(neighbourhood, anna.order({ energyWh: 100 }))).toMatchObject({ accepted: true })
      }),
    ))
})

describe('what is told of devices', () => {
  it('is of homes of the street, each once', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* streetWith({ rules: checking })
        const told = (accounts: readonly `0x${string}`[], block = 1) => {
          const devices = accounts.map((account) => ({ account, isInService: true }))
          const event = { type: 'DevicesChanged', timeMs: NOW_MS, block, devices } as const
          return Effect.map(Effect.flip(neighbourhood.record(event)), ({ message }) => message)
        }
        expect(yield* told([`0x${'9'.repeat(40)}`])).toMatch(/is of no home/)
        expect(yield* told([anna.account, anna.account])).toMatch(/does not come after/)
        expect(yield* told([anna.account], -1)).toMatch(/-1 is no block/)
        expect(neighbourhood.street.inService.size).toBe(0)
      }),
    ))
})
