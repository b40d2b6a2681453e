import { Data } from 'effect'
import type { ModbusError } from './drivers/modbus-error.ts'
import type { BadModbusUrl } from './modbus-url.ts'
import type { NotSunspec } from './sunspec/not-sunspec.ts'

/** The device has no meter at the grid connection point, or another device answers where it was. */
export class NoGridMeter extends Data.TaggedError('NoGridMeter')<{
  readonly unit: number
  readonly detail: string
}> {
  override get message(): string {
    return `unit ${this.unit}: ${this.detail}`
  }
}

/** Why a device could not be read. */
export type MeterError = BadModbusUrl | ModbusError | NotSunspec | NoGridMeter
