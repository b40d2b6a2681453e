import { Effect } from 'effect'
import { TestClock } from 'effect/testing'
import { describe, expect, it } from 'vitest'
import { ModbusTimeout } from '#meter-agent/drivers/modbus-error.ts'
import { REST_MS, withUnitBreaker } from '#meter-agent/drivers/unit-breaker.ts'

const range = (unit: number) => ({ unit, address: 0, count: 1 })

/** A line on which the units named are silent; it notes whom it asked. */
function lineWith(silent: Set<number>) {
  const asked: number[] = []
  const read = withUnitBreaker(({ unit }) => {
    asked.push(unit)
    return silent.has(unit) ? Effect.fail(new ModbusTimeout({ line: 'a', timeoutMs: 1 })) : Effect.succeed([unit])
  })
  const tagOf = (unit: number) =>
    Effect.match(read(range(unit)), { onFailure: ({ _tag }) => _tag, onSuccess: () => 'read' })
  return { asked, tagOf }
}

const run = <A>(effect: Effect.Effect<A>) => Effect.runPromise(Effect.provide(effect, TestClock.layer()))

describe('a unit that does not answer', () => {
  it('is left alone after three time-outs, asked once when its rest is over, and rests again', () =>
    run(
      Effect.gen(function* () {
        const { asked, tagOf } = lineWith(new Set([7]))
        const both = Effect.gen(function* () {
          yield* tagOf(1)
          return yield* tagOf(7)
        })
        expect(yield* Effect.all([both, both, both, both])).toEqual([
          ...Array(3).fill('ModbusTimeout'),
          'ModbusResting',
        ])
        yield* TestClock.adjust(REST_MS)
        expect(yield* Effect.all([both, both, both])).toEqual(['ModbusTimeout', 'ModbusResting', 'ModbusResting'])
        expect(asked.filter((unit) => unit === 7).length).toBe(4)
        expect(asked.filter((unit) => unit === 1).length).toBe(7)
      }),
    ))

  it('is asked like any other as soon as it has answered', () =>
    run(
      Effect.gen(function* () {
        const silent = new Set([7])
        const { tagOf } = lineWith(silent)
        yield* tagOf(1)
        yield* Effect.all([tagOf(7), tagOf(7), tagOf(7)])
        silent.clear()
        expect(yield* tagOf(7)).toBe('ModbusResting')
        yield* TestClock.adjust(REST_MS)
        yield* tagOf(1)
        expect(yield* tagOf(7)).toBe('read')
        silent.add(7)
        expect(yield* tagOf(7)).toBe('ModbusTimeout')
        expect(yield* tagOf(7)).toBe('ModbusTimeout')
      }),
    ))

  it('is never left alone on a line of its own', () =>
    run(
      Effect.gen(function* () {
        const { asked, tagOf } = lineWith(new Set([7]))
        const tags = yield* Effect.all(Array.from({ length: 6 }, () => tagOf(7)))
        expect(new Set(tags)).toEqual(new Set(['ModbusTimeout']))
        expect(asked.length).toBe(6)
      }),
    ))
})
