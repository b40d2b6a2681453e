import { type Battery, batteryFlow, capacityJ } from './battery.ts'
import type { EnergyAccount, HomeState } from './home-state.ts'
import { type PowerSource, STEP_MS } from './power-source.ts'

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
  /** What the counters show at the start, Wh. */
  readonly counters: { readonly importWh: number; readonly exportWh: number; readonly producedWh: number }
}

/** Mean powers within one step, in W, and what they do to the battery by its end. */
interface Step {
  readonly loadW: number
  readonly roofW: number
  readonly chargeW: number
  readonly dischargeW: number
  readonly importW: number
  readonly exportW: number
  readonly storedJ: number
  readonly lossJ: number
}

/**
 * A home behind one connection point: it uses its own sun first, then its battery, and only the net crosses the
 * meter. Its state at a time is a function of its parts and that time alone. It steps by the minute; within a step
 * powers are constant and counters grow evenly.
 */
export class SimulatedHome {
  readonly home: string
  readonly startMs: number
  readonly #parts: HomeParts
  #stepStartMs: number
  #lastMs: number
  #step: Step
  #account: EnergyAccount

  constructor(parts: HomeParts) {
    if (parts.startMs % STEP_MS !== 0) throw new RangeError(`startMs is a whole minute, not ${parts.startMs}`)
    this.home = parts.home
    this.startMs = parts.startMs
    this.#parts = parts
    this.#stepStartMs = parts.startMs
    this.#lastMs = parts.startMs
    const { battery } = parts
    const storedJ = battery === null ? 0 : Math.floor((capacityJ(battery) * battery.initialSocPerMille) / 1000)
    this.#account = {
      loadJ: 0,
      roofJ: 0,
      chargeJ: 0,
      dischargeJ: 0,
      importJ: 0,
      exportJ: 0,
      batteryLossJ: 0,
      storedJ,
    }
    this.#step = this.#nextStep()
  }

  /** What has flowed up to the last whole minute that the home was advanced to. */
  get account(): EnergyAccount {
    return this.#account
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
    const { load, roof, battery } = this.#parts
    const loadW = load.meanW(this.#stepStartMs)
    const roofW = roof === null ? 0 : roof.source.meanW(this.#stepStartMs)
    const flow =
      battery === null
        ? { chargeW: 0, dischargeW: 0, storedJ: 0, lossJ: 0 }
        : batteryFlow(battery, { storedJ: this.#account.storedJ, surplusW: roofW - loadW, seconds: STEP_SECONDS })
    const gridW = loadW + flow.chargeW - roofW - flow.dischargeW
    return { loadW, roofW, ...flow, importW: Math.max(0, gridW), exportW: Math.max(0, -gridW) }
  }

  #finishStep(): void {
    const { loadW, roofW, chargeW, dischargeW, importW, exportW, storedJ, lossJ } = this.#step
    const account = this.#account
    this.#account = {
      loadJ: account.loadJ + loadW * STEP_SECONDS,
      roofJ: account.roofJ + roofW * STEP_SECONDS,
      chargeJ: account.chargeJ + chargeW * STEP_SECONDS,
      dischargeJ: account.dischargeJ + dischargeW * STEP_SECONDS,
      importJ: account.importJ + importW * STEP_SECONDS,
      exportJ: account.exportJ + exportW * STEP_SECONDS,
      batteryLossJ: account.batteryLossJ + lossJ,
      storedJ: account.storedJ + storedJ,
    }
  }

  #read(timeMs: number): HomeState {
    const { roof, battery, counters } = this.#parts
    const step = this.#step
    const elapsedMs = timeMs - this.#stepStartMs
    const grown = (sumJ: number, powerW: number) => Math.floor((sumJ * 1000 + powerW * elapsedMs) / (1000 * J_PER_WH))
    const storedJ = this.#account.storedJ + Math.floor((step.storedJ * elapsedMs) / STEP_MS)
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
      battery:
        battery === null
          ? null
          : {
              powerW: step.chargeW - step.dischargeW,
              storedWh: Math.floor(storedJ / J_PER_WH),
              socBasisPoints: Math.floor((storedJ * 10_000) / capacityJ(battery)),
              battery,
            },
    }
  }
}
