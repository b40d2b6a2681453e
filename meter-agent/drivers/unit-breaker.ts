import { Clock, Effect } from 'effect'
import type { Bus, RegisterRange } from './bus.ts'
import { type ModbusError, ModbusResting } from './modbus-error.ts'

/** After so many time-outs in a row a unit is left alone. */
const TIMEOUTS_UNTIL_REST = 3
/** How long it is left alone, then asked once; and how long a unit that was asked counts as one of the line, ms. */
export const REST_MS = 30_000

interface Unit {
  timeoutsInARow: number
  restsUntilMs: number
  askedMs: number
}

/**
 * Reads of a line on which a unit that does not answer costs the others one time-out in `REST_MS`, not one at each of its polls:
 * while it rests, its reads fail at once. A unit that has the line for itself is asked whenever somebody wants to.
 */
export function withUnitBreaker<Range extends RegisterRange>(read: Bus<Range>['read']): Bus<Range>['read'] {
  const units = new Map<number, Unit>()
  const unitOf = (unit: number): Unit => {
    const known = units.get(unit) ?? { timeoutsInARow: 0, restsUntilMs: 0, askedMs: 0 }
    units.set(unit, known)
    return known
  }
  const hasNeighbours = (unit: number, nowMs: number): boolean =>
    units.entries().some(([other, { askedMs }]) => other !== unit && nowMs - askedMs < REST_MS)

  return (range) =>
    Clock.clockWith((clock) => {
      const unit = unitOf(range.unit)
      const nowMs = clock.currentTimeMillisUnsafe()
      unit.askedMs = nowMs
      if (nowMs < unit.restsUntilMs && hasNeighbours(range.unit, nowMs)) {
        return Effect.fail(new ModbusResting({ unit: range.unit, restsMs: unit.restsUntilMs - nowMs }))
      }
      return Effect.matchEffect(read(range), {
        onFailure: (error: ModbusError) => {
          unit.timeoutsInARow = error._tag === 'ModbusTimeout' ? unit.timeoutsInARow + 1 : 0
          const rests = unit.timeoutsInARow >= TIMEOUTS_UNTIL_REST
          unit.restsUntilMs = rests ? clock.currentTimeMillisUnsafe() + REST_MS : 0
          return Effect.fail(error)
        },
        onSuccess: (words) => {
          unit.timeoutsInARow = 0
          unit.restsUntilMs = 0
          return Effect.succeed(words)
        },
      })
    })
}
