import { Effect } from 'effect'
import { type Bus, MAX_REGISTERS, type RegisterRange } from '../drivers/bus.ts'
import type { ModbusError } from '../drivers/modbus-error.ts'

/** Neighbouring registers of one unit, both ends included. */
export interface Span {
  readonly first: number
  readonly last: number
}

/** "Illegal address", and "illegal value", which some devices say to a read that is partly outside. */
const NOT_THERE = [2, 3]

/** The registers of a span that the device has: a block that it refuses is halved until what it lacks is found. */
export const readSpan = (
  bus: Bus,
  of: Pick<RegisterRange, 'unit' | 'table'>,
  span: Span,
): Effect.Effect<ReadonlyMap<number, number>, ModbusError> =>
  Effect.gen(function* () {
    const words = new Map<number, number>()
    const waiting: Span[] = [span]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { first, last } = next
      if (last - first >= MAX_REGISTERS) {
        waiting.push({ first: first + MAX_REGISTERS, last }, { first, last: first + MAX_REGISTERS - 1 })
        continue
      }
      const block = yield* bus
        .read({ ...of, address: first, count: last - first + 1 })
        .pipe(
          Effect.catchTag('ModbusException', (error) =>
            NOT_THERE.includes(error.code) ? Effect.succeed(null) : Effect.fail(error),
          ),
        )
      const middle = Math.floor((first + last) / 2)
      if (block === null && first < last) waiting.push({ first: middle + 1, last }, { first, last: middle })
      for (const [i, word] of (block ?? []).entries()) words.set(first + i, word)
    }
    return words
  })
