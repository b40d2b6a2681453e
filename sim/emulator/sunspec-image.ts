import { capacityJ } from '../home/battery.ts'
import type { HomeState } from '../home/home-state.ts'
import { GRID_HZ, GRID_V } from './grid-supply.ts'
import { scaled } from './scaled.ts'
import { modelRegisters } from './sunspec-model.ts'

/** The address of the first holding register: where SunSpec's mark stands. */
export const SUNSPEC_BASE = 40_000

const MARK = [0x5375, 0x6e53]
const END = [0xffff, 0]

const BATTERY_V = 51.2

/** Roofs up to here feed one phase (VDE-AR-N 4105: 4.6 kVA). */
const SINGLE_PHASE_PEAK_W = 4600

const INT16_MAX = 0x7fff
const UINT16_MAX = 0xfffe

/** Values of enumerated points, by their names in the model definitions. */
const STATE = { sleeping: 2, mppt: 4 }
const BATTERY = {
  ChaSt: { empty: 2, discharging: 3, charging: 4, full: 5, holding: 6 },
  LocRemCtl: { local: 1 },
  Typ: { lithiumIon: 4 },
  State: { connected: 3 },
  SetOp: { connect: 1 },
  SetInvState: { started: 3 },
}

/**
 * All holding registers of a home's SunSpec device from SUNSPEC_BASE on, at one moment: mark, model 1, the roof's
 * inverter (101 up to 4.6 kWp, else 103), the settlement meter (203), the battery (802), end.
 *
 * Signs: 101/103 `W` production positive; 203 `W` and `A` import positive (the specification's convention);
 * 802 `W` and `A` discharge positive. The grid is an even 230 V, 50 Hz; three-phase power is split evenly, whole W,
 * so that the phases sum to the total.
 */
export function sunspecImage(device: { readonly home: string; readonly state: HomeState }): number[] {
  const { roof, battery } = device.state
  return [
    ...MARK,
    ...modelRegisters(1, {
      Mn: 'Commonwatt',
      Md: 'Emulated home',
      Vr: '1',
      SN: device.home,
      DA: 1,
    }),
    ...(roof === null ? [] : inverter(roof)),
    ...meter(device.state.grid),
    ...(battery === null ? [] : storage(battery)),
    ...END,
  ]
}

function inverter(roof: NonNullable<HomeState['roof']>): number[] {
  const phases = roof.peakW <= SINGLE_PHASE_PEAK_W ? 1 : 3
  const power = scaled([roof.powerW], { finest: 0, largest: INT16_MAX })
  const phaseA = roof.powerW / GRID_V / phases
  const current = scaled([phaseA * phases, phaseA], { finest: -2, largest: UINT16_MAX })
  const [amps = 0, ampsA = 0] = current.values
  const common = {
    A: amps,
    AphA: ampsA,
    A_SF: current.factor,
    PhVphA: GRID_V * 10,
    V_SF: -1,
    W: power.values[0] ?? 0,
    W_SF: power.factor,
    Hz: GRID_HZ * 100,
    Hz_SF: -2,
    WH: roof.producedWh,
    WH_SF: 0,
    // A cabinet in a 25 °C room that its losses warm by up to 20 K.
    TmpCab: Math.round(250 + 200 * Math.min(1, roof.powerW / roof.peakW)),
    Tmp_SF: -1,
    St: roof.powerW > 0 ? STATE.mppt : STATE.sleeping,
    Evt1: 0,
    Evt2: 0,
  }
  if (phases === 1) return modelRegisters(101, common)
  return modelRegisters(103, {
    ...common,
    AphB: ampsA,
    AphC: ampsA,
    PhVphB: GRID_V * 10,
    PhVphC: GRID_V * 10,
  })
}

function meter(grid: HomeState['grid']): number[] {
  const third = Math.trunc(grid.powerW / 3)
  const phasesW = [grid.powerW - 2 * third, third, third]
  const power = scaled([grid.powerW, ...phasesW], { finest: 0, largest: INT16_MAX })
  const current = scaled(
    [grid.powerW, ...phasesW].map((powerW) => powerW / GRID_V),
    { finest: -2, largest: INT16_MAX },
  )
  const [W = 0, WphA = 0, WphB = 0, WphC = 0] = power.values
  const [A = 0, AphA = 0, AphB = 0, AphC = 0] = current.values
  const lineToNeutral = GRID_V * 10
  const lineToLine = Math.round(GRID_V * Math.sqrt(3) * 10)
  return modelRegisters(203, {
    A,
    AphA,
    AphB,
    AphC,
    A_SF: current.factor,
    PhV: lineToNeutral,
    PhVphA: lineToNeutral,
    PhVphB: lineToNeutral,
    PhVphC: lineToNeutral,
    PPV: lineToLine,
    PhVphAB: lineToLine,
    PhVphBC: lineToLine,
    PhVphCA: lineToLine,
    V_SF: -1,
    Hz: GRID_HZ * 100,
    Hz_SF: -2,
    W,
    WphA,
    WphB,
    WphC,
    W_SF: power.factor,
    TotWhExp: grid.exportWh,
    TotWhImp: grid.importWh,
    TotWh_SF: 0,
    Evt: 0,
  })
}

function storage(storage: NonNullable<HomeState['battery']>): number[] {
  const { battery, powerW, socBasisPoints } = storage
  const energy = scaled([battery.capacityWh], { finest: 0, largest: UINT16_MAX })
  const charge = scaled([battery.capacityWh / BATTERY_V], { finest: -1, largest: UINT16_MAX })
  const rate = scaled([battery.chargePowerW, battery.dischargePowerW], { finest: 0, largest: UINT16_MAX })
  const power = scaled([-powerW], { finest: 0, largest: INT16_MAX })
  const current = scaled([-powerW / BATTERY_V], { finest: -1, largest: INT16_MAX })
  return modelRegisters(802, {
    AHRtg: charge.values[0] ?? 0,
    WHRtg: energy.values[0] ?? 0,
    WChaRteMax: rate.values[0] ?? 0,
    WDisChaRteMax: rate.values[1] ?? 0,
    SoCMax: battery.maxSocPerMille * 10,
    SoCMin: battery.minSocPerMille * 10,
    SoC: socBasisPoints,
    ChaSt: chargeStatus(storage),
    LocRemCtl: BATTERY.LocRemCtl.local,
    AlmRst: 0,
    Typ: BATTERY.Typ.lithiumIon,
    State: BATTERY.State.connected,
    Evt1: 0,
    Evt2: 0,
    EvtVnd1: 0,
    EvtVnd2: 0,
    V: BATTERY_V * 10,
    A: current.values[0] ?? 0,
    W: power.values[0] ?? 0,
    SetOp: BATTERY.SetOp.connect,
    SetInvState: BATTERY.SetInvState.started,
    AHRtg_SF: charge.factor,
    WHRtg_SF: energy.factor,
    WChaDisChaMax_SF: rate.factor,
    SoC_SF: -2,
    V_SF: -1,
    CellV_SF: -3,
    A_SF: current.factor,
    AMax_SF: 0,
    W_SF: power.factor,
  })
}

function chargeStatus(storage: NonNullable<HomeState['battery']>): number {
  const { battery, powerW, socBasisPoints } = storage
  if (powerW > 0) return BATTERY.ChaSt.charging
  if (powerW < 0) return BATTERY.ChaSt.discharging
  // A battery rests within one step's Wh of its limit, which it cannot reach in whole W.
  const tolerance = 1 + Math.ceil(600_000 / (capacityJ(battery) / 3600))
  if (socBasisPoints >= battery.maxSocPerMille * 10 - tolerance) return BATTERY.ChaSt.full
  return socBasisPoints <= battery.minSocPerMille * 10 + tolerance ? BATTERY.ChaSt.empty : BATTERY.ChaSt.holding
}
