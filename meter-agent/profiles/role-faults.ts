import type { ModbusProfile, UNITS } from './modbus-profile.ts'
import type { Refuse } from './register-faults.ts'

export type Path = readonly (string | number)[]

/** What a value is counted in. */
export type Base = (typeof UNITS)[keyof typeof UNITS]['base'] | 'text'

/** What is wrong with the roles of a profile: a name that leads nowhere, or to a value in another unit. */
export function roleFaults(
  { grid, pv, battery }: Pick<ModbusProfile, 'grid' | 'pv' | 'battery'>,
  check: {
    /** refuses a name that has no value in one of these units */
    readonly named: (path: Path, id: string | undefined, ...allowed: readonly Base[]) => void
    readonly refuse: Refuse
  },
): void {
  const { named, refuse } = check
  named(['grid', 'powerW', 'value'], grid?.powerW?.value, 'W')
  named(['grid', 'importWh'], grid?.importWh, 'Wh')
  named(['grid', 'exportWh'], grid?.exportWh, 'Wh')
  for (const [i, id] of (grid?.voltageV ?? []).entries()) named(['grid', 'voltageV', i], id, 'V')
  for (const [i, id] of (grid?.currentA ?? []).entries()) named(['grid', 'currentA', i], id, 'A')
  named(['grid', 'frequencyHz'], grid?.frequencyHz, 'Hz')
  named(['pv', 'powerW', 'value'], pv?.powerW?.value, 'W')
  named(['pv', 'exportWh'], pv?.exportWh, 'Wh')
  named(['battery', 'powerW', 'value'], battery?.powerW?.value, 'W')
  named(['battery', 'soc'], battery?.soc, 'percent')
  if (grid === undefined && pv === undefined && battery === undefined) {
    refuse([], 'one role at least: grid, pv or battery')
  }
}
