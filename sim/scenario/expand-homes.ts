import { RandomStream } from '../random-stream.ts'
import { LIVE_HOMES_MAX, type Scenario, type ScenarioHome } from './scenario.ts'
import { ScenarioRefused } from './scenario-refused.ts'

const PV_SHARE = 0.6
const BATTERY_SHARE = 0.4
const ROOF_PEAK_KW = [6]
const CAR_CAPACITIES_WH = [40_000, 58_000, 77_000]
const BATTERIES = [5_000, 7_500, 10_000].map((capacityWh) => ({ capacityWh, powerW: capacityWh / 2 }))

/**
 * The homes of a scenario, each written out: a list as it is, `generate` drawn from the seed (each home from its own
 * stream), `folder` from the files there. `csvIn` lists the CSV files of a folder by name, in order; `homesMax` is how
 * many homes there may be (200). Throws ScenarioRefused on a folder without homes, a file that gives no name, or too many.
 */
export function expandHomes(options: {
  readonly scenario: Scenario
  readonly file: string
  readonly seed: number
  readonly csvIn: (folder: string, field: string) => readonly string[]
  readonly homesMax?: number | undefined
}): readonly ScenarioHome[] {
  const { homes } = options.scenario
  const { file, homesMax = LIVE_HOMES_MAX } = options
  if (!('folder' in homes)) refuseTooMany(homes, { file, homesMax })
  if (!('generate' in homes || 'folder' in homes)) return homes
  if ('generate' in homes) {
    const { seed } = options
    // Cars begin one home further down the street: not every one stands beside a heat pump.
    const { heatPumpShare = 0, carShare = 0, carCharging = 'at-once', stores } = homes.generate
    const roofs = shareOut(homes.generate)
    return Array.from({ length: homes.generate.homes }, (_, index): ScenarioHome => {
      const home = `home-${String(index + 1).padStart(2, '0')}`
      const drawn = {
        ...drawHome({ home, seed, ...roofs(index) }),
        ...(isChosen(index, heatPumpShare) ? { heatPump: drawHeatPump(home, seed) } : {}),
        ...(isChosen(index + 1, carShare) ? { car: drawCar(home, seed, carCharging) } : {}),
      }
      const isPlanned = stores === 'planned' && ('battery' in drawn || 'car' in drawn)
      return isPlanned ? { ...drawn, stores } : drawn
    })
  }
  const { folder } = homes
  const loads = options.csvIn(folder.load, 'homes.folder.load')
  if (loads.length < 1 || loads.length > homesMax) {
    const expected = `1 to ${homesMax} CSV files in ${folder.load}`
    throw new ScenarioRefused({ file, field: 'homes.folder.load', value: `${loads.length}`, expected })
  }
  const roofFiles = folder.roofs === undefined ? [] : options.csvIn(folder.roofs, 'homes.folder.roofs')
  if (folder.roofs !== undefined && roofFiles.length === 0) {
    const expected = `CSV files in ${folder.roofs}`
    throw new ScenarioRefused({ file, field: 'homes.folder.roofs', value: '0', expected })
  }
  const peaks = folder.roofPeakKw ?? ROOF_PEAK_KW
  const roofs = shareOut(roofFiles.length === 0 ? { pvShare: 0 } : folder)
  return loads.map((csv, index): ScenarioHome => {
    const { roof, battery } = roofs(index)
    const home = { home: slugOf(csv, file), load: { csv: `${folder.load}/${csv}` } }
    if (roof === null) return home
    const roofCsv = `${folder.roofs}/${roofFiles[roof % roofFiles.length]}`
    const withRoof = { ...home, roof: { csv: roofCsv, peakKw: peaks[roof % peaks.length] ?? 6 } }
    return battery === null ? withRoof : { ...withRoof, battery: batteryOf(battery) }
  })
}

function refuseTooMany(
  homes: readonly ScenarioHome[] | { readonly generate: { readonly homes: number } },
  limit: { readonly file: string; readonly homesMax: number },
): void {
  const { file, homesMax } = limit
  const [field, count] = 'generate' in homes ? ['homes.generate.homes', homes.generate.homes] : ['homes', homes.length]
  if (count <= homesMax) return
  throw new ScenarioRefused({ file, field, value: `${count}`, expected: `a value between 1 and ${homesMax}` })
}

/** Which roof and which battery a home has, counted along the street; null for none. */
interface Equipment {
  readonly roof: number | null
  readonly battery: number | null
}

/** Spreads roofs over homes and batteries over roofs evenly; what a home gets depends on its place alone. */
function shareOut(shares: { readonly pvShare?: number; readonly batteryShare?: number }): (index: number) => Equipment {
  const { pvShare = PV_SHARE, batteryShare = BATTERY_SHARE } = shares
  return (index) => {
    const roof = upTo(index, pvShare)
    if (upTo(index + 1, pvShare) === roof) return { roof: null, battery: null }
    const battery = upTo(roof, batteryShare)
    return { roof, battery: upTo(roof + 1, batteryShare) === battery ? null : battery }
  }
}

// The small addition keeps 0.6 × 5 at 3 in binary.
const upTo = (count: number, share: number) => Math.floor(count * share + 1e-9)

/** Whether the home at a place of the street is among such a share of all, spread evenly. */
const isChosen = (index: number, share: number) => upTo(index + 1, share) > upTo(index, share)

/** A home of a synthetic street: lognormal consumption (mean 3,500 kWh), 4–10 kWp facing east to west by south. */
function drawHome(options: { readonly home: string; readonly seed: number } & Equipment): ScenarioHome {
  const random = new RandomStream(options.seed, options.home, 'equipment')
  const annualKwh = Math.min(12_000, Math.max(1_000, Math.round(random.logNormal(3163, 0.45))))
  const home = { home: options.home, load: { annualKwh } }
  const roof = {
    peakKw: random.whole(40, 100) / 10,
    tiltDeg: random.whole(15, 45),
    azimuthDeg: random.whole(90, 270),
  }
  if (options.roof === null) return home
  if (options.battery === null) return { ...home, roof }
  return { ...home, roof, battery: batteryOf(random.whole(0, BATTERIES.length - 1)) }
}

/** A house of a synthetic street: lognormal heat (median 14,000 kWh), radiators two times in three, air nine in ten. */
function drawHeatPump(home: string, seed: number): NonNullable<ScenarioHome['heatPump']> {
  const random = new RandomStream(seed, home, 'heat pump')
  const annualHeatKwh = Math.min(40_000, Math.max(4_000, Math.round(random.logNormal(14_000, 0.4))))
  const sink = random.uniform() < 2 / 3 ? 'radiator' : 'floor'
  return { annualHeatKwh, sink, source: random.uniform() < 0.9 ? 'air' : 'ground' }
}

/** A car of a synthetic street: 7,300 to 18,200 km a year, on average 12,700; chargers as they are sold. */
function drawCar(
  home: string,
  seed: number,
  charging: 'at-once' | 'with-the-sun' | 'v2g',
): NonNullable<ScenarioHome['car']> {
  const random = new RandomStream(seed, home, 'car')
  const capacityWh = CAR_CAPACITIES_WH[random.whole(0, CAR_CAPACITIES_WH.length - 1)] ?? 58_000
  const drawn = random.uniform()
  const chargePowerW = drawn < 0.25 ? 3_700 : drawn < 0.9 ? 11_000 : 22_000
  const annualKm = Math.round(Math.min(18_200, Math.max(7_300, 12_733 + 2_700 * random.normal())))
  const car = { capacityWh, chargePowerW, annualKm } as const
  return charging === 'v2g' ? { ...car, charging: 'with-the-sun', v2g: true } : { ...car, charging }
}

function batteryOf(index: number): NonNullable<ScenarioHome['battery']> {
  return BATTERIES[index % BATTERIES.length] ?? { capacityWh: 5_000, powerW: 2_500 }
}

/** A home's name from its file: lower case, hyphens for all else. */
function slugOf(csv: string, file: string): string {
  const slug = csv
    .replace(/\.csv$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  if (slug === '' || slug.length > 32) {
    const expected = 'file names of 1 to 32 letters and digits'
    throw new ScenarioRefused({ file, field: 'homes.folder.load', value: csv, expected })
  }
  return slug
}
