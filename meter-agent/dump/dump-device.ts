import { Effect } from 'effect'
import { DEFAULT_TIMEOUT_MS, type ModbusDevice } from '../device-address.ts'
import type { Bus, RegisterRange } from '../drivers/bus.ts'
import type { ModbusError } from '../drivers/modbus-error.ts'
import { openModbusLine } from '../drivers/modbus-line.ts'
import { type BadModbusUrl, modbusUrl } from '../modbus-url.ts'
import { discover, type ModelChain } from '../sunspec/discover.ts'
import type { NotSunspec } from '../sunspec/not-sunspec.ts'
import { maskModels, maskTexts } from './mask-serials.ts'
import { readSpan, type Span } from './read-span.ts'
import { type RegisterImage, runsOf } from './register-image.ts'

/** The words of the mark before the models, and of the end mark behind them. */
const MARK_WORDS = 2

/**
 * Reads the registers of a device as an image: the ranges that are given, of one table, or without any its SunSpec
 * models, which are holding registers, with the mark before and the end mark behind them. Serial numbers are masked unless they are to be kept.
 */
export const dumpDevice = (options: {
  readonly device: ModbusDevice
  readonly name: string
  readonly ranges: readonly Span[]
  /** where the ranges are (holding) */
  readonly table?: RegisterImage['function']
  readonly serials: RegisterImage['serials']
  readonly timeoutMs?: number
}): Effect.Effect<RegisterImage, BadModbusUrl | ModbusError | NotSunspec> =>
  Effect.gen(function* () {
    const { device, name, ranges, serials, table = 'holding' } = options
    const { line, unit } = yield* modbusUrl(device.url)
    const bus = yield* openModbusLine({ line, timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS })
    const about = { name, unit_id: unit, serials }
    if (ranges.length > 0) {
      const words = yield* readSpans(bus, { unit, table }, ranges)
      return {
        ...about,
        function: table,
        kind: 'register-map',
        registers: runsOf(serials === 'kept' ? words : maskTexts(words)),
      } as const
    }
    const chain = yield* discover(bus, { unit, bases: device.bases ?? [] })
    const { base, models } = chain
    const words = yield* readSpans(bus, { unit }, spansOf(chain))
    const end = chainEnd(chain)
    return {
      ...about,
      function: 'holding',
      kind: 'sunspec',
      base,
      registers: runsOf(serials === 'kept' ? words : maskModels(words, models)),
      chain: models.map(({ id, address, length }) => ({ id, len: length, addr: address })),
      ...(chain.complete ? { end_marker_at: end } : {}),
    } as const
  }).pipe(Effect.scoped)

const readSpans = (bus: Bus, of: Pick<RegisterRange, 'unit' | 'table'>, spans: readonly Span[]) =>
  Effect.map(
    Effect.forEach(spans, (span) => readSpan(bus, of, span)),
    (parts) => new Map(parts.flatMap((part) => [...part])),
  )

/** Model by model: some devices refuse a read that crosses into the next one. */
function spansOf(chain: ModelChain): readonly Span[] {
  const { base, models } = chain
  const end = chainEnd(chain)
  return [
    { first: base, last: base + MARK_WORDS - 1 },
    ...models.map(({ address, length }) => ({ first: address, last: address + 1 + length })),
    { first: end, last: Math.min(end + MARK_WORDS - 1, 65_535) },
  ]
}

function chainEnd({ base, models }: ModelChain): number {
  const last = models.at(-1)
  return last === undefined ? base + MARK_WORDS : last.address + 2 + last.length
}
