import { Effect, type Scope } from 'effect'
import type { ModbusDevice } from './device-address.ts'
import { openModbusLine } from './drivers/modbus-line.ts'
import { findGridMeter, type GridMeter, readGridMeter } from './grid-meter.ts'
import type { MeterError } from './meter-error.ts'
import { type BadModbusUrl, modbusUrl } from './modbus-url.ts'
import type { SettlementMeter } from './settlement-meter.ts'

/** The settlement meter of a SunSpec device on Modbus TCP. */
export const openModbusMeter = (
  device: ModbusDevice,
  options: { readonly timeoutMs: number; readonly production?: 'wanted' | 'as it comes' | undefined },
): Effect.Effect<SettlementMeter<never>, BadModbusUrl, Scope.Scope> =>
  Effect.gen(function* () {
    const { line, unit } = yield* modbusUrl(device.url)
    const bus = yield* openModbusLine({ line, timeoutMs: options.timeoutMs })
    let meter: GridMeter | null = null
    const find: Effect.Effect<GridMeter, MeterError> = Effect.gen(function* () {
      meter = yield* findGridMeter(bus, { unit, bases: device.bases ?? [], production: options.production })
      return meter
    })
    return {
      connect: bus.connect,
      identify: Effect.map(find, ({ profileHash }) => profileHash),
      read: Effect.gen(function* () {
        return { ...(yield* readGridMeter(bus, meter ?? (yield* find))), sourceTimeMs: null, origin: 'asked' }
      }),
    }
  })
