import { profilePlan } from '../planning/profile-plan.ts'
import type { CounterFacts, Witness } from '../witness.ts'
import type { ProfileValues } from './decode-values.ts'
import { type ModbusProfile, UNITS } from './modbus-profile.ts'
import { profileReport } from './profile-report.ts'

/** The roof of a hybrid inverter charges the battery with what is beyond its rated power. */
const HYBRID_OVERSIZE = 1.5
/** what a current is worth at most, V */
const HIGHEST_PHASE_V = 265

/** What a profile's values say beside the sample, with the limits and counters that it knows of the family. */
export function profileWitness(profile: ModbusProfile, values: ProfileValues): Witness {
  const { limits, grid, pv, battery } = profile
  const { measurements } = profileReport(profile, values)
  const rating = limits?.powerRegister === undefined ? limits?.powerW : values[limits.powerRegister]
  const ratedW = typeof rating === 'number' && rating > 0 ? rating : null
  const carriedW =
    limits?.currentA === undefined ? null : limits.currentA * HIGHEST_PHASE_V * (grid?.voltageV.length || 1)
  const frequencyHz = measurements.grid?.frequencyHz.value ?? null
  const producedW = measurements.pv?.powerW.value ?? null
  const storedW = battery === undefined ? 0 : (measurements.battery?.powerW.value ?? null)
  // The rating of a device with a roof is its inverter's, and says nothing of the connection.
  const nameplateW = pv === undefined ? (ratedW ?? carriedW) : null
  return {
    importCounter: counterFacts(profile, values, grid?.importWh),
    exportCounter: counterFacts(profile, values, grid?.exportWh),
    voltageV: measurements.grid?.voltageV.flatMap(({ value }) => value ?? []) ?? [],
    ...(frequencyHz === null ? {} : { frequencyHz }),
    ...(nameplateW === null ? {} : { nameplateW }),
    ...(limits?.voltageV === undefined ? {} : { voltageBandV: limits.voltageV }),
    ...(limits?.frequencyHz === undefined ? {} : { frequencyBandHz: limits.frequencyHz }),
    ...(producedW === null || storedW === null
      ? {}
      : {
          production: {
            powerW: -producedW + Math.min(0, storedW), // some inverters give the battery's power as theirs
            nameplateW: ratedW === null || battery === undefined ? ratedW : ratedW * HYBRID_OVERSIZE,
          },
        }),
  }
}

/** What else is read: whatever of it needs no request of its own; the roof also with one, where its power is wanted. */
export function witnessValues(
  profile: ModbusProfile,
  options: { readonly sample: readonly string[]; readonly production: 'wanted' | 'as it comes' },
): readonly string[] {
  const { grid, pv, battery, limits } = profile
  const roof = [pv?.powerW?.value, battery?.powerW?.value, limits?.powerRegister].flatMap((id) => id ?? [])
  const wanted = options.production === 'wanted' ? [...options.sample, ...roof] : options.sample
  const requests = profilePlan(profile, wanted).length
  const others = [...(grid?.voltageV ?? []), grid?.frequencyHz, ...roof].flatMap((id) => id ?? [])
  const taken = [...wanted]
  for (const id of others) if (profilePlan(profile, [...taken, id]).length === requests) taken.push(id)
  return taken
}

/** How the register of a counter counts; a derived one, or one that is not there, says nothing. */
function counterFacts(profile: ModbusProfile, values: ProfileValues, id: string | undefined): CounterFacts {
  const register = id === undefined ? undefined : profile.registers[id]
  if (register === undefined) return { unitWh: null, modulusWh: null, scale: null }
  const power = register.scaleFactor === undefined ? null : values[register.scaleFactor]
  const scale = typeof power === 'number' ? power : null
  const isFloat = register.type === 'f32' || register.type === 'f64'
  const unitWh = (register.scale ?? 1) * UNITS[register.unit].factor * 10 ** (scale ?? 0)
  const { counter } = register
  const counts = counter?.modulus === undefined ? 2 ** (counter?.bits ?? 64) : counter.modulus
  return {
    unitWh: isFloat ? null : unitWh,
    modulusWh: counter === undefined || counts === null ? null : counts * unitWh,
    scale,
    ...(counter === undefined ? {} : { resettable: counter.resettable }),
  }
}
