import { Effect } from 'effect'
import type { RegisterWrite, WritableBus } from '../drivers/bus.ts'
import type { ModbusError } from '../drivers/modbus-error.ts'
import { encodeNumber } from '../register-number.ts'
import { discover } from '../sunspec/discover.ts'
import type { NotSunspec } from '../sunspec/not-sunspec.ts'
import { ControlRefused } from './control-refused.ts'
import type { AllowedRegister, ControllableDevice, PlannedWrite } from './controllable-device.ts'
import { type Models, standingModels, standingPoint } from './sunspec-registers.ts'
import { INVERTERS, type Setting, settingsOf } from './sunspec-settings.ts'

/** The only points that are written, and how far, in their own units. */
const ranges: Readonly<Record<number, Readonly<Record<string, readonly [min: number, max: number]>>>> = {
  123: { WMaxLimPct_RvrtTms: [1, 65_534], WMaxLimPct: [0, 100], WMaxLim_Ena: [0, 1] },
  124: { InOutWRte_RvrtTms: [1, 65_534], InWRte: [-100, 100], OutWRte: [-100, 100], StorCtl_Mod: [0, 3] },
  704: {
    WMaxLimPctRvrt: [0, 100],
    WMaxLimPctEnaRvrt: [0, 1],
    WMaxLimPctRvrtTms: [1, 86_400],
    WMaxLimPct: [0, 100],
    WMaxLimPctEna: [0, 1],
    WSetEnaRvrt: [0, 1],
    WSetRvrtTms: [1, 86_400],
    WSetMod: [0, 1],
    WSet: [-1_000_000, 1_000_000],
    WSetPct: [-100, 100],
    WSetEna: [0, 1],
  },
}
const READ = [1, ...INVERTERS, 120, 121, 123, 124, 702, 704, 713, 714]
/** The words of model 1 that tell one device from another: maker, model and serial number. */
const identityPoints = ['Mn', 'Md', 'SN']
/**
 * Control of a SunSpec device: curtailed by 704 or 123, charged and discharged by 704 (where all it has is a battery)
 * or 124.
 */
export const openSunspecControl = (
  bus: WritableBus,
  options: { readonly unit: number; readonly bases?: readonly number[] },
): Effect.Effect<ControllableDevice, ModbusError | NotSunspec> =>
  Effect.gen(function* () {
    const { unit } = options
    const chain = yield* discover(bus, options)
    const read = standingModels(bus, { unit, places: chain.models, ids: READ })
    const models = yield* read
    return {
      identity: identityOf(unit, models),
      allowed: Object.entries(ranges).flatMap(([id, points]) =>
        Object.entries(points).flatMap(([name, [min, max]]): readonly AllowedRegister[] => {
          const point = standingPoint(unit, models.get(Number(id)), name)
          return point === null
            ? []
            : [{ name: `${id}.${name}`, unit, address: point.address, coding: point.coding, min, max }]
        }),
      ),
      plan: ({ action, powerW, timeoutS, found }) =>
        Effect.flatMap(read, (now) => {
          const settings = settingsOf(action, powerW, { models: now, timeoutS, found, unit })
          if (settings instanceof ControlRefused) return Effect.fail(settings)
          const planned = plannedWrites(unit, now, settings)
          return planned instanceof ControlRefused ? Effect.fail(planned) : Effect.succeed(planned)
        }),
    }
  })

/** Model 1's names, and the headers of the models that are written to. */
function identityOf(unit: number, models: Models): readonly RegisterWrite[] {
  const common = models.get(1)
  const names = identityPoints.flatMap((name) => {
    const point = common?.definition.points.find((one) => one.name === name)
    if (common === undefined || point === undefined) return []
    const words = common.read.words.slice(point.offset, point.offset + point.size)
    return [{ unit, address: common.place.address + point.offset, words }]
  })
  const headers = Object.keys(ranges).flatMap((id) => {
    const place = models.get(Number(id))?.place
    return place === undefined ? [] : [{ unit, address: place.address, words: [place.id, place.length] }]
  })
  return [...names, ...headers]
}

function plannedWrites(
  unit: number,
  models: Models,
  settings: readonly Setting[],
): readonly PlannedWrite[] | ControlRefused {
  const writes: PlannedWrite[] = []
  for (const { model, point: name, value, need, backTo } of settings) {
    const point = standingPoint(unit, models.get(model), name)
    if (point === null) {
      if (need === 'where-there') continue
      const expected = `a device that has it`
      return new ControlRefused({ reason: 'not-capable', field: `${model}.${name}`, value: 'not available', expected })
    }
    const words = encodeNumber(value, point.coding)
    if (words === null) {
      const expected = `a scale factor with which it can hold ${value}`
      return new ControlRefused({ reason: 'not-capable', field: `${model}.${name}`, value: 'too small', expected })
    }
    const back = backTo === undefined ? null : encodeNumber(backTo, point.coding)
    writes.push({ unit, address: point.address, words, isTimeout: name.endsWith('RvrtTms'), revertTo: back ?? 'found' })
  }
  return writes
}
