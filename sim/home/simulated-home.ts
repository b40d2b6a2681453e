import { type Battery, type BatteryFlow, batteryFlow, capacityJ, fadedCapacityJ } from './battery.ts'
import type { Car, CarFlow } from './car.ts'
import type { CarTrips } from './car-trips.ts'
import type { HeatNeed } from './heat-demand.ts'
import { type HeatPump, type HeatPumpFlow, type HeatPumpState, heatPumpFlow, restingHeatPump } from './heat-pump.ts'
import { type HomeRestraint, UNRESTRAINED } from './home-restraint.ts'
import type { EnergyAccount, HomeState } from './home-state.ts'
import { ParkedCar } from './parked-car.ts'
import { type PowerSource, STEP_MS } from './power-source.ts'
import type { StoreWishes } from './store-wishes.ts'

const STEP_SECONDS = STEP_MS / 1000
const J_PER_WH = 3600

/** What a home is made of. */
export interface HomeParts {
  /** Its name: a slug. */
  readonly home: string
  /** Where its time begins: Unix ms, a whole UTC minute. */
  readonly startMs: number
  readonly load: PowerSource
  readonly roof: { readonly source: PowerSource; readonly peakW: number } | null
  readonly battery: Battery | null
  readonly heatPump: {
    readonly pump: HeatPump
    readonly demand: { readonly at: (minuteMs: number) => HeatNeed }
  } | null
  readonly car: { readonly car: Car; readonly trips: CarTrips } | null
  /** who decides what battery and car do; null: greedy self-use */
  readonly wishes: StoreWishes | null
  /** What the counters show at the start, Wh. */
  readonly counters: { readonly importWh: number; readonly exportWh: number; readonly producedWh: number }
}

const NO_FLOW: BatteryFlow & CarFlow = { chargeW: 0, dischargeW: 0, storedJ: 0, lossJ: 0 }

/** What a device that is dimmed would have taken more, W. */
interface Dimmed {
  readonly withheldW?: number
}

/** Mean powers within one step, in W, and what they do to the stores by its end. */
interface Step {
  readonly loadW: number
  readonly roofW: number
  readonly curtailedW: number
  readonly battery: BatteryFlow
  readonly car: CarFlow & Dimmed
  readonly heat: (HeatPumpFlow & Dimmed & { readonly outdoorC: number }) | null
  readonly importW: number
  readonly exportW: number
}

/**
 * A home behind one connection point: it uses its own sun first, then its battery, and only the net crosses the
 * meter. Its state at a time is a function of its parts, that time and what it was held to until then. It steps by the minute; within a step
 * powers are constant and counters grow evenly.
 */
export class SimulatedHome {
  readonly home: string
  readonly startMs: number
  readonly #parts: HomeParts
  readonly #car: ParkedCar | null
  #heatPump: HeatPumpState | null
  #stepStartMs: number
  #lastMs: number
  #step: Step
  /** grows in place: a home steps too often to leave one behind each time */
  readonly #account: { -readonly [flow in keyof EnergyAccount]: EnergyAccount[flow] }
  #restraint: HomeRestraint = UNRESTRAINED

  constructor(parts: HomeParts) {
    if (parts.startMs % STEP_MS !== 0) throw new RangeError(`startMs is a whole minute, not ${parts.startMs}`)
    this.home = parts.home
    this.startMs = parts.startMs
    this.#parts = parts
    this.#car = parts.car === null ? null : new ParkedCar(parts.car, parts.startMs)
    this.#heatPump = parts.heatPump === null ? null : restingHeatPump(parts.heatPump.pump)
    this.#stepStartMs = parts.startMs
    this.#lastMs = parts.startMs
    this.#account = firstAccount(parts, this.#heatPump)
    this.#step = this.#nextStep()
  }

  /** What has flowed up to the last whole minute that the home was advanced to. */
  get account(): EnergyAccount {
    return { ...this.#account }
  }

  /** What can hold energy for later; null where there is none. */
  get stores(): { readonly battery: Battery | null; readonly car: Car | null } {
    return { battery: this.#parts.battery, car: this.#parts.car?.car ?? null }
  }

  /** Whether it has a heat pump or a car, which can be dimmed. */
  get isControllable(): boolean {
    return this.#parts.heatPump !== null || this.#parts.car !== null
  }

  /** Peak power of its roof, W; 0 where there is none. */
  get roofPeakW(): number {
    return this.#parts.roof?.peakW ?? 0
  }

  /** Holds it to something, from the end of the minute that runs. */
  restrain(restraint: HomeRestraint): void {
    this.#restraint = restraint
  }

  /** Steps on to a time (Unix ms, whole) and reads all instruments at once. Throws RangeError on a time before the last. */
  advanceTo(timeMs: number): HomeState {
    if (!Number.isSafeInteger(timeMs) || timeMs < this.#lastMs) {
      throw new RangeError(`home ${this.home} is at ${this.#lastMs} and cannot go to ${timeMs}`)
    }
    this.#lastMs = timeMs
    while (timeMs >= this.#stepStartMs + STEP_MS) {
      this.#finishStep()
      this.#stepStartMs += STEP_MS
      this.#step = this.#nextStep()
    }
    return this.#read(timeMs)
  }

  #nextStep(): Step {
    const { load, roof } = this.#parts
    this.#moveCar()
    const loadW = load.meanW(this.#stepStartMs)
    const sunW = roof === null ? 0 : roof.source.meanW(this.#stepStartMs)
    const { roofShare } = this.#restraint
    const roofW = roofShare < 1 ? Math.min(sunW, Math.floor(roofShare * this.roofPeakW)) : sunW
    const heat = this.#heat(roofW - loadW)
    const surplusW = roofW - loadW - (heat?.powerW ?? 0)
    const { battery, car } = this.#wished(roofW, surplusW) ?? this.#stores(surplusW)
    const gridW = battery.chargeW + car.chargeW - battery.dischargeW - car.dischargeW - surplusW
    const curtailedW = sunW - roofW
    return { loadW, roofW, curtailedW, battery, car, heat, importW: Math.max(0, gridW), exportW: Math.max(0, -gridW) }
  }

  #moveCar(): void {
    if (this.#car === null) return
    const account = this.#account
    const { drivenJ, elsewhereJ, missedJ } = this.#car.moveTo(this.#stepStartMs, account.carStoredJ)
    account.carStoredJ -= drivenJ
    account.drivenJ += drivenJ
    account.carElsewhereJ += elsewhereJ
    account.carMissedJ += missedJ
  }

  #heat(surplusW: number): Step['heat'] {
    const { heatPump } = this.#parts
    if (heatPump === null || this.#heatPump === null) return null
    const need = heatPump.demand.at(this.#stepStartMs)
    const { outdoorC } = need
    const free = heatPumpFlow(heatPump.pump, this.#heatPump, need)
    const mostW = this.#mostW(surplusW)
    if (free.powerW <= mostW) return { ...free, outdoorC }
    const dimmed = heatPumpFlow(heatPump.pump, this.#heatPump, need, mostW)
    return { ...dimmed, outdoorC, withheldW: free.powerW - dimmed.powerW }
  }

  /** The most that a device which can be dimmed may take: its part of the grid's, and what the sun leaves. */
  #mostW(surplusW: number): number {
    const { controllableW } = this.#restraint
    return controllableW === null ? Number.POSITIVE_INFINITY : controllableW + Math.max(0, surplusW)
  }

  #carFlow(step: { readonly surplusW: number; readonly wishW?: number }): Step['car'] {
    if (this.#car === null) return NO_FLOW
    const now = { ...step, storedJ: this.#account.carStoredJ, seconds: STEP_SECONDS }
    const free = this.#car.flow(now)
    const mostW = this.#mostW(step.surplusW)
    if (free.chargeW <= mostW) return free
    const dimmed = this.#car.flow({ ...now, mostW })
    return { ...dimmed, withheldW: free.chargeW - dimmed.chargeW }
  }

  /** What the stores do by a plan; null where there is none. */
  #wished(sunW: number, surplusW: number): Pick<Step, 'battery' | 'car'> | null {
    const { wishes, battery } = this.#parts
    if (wishes === null) return null
    const { storedJ, carStoredJ } = this.#account
    const wish = wishes.wishes({
      minuteMs: this.#stepStartMs,
      loadW: sunW - surplusW,
      sunW,
      surplusW,
      batteryJ: storedJ,
      batteryCapacityJ: battery === null ? 0 : this.#batteryJ(battery),
      carJ: carStoredJ,
    })
    if (wish === null) return null
    return { battery: this.#batteryFlow(wish.batteryW), car: this.#carFlow({ surplusW, wishW: wish.carW }) }
  }

  /** The sun goes into the car first, then into the battery; the battery helps the home first, but never fills the car. */
  #stores(surplusW: number): Pick<Step, 'battery' | 'car'> {
    if (surplusW < 0) {
      const battery = this.#batteryFlow(surplusW)
      return { battery, car: this.#carFlow({ surplusW: surplusW + battery.dischargeW }) }
    }
    const car = this.#carFlow({ surplusW })
    return { car, battery: this.#batteryFlow(Math.max(0, surplusW - car.chargeW)) }
  }

  #batteryFlow(surplusW: number): BatteryFlow {
    const { battery } = this.#parts
    if (battery === null) return NO_FLOW
    const { storedJ } = this.#account
    return batteryFlow(battery, { storedJ, surplusW, seconds: STEP_SECONDS, capacityJ: this.#batteryJ(battery) })
  }

  /** What the battery can hold by now. */
  #batteryJ(battery: Battery): number {
    const throughputJ = this.#account.dischargeJ / battery.dischargeEfficiency
    return fadedCapacityJ(battery, { ageMs: this.#stepStartMs - this.startMs, throughputJ })
  }

  #finishStep(): void {
    const { loadW, roofW, curtailedW, battery, car, heat, importW, exportW } = this.#step
    const account = this.#account
    account.loadJ += loadW * STEP_SECONDS
    account.roofJ += roofW * STEP_SECONDS
    account.curtailedJ += curtailedW * STEP_SECONDS
    account.chargeJ += battery.chargeW * STEP_SECONDS
    account.dischargeJ += battery.dischargeW * STEP_SECONDS
    account.importJ += importW * STEP_SECONDS
    account.exportJ += exportW * STEP_SECONDS
    account.batteryLossJ += battery.lossJ
    account.storedJ += battery.storedJ
    account.carChargeJ += car.chargeW * STEP_SECONDS
    account.carDischargeJ += car.dischargeW * STEP_SECONDS
    account.carLossJ += car.lossJ
    account.carStoredJ += car.storedJ
    account.withheldJ += ((heat?.withheldW ?? 0) + (car.withheldW ?? 0)) * STEP_SECONDS
    if (heat === null) return
    account.heatPumpJ += heat.powerW * STEP_SECONDS
    account.heatJ += heat.heatJ
    account.heatUsedJ += heat.usedJ
    account.heatLossJ += heat.lossJ
    account.heatStoredJ = heat.storedJ
    this.#heatPump = heat
  }

  #read(timeMs: number): HomeState {
    const { roof, counters } = this.#parts
    const step = this.#step
    const elapsedMs = timeMs - this.#stepStartMs
    const grown = (sumJ: number, powerW: number) => Math.floor((sumJ * 1000 + powerW * elapsedMs) / (1000 * J_PER_WH))
    return {
      timeMs,
      loadW: step.loadW,
      grid: {
        powerW: step.importW - step.exportW,
        importWh: counters.importWh + grown(this.#account.importJ, step.importW),
        exportWh: counters.exportWh + grown(this.#account.exportJ, step.exportW),
      },
      roof:
        roof === null
          ? null
          : {
              powerW: step.roofW,
              producedWh: counters.producedWh + grown(this.#account.roofJ, step.roofW),
              peakW: roof.peakW,
            },
      battery: this.#readBattery(elapsedMs),
      heatPump: this.#readHeatPump(elapsedMs),
      car: this.#readCar(elapsedMs),
    }
  }

  #readBattery(elapsedMs: number): HomeState['battery'] {
    const { battery } = this.#parts
    if (battery === null) return null
    const { chargeW, dischargeW } = this.#step.battery
    const storedJ = this.#account.storedJ + Math.floor((this.#step.battery.storedJ * elapsedMs) / STEP_MS)
    return {
      powerW: chargeW - dischargeW,
      storedWh: Math.floor(storedJ / J_PER_WH),
      socBasisPoints: Math.min(10_000, Math.floor((storedJ * 10_000) / this.#batteryJ(battery))),
      battery,
    }
  }

  #readHeatPump(elapsedMs: number): HomeState['heatPump'] {
    const { heat } = this.#step
    if (heat === null) return null
    const { heatStoredJ } = this.#account
    const storedJ = heatStoredJ + ((heat.storedJ - heatStoredJ) * elapsedMs) / STEP_MS
    const { powerW, isRunning, outdoorC } = heat
    return { powerW, isRunning, storedWh: Math.floor(storedJ / J_PER_WH), outdoorC }
  }

  #readCar(elapsedMs: number): HomeState['car'] {
    if (this.#car === null) return null
    const { car, isHome } = this.#car
    const { chargeW, dischargeW } = this.#step.car
    const storedJ = this.#account.carStoredJ + Math.floor((this.#step.car.storedJ * elapsedMs) / STEP_MS)
    return {
      isHome,
      powerW: chargeW - dischargeW,
      storedWh: Math.floor(storedJ / J_PER_WH),
      socBasisPoints: Math.floor((storedJ * 10_000) / capacityJ(car)),
      missingWh: Math.ceil(this.#car.missingJ(this.#account.carStoredJ) / J_PER_WH),
      car,
    }
  }
}

function firstAccount(parts: HomeParts, heatPump: HeatPumpState | null): EnergyAccount {
  const first = (store: { readonly capacityWh: number; readonly initialSocPerMille: number } | undefined | null) =>
    store === null || store === undefined ? 0 : Math.floor((capacityJ(store) * store.initialSocPerMille) / 1000)
  return {
    loadJ: 0,
    roofJ: 0,
    curtailedJ: 0,
    chargeJ: 0,
    dischargeJ: 0,
    importJ: 0,
    exportJ: 0,
    batteryLossJ: 0,
    storedJ: first(parts.battery),
    heatPumpJ: 0,
    heatJ: 0,
    heatUsedJ: 0,
    heatLossJ: 0,
    heatStoredJ: heatPump?.storedJ ?? 0,
    carChargeJ: 0,
    carDischargeJ: 0,
    carLossJ: 0,
    carStoredJ: first(parts.car?.car),
    drivenJ: 0,
    carElsewhereJ: 0,
    carMissedJ: 0,
    withheldJ: 0,
  }
}
