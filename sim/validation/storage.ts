import { type Battery, batteryFlow } from '../home/battery.ts'
import { handMadeDay } from './hand-made-street.ts'
import { inWords, near } from './validation-case.ts'
import type { ValidationSubject } from './validation-subject.ts'

const store: Battery = {
  capacityWh: 1_200,
  chargePowerW: 5_000,
  dischargePowerW: 5_000,
  chargeEfficiency: 1,
  dischargeEfficiency: 1,
  minSocPerMille: 100,
  maxSocPerMille: 1_000,
  initialSocPerMille: 500,
  selfDischargePerHour: 0,
  fadePerCycle: 0,
  fadePerYear: 0,
}
const QUARTER_SECONDS = 900
const KWH_J = 3_600_000

/** Quarter hours of a store of 30 kWh that loses 5 % on the way in, and draws 1.01 kWh for each that comes out. */
function lossyKwh(selfDischargePerDay: number): readonly number[] {
  const battery: Battery = {
    ...store,
    capacityWh: 30_000,
    chargePowerW: 10_000,
    dischargePowerW: 10_000,
    minSocPerMille: 0,
    chargeEfficiency: 0.95,
    dischargeEfficiency: 1 / 1.01,
    selfDischargePerHour: selfDischargePerDay / 24,
  }
  let storedJ = 15 * KWH_J
  return [8_000, -4_000].map((surplusW) => {
    storedJ += batteryFlow(battery, { storedJ, surplusW, seconds: QUARTER_SECONDS }).storedJ
    return storedJ / KWH_J
  })
}

/** What goes into a store, comes out, and stays. */
export function storage(): ValidationSubject {
  const emptied = handMadeDay({ loadW: (minute) => (minute >= 480 && minute < 1_080 ? 100 : 0), battery: store })
  const filled = handMadeDay({
    loadW: () => 0,
    roofW: (minute) => (minute >= 480 && minute < 1_020 ? 386 : 0),
    battery: store,
  })
  const wattHours = (name: string, expected: number, got: number) =>
    near({ name, expected, got, tolerance: 1, unit: 'Wh' })
  const kilowattHours = (name: string, expected: number, got: number | undefined) =>
    near({ name, expected, got: got ?? Number.NaN, tolerance: 1e-6, unit: 'kWh' })
  const [charged, discharged] = lossyKwh(0)
  const standing = lossyKwh(0.003)
  return {
    title: 'Storage',
    about: 'Setups of gsy-e (ab358e7e): a store of 1.2 kWh, half full, 10 % at least; and one of 30 kWh with losses.',
    cases: [
      wattHours(
        'a load of 100 W from 8 to 18 o’clock: out of the store',
        480,
        0 - emptied.result.energyWh.storageDelta,
      ),
      wattHours('a load of 100 W from 8 to 18 o’clock: from the grid', 520, emptied.result.energyWh.gridImport),
      wattHours('a load of 100 W from 8 to 18 o’clock: left in the store', 120, emptied.storedWh),
      wattHours('a roof: into the store', 600, filled.result.energyWh.storageDelta),
      wattHours('a roof: left in the store', 1_200, filled.storedWh),
      kilowattHours('15 kWh and 2 kWh in, less 5 %: stored', 16.9, charged),
      kilowattHours('and 1 kWh out, for 1.01: stored', 15.89, discharged),
    ],
    peers: [
      {
        name: '15 kWh of 30, 2 kWh in, 1 kWh out, 0.3 % a day lost: stored',
        peer: 'gsy-e',
        theirs: '15.888125 kWh',
        ours: `${inWords(standing[1] ?? Number.NaN, 6)} kWh`,
        why: 'It takes the share of a day from the capacity, however little is stored, so that an empty store goes on losing. Ours is of what is stored.',
      },
    ],
  }
}
