import { Effect } from 'effect'
import type { RegisterWrite, WritableBus } from '../drivers/bus.ts'
import type { ModbusError } from '../drivers/modbus-error.ts'
import { decodeNumber, encodeNumber } from '../register-number.ts'
import { derRoles } from '../sunspec/der-roles.ts'
import { discover } from '../sunspec/discover.ts'
import type { NotSunspec } from '../sunspec/not-sunspec.ts'
import { ControlRefused } from './control-refused.ts'
import type { AllowedRegister, ControlAction, ControllableDevice, PlannedWrite } from './controllable-device.ts'
import { numberOf, type StandingModel, standingModels, standingPoint } from './sunspec-registers.ts'

type Models = ReadonlyMap<number, StandingModel>

/** What a point is to hold, in its own unit. One that a device may lack is left out where it does. */
interface Setting {
  readonly model: number
  readonly point: string
  readonly value: number
  readonly need: 'required' | 'where-there'
  /** what it is put back to, where that is not what was found */
  readonly backTo?: number
}
type Refuse = (field: string, value: string, expected: string) => ControlRefused

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
const INVERTERS = [101, 102, 103, 111, 112, 113, 701]
const READ = [1, ...INVERTERS, 120, 121, 123, 124, 702, 704, 713, 714]
/** The words of model 1 that tell one device from another: maker, model and serial number. */
const identityPoints = ['Mn', 'Md', 'SN']
/** 704's WSetMod: what the setpoint is in. */
const IN_PERCENT = 0
const IN_WATTS = 1
/** 124's StorCtl_Mod: the limits of charging and of discharging are both in force. */
const BOTH_LIMITS = 3

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

interface Situation {
  readonly models: Models
  readonly timeoutS: number
  readonly found: readonly RegisterWrite[]
  readonly unit: number
}

function settingsOf(action: ControlAction, powerW: number, at: Situation): readonly Setting[] | ControlRefused {
  const refuse: Refuse = (field, value, expected) =>
    new ControlRefused({ reason: 'not-capable', field, value, expected })
  if (action === 'curtail') return curtailing(powerW, at, refuse)
  const { models } = at
  const roles = derRoles((id) => models.get(id)?.points)
  const has = (point: string) => standingPoint(at.unit, models.get(704), point) !== null
  if (roles.battery !== undefined && roles.pv === undefined && (has('WSet') || has('WSetPct'))) {
    return byActivePower(action, powerW, at, refuse)
  }
  return byStorageLimits(action, powerW, at, refuse)
}

function curtailing(powerW: number, at: Situation, refuse: Refuse): readonly Setting[] | ControlRefused {
  const { models, timeoutS, unit, found } = at
  const by704 = standingPoint(unit, models.get(704), 'WMaxLimPct') !== null
  const ratedW = by704
    ? numberOf(models.get(702), 'WMax', 'WMaxRtg')
    : (numberOf(models.get(121), 'WMax') ?? numberOf(models.get(120), 'WRtg'))
  if (ratedW === null || ratedW <= 0)
    return refuse('WMax', String(ratedW), 'the rated power of the device, in 121, 120 or 702')
  const [model, limit, enable] = by704
    ? ([704, 'WMaxLimPct', 'WMaxLimPctEna'] as const)
    : ([123, 'WMaxLimPct', 'WMaxLim_Ena'] as const)
  const percent = Math.min(100, (100 * powerW) / ratedW)
  const ownLimit = heldBefore(unit, { models, found, model, point: limit })
  const isEnabled = heldBefore(unit, { models, found, model, point: enable }) === 1
  // Some devices say 0 % until they are told, with the flag on, and produce all the while: that limit is none.
  const outputW = Math.max(0, ...INVERTERS.map((id) => numberOf(models.get(id), 'W') ?? 0))
  const isIdle = found.length === 0 && ownLimit !== null && outputW > (1.02 * ownLimit * ratedW) / 100
  // What an installer has limited for good stays limited.
  const isLimited = isEnabled && !isIdle && ownLimit !== null
  if (isLimited && percent > ownLimit) {
    return new ControlRefused({
      reason: 'out-of-range',
      field: 'powerW',
      value: String(powerW),
      expected: `at most ${Math.floor((ownLimit * ratedW) / 100)}, to which the device is limited already`,
    })
  }
  const set = (point: string, value: number, need: Setting['need'] = 'required') => ({ model, point, value, need })
  const limited = { ...set(limit, percent), ...(isIdle ? { backTo: 100 } : {}) }
  if (!by704) return [set('WMaxLimPct_RvrtTms', timeoutS, 'where-there'), limited, set(enable, 1)]
  return [
    set('WMaxLimPctRvrt', isLimited ? ownLimit : 100, 'where-there'),
    set('WMaxLimPctEnaRvrt', isLimited ? 1 : 0, 'where-there'),
    set('WMaxLimPctRvrtTms', timeoutS, 'where-there'),
    limited,
    set(enable, 1),
  ]
}

/** 704: the active power of a device that is a battery, in W or in percent of the most; positive is out of it. */
function byActivePower(
  action: Exclude<ControlAction, 'curtail'>,
  powerW: number,
  { models, timeoutS, unit }: Situation,
  refuse: Refuse,
): readonly Setting[] | ControlRefused {
  const names = action === 'charge' ? ['WChaRteMax', 'WChaRteMaxRtg'] : ['WDisChaRteMax', 'WDisChaRteMaxRtg']
  const mostW = numberOf(models.get(702), 'WMax', 'WMaxRtg')
  const ratedW = numberOf(models.get(702), ...names) ?? mostW
  if (ratedW === null || mostW === null || mostW <= 0 || powerW > ratedW) {
    return refuse('powerW', String(powerW), `at most the rated ${String(ratedW)} W`)
  }
  const set = (point: string, value: number, need: Setting['need'] = 'required') => ({ model: 704, point, value, need })
  const signedW = action === 'charge' ? -powerW : powerW
  const inWatts = standingPoint(unit, models.get(704), 'WSet') !== null
  return [
    set('WSetEnaRvrt', 0, 'where-there'),
    set('WSetRvrtTms', timeoutS, 'where-there'),
    set('WSetMod', inWatts ? IN_WATTS : IN_PERCENT),
    inWatts ? set('WSet', signedW) : set('WSetPct', (100 * signedW) / mostW),
    set('WSetEna', 1),
  ]
}

/**
 * 124: both limits in force leave the battery one power. A charge of P is "charge at most P, discharge at most −P", in
 * percent of the greatest charge and discharge.
 */
function byStorageLimits(
  action: Exclude<ControlAction, 'curtail'>,
  powerW: number,
  { models, timeoutS }: Situation,
  refuse: Refuse,
): readonly Setting[] | ControlRefused {
  const storage = models.get(124)
  const chargeW = numberOf(storage, 'WChaMax') ?? numberOf(models.get(120), 'MaxChaRte')
  const dischargeW = numberOf(models.get(120), 'MaxDisChaRte') ?? chargeW
  const ratedW = action === 'charge' ? chargeW : dischargeW
  if (storage === undefined || chargeW === null || dischargeW === null || ratedW === null || ratedW <= 0) {
    return refuse('action', action, 'a device with a battery: 124 with its WChaMax, or 704 with 702')
  }
  if (powerW > ratedW) return refuse('powerW', String(powerW), `at most ${ratedW}, what the battery can`)
  const [charge, reserve] = [numberOf(storage, 'ChaState'), numberOf(storage, 'MinRsvPct')]
  if (action === 'discharge' && charge !== null && reserve !== null && charge <= reserve) {
    return refuse('ChaState', `${charge} %`, `more than the battery's reserve of ${reserve} %`)
  }
  const sign = action === 'charge' ? 1 : -1
  const set = (point: string, value: number, need: Setting['need'] = 'required') => ({ model: 124, point, value, need })
  return [
    set('InOutWRte_RvrtTms', timeoutS, 'where-there'),
    set('InWRte', (sign * 100 * powerW) / chargeW),
    set('OutWRte', (-sign * 100 * powerW) / dischargeW),
    set('StorCtl_Mod', BOTH_LIMITS),
  ]
}

/** What a point held before a command that is still at work, or holds now. */
function heldBefore(
  unit: number,
  of: {
    readonly models: Models
    readonly found: readonly RegisterWrite[]
    readonly model: number
    readonly point: string
  },
): number | null {
  const point = standingPoint(unit, of.models.get(of.model), of.point)
  if (point === null) return null
  const before = of.found.find(({ address }) => address === point.address)
  return decodeNumber((before ?? point).words, point.coding)
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
