import type { NodeValue } from './drivers/opcua-line.ts'
import type { OpcuaProfile, ProfilePoint } from './profiles/opcua-profile.ts'
import { scaledValue } from './profiles/scaled-value.ts'
import type { Witness } from './witness.ts'

/** The points that a sample is held against: voltages, frequency, the roof and the battery. */
export function witnessPoints({ grid, pv, battery }: OpcuaProfile): readonly ProfilePoint[] {
  return [...grid.voltageV, grid.frequencyHz, pv?.powerW, battery?.powerW].flatMap((point) => point ?? [])
}

/** What the nodes of those points said, by node. */
export function opcuaWitness(profile: OpcuaProfile, said: ReadonlyMap<string, NodeValue>): Witness {
  const numberOf = (point: ProfilePoint | undefined): number | null => {
    const value = point === undefined ? undefined : said.get(point.node)
    return point === undefined || value === undefined ? null : scaledValue(point, value)
  }
  const { grid, pv, battery } = profile
  const frequencyHz = numberOf(grid.frequencyHz)
  const producedW = numberOf(pv?.powerW)
  const hasBattery = battery !== undefined && said.get(battery.powerW.node)?.status !== 'absent'
  const storedW = hasBattery ? numberOf(battery.powerW) : 0
  return {
    voltageV: grid.voltageV.flatMap((point) => numberOf(point) ?? []),
    ...(frequencyHz === null ? {} : { frequencyHz }),
    // Some inverters give the battery's power as theirs.
    ...(producedW === null || storedW === null
      ? {}
      : { production: { powerW: -producedW + Math.min(0, storedW), nameplateW: null } }),
  }
}
