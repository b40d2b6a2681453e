import { RandomStream } from '../random-stream.ts'
import type { AirTemperature } from '../weather/air-temperature.ts'
import type { CloudlessSky } from '../weather/cloudless-sky.ts'
import type { Clouds } from '../weather/clouds.ts'
import { alternatingCurrentPerPeak, directCurrentPerPeak } from './photovoltaic.ts'
import { diffuseShare, type Orientation, planeWPerM2 } from './plane-irradiance.ts'
import { type PowerSource, STEP_MS } from './power-source.ts'

const HOUR_MS = 3_600_000

/**
 * A roof under the street's clouds: clear sky × clear-sky index → direct and diffuse → the roof's plane → module →
 * inverter. Clouds reach each roof up to three minutes later than the street's first, and under broken cloud each
 * roof differs by up to ± 0.05 of the index.
 */
export class GeneratedRoof implements PowerSource {
  readonly #seed: number
  readonly #home: string
  readonly #sky: CloudlessSky
  readonly #plane: Orientation
  readonly #peakW: number
  readonly #clouds: Clouds
  readonly #air: AirTemperature
  readonly #lagMs: number
  #difference = { hour: Number.NaN, from: 0, to: 0 }

  constructor(options: {
    readonly seed: number
    readonly home: string
    readonly sky: CloudlessSky
    readonly plane: Orientation
    readonly peakW: number
    readonly clouds: Clouds
    readonly air: AirTemperature
  }) {
    this.#seed = options.seed
    this.#home = options.home
    this.#sky = options.sky
    this.#plane = options.plane
    this.#peakW = options.peakW
    this.#clouds = options.clouds
    this.#air = options.air
    this.#lagMs = new RandomStream(options.seed, options.home, 'roof').whole(0, 180) * 1000
  }

  meanW(minuteMs: number): number {
    const timeMs = minuteMs + STEP_MS / 2
    const cloudless = this.#sky.at(timeMs)
    const { sun, outsideWPerM2 } = cloudless
    if (sun.apparentElevationDeg <= 0) return 0
    const globalWPerM2 = cloudless.globalWPerM2 * this.#clearSkyIndex(timeMs - this.#lagMs)
    const sine = Math.sin((sun.apparentElevationDeg * Math.PI) / 180)
    const share = diffuseShare(globalWPerM2 / (outsideWPerM2 * sine))
    // No cloud makes the sun itself brighter than a clear sky does.
    const directNormalWPerM2 = Math.min((globalWPerM2 * (1 - share)) / sine, cloudless.directNormalWPerM2)
    const plane = planeWPerM2({
      plane: this.#plane,
      sun,
      globalWPerM2,
      diffuseWPerM2: globalWPerM2 - directNormalWPerM2 * sine,
      directNormalWPerM2,
      extraterrestrialWPerM2: outsideWPerM2,
    })
    const airC = this.#air.atC(timeMs)
    return Math.round(this.#peakW * alternatingCurrentPerPeak(directCurrentPerPeak({ planeWPerM2: plane, airC })))
  }

  #clearSkyIndex(timeMs: number): number {
    const index = this.#clouds.clearSkyIndex(timeMs)
    if (index < 0.2 || index > 0.8) return index
    const hour = Math.floor(timeMs / HOUR_MS)
    if (this.#difference.hour !== hour) {
      this.#difference = { hour, from: this.#differenceOf(hour), to: this.#differenceOf(hour + 1) }
    }
    const { from, to } = this.#difference
    return index + from + (to - from) * (timeMs / HOUR_MS - hour)
  }

  #differenceOf(hour: number): number {
    return new RandomStream(this.#seed, this.#home, 'roof', hour).between(-0.05, 0.05)
  }
}
