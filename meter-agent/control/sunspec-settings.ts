import type { RegisterWrite } from '../drivers/bus.ts'
import { decodeNumber } from '../register-number.ts'
import { derRoles } from '../sunspec/der-roles.ts'
import { ControlRefused } from './control-refused.ts'
import type { ControlAction } from './controllable-device.ts'
import { type Models, numberOf, standingPoint } from './sunspec-registers.ts'

/** What a point is to hold, in its own unit. One that a device may lack is left out where it does. */
export interface Setting {
  readonly model: number
  readonly point: string
  readonly value: number
  readonly need: 'required' | 'where-there'
  /** what it is put back to, where that is not what was found */
  readonly backTo?: number
}
type Refuse = (field: string, value: string, expected: string) => ControlRefused

/** Models with the power that a device injects, W. */
export const INVERTERS = [101, 102, 103, 111, 112, 113, 701]
/** 704's WSetMod: what the setpoint is in. */
const IN_PERCENT = 0
const IN_WATTS = 1
/** 124's StorCtl_Mod: the limits of charging and of discharging are both in force. */
const BOTH_LIMITS = 3

interface Situation {
  readonly models: Models
  readonly timeoutS: number
  readonly found: readonly RegisterWrite[]
  readonly unit: number
}

/** What makes a device do so, in order; or why it cannot. */
export function settingsOf(action: ControlAction, powerW: number, at: Situation): readonly Setting[] | ControlRefused {
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
