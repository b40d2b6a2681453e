import {
  type DayPrice,
  dynamicPrice,
  flatPrice,
  type PriceSchedule,
  timeOfUsePrice,
} from '../supplier/price-schedule.ts'
import type { TariffParts } from '../supplier/supplier-tariff.ts'
import { csvColumn, expectDay } from './csv-column.ts'
import { ScenarioRefused } from './scenario-refused.ts'
import type { ScenarioPrice, ScenarioTariff } from './scenario-tariff.ts'

/** Columns of prices looked for when none is named, in this order. */
const PRICE_COLUMNS = ['eur_per_mwh', 'price_eur_per_mwh', 'ct_per_kwh', 'price_ct_per_kwh', 'price']
const MOST_EUR_PER_MWH = 20_000
/** 1 ct/kWh is 10 EUR/MWh. */
const EUR_PER_MWH_OF_CT = 10

/** Where a tariff is read from, and when and where it holds. */
interface TariffPlace {
  readonly file: string
  /** the text of a file that the scenario names; throws ScenarioRefused */
  readonly read: (path: string, field: string) => string
  readonly startMs: number
  readonly localOffsetMs: number
}

/** The parts of a scenario's tariff. Throws ScenarioRefused on days that do not begin at midnight and files that do not fit. */
export function tariffOf(tariff: ScenarioTariff, place: TariffPlace): TariffParts {
  const part = (name: 'energy' | 'network' | 'levies' | 'feedIn') => schedule(tariff[name] ?? 0, name, place)
  return {
    energy: part('energy'),
    network: part('network'),
    levies: part('levies'),
    feedIn: part('feedIn'),
    vat: tariff.vat ?? 0,
    localNetworkShare: tariff.localNetworkShare ?? 1,
    localLeviesShare: tariff.localLeviesShare ?? 1,
  }
}

function schedule(price: ScenarioPrice, name: string, place: TariffPlace): PriceSchedule {
  if (typeof price === 'number') return flatPrice(price)
  return 'csv' in price ? fromFile(price, name, place) : byTheDay(price, name, place)
}

function byTheDay(prices: Exclude<ScenarioPrice, number | { csv: string }>, name: string, place: TariffPlace) {
  const days = prices.map(({ from, eurPerMWh }): DayPrice => {
    return { fromMinute: 60 * Number(from.slice(0, 2)) + Number(from.slice(3)), eurPerMWh }
  })
  const wrong = days.findIndex(({ fromMinute }, index) => {
    return index === 0 ? fromMinute !== 0 : fromMinute <= (days[index - 1]?.fromMinute ?? 0)
  })
  if (wrong >= 0) {
    const expected = wrong === 0 ? '00:00: the day begins there' : `later than ${prices[wrong - 1]?.from}`
    const field = `tariff.${name}.${wrong}.from`
    throw new ScenarioRefused({ file: place.file, field, value: `"${prices[wrong]?.from}"`, expected })
  }
  return timeOfUsePrice(days, place.localOffsetMs)
}

function fromFile(price: Extract<ScenarioPrice, { csv: string }>, name: string, place: TariffPlace): PriceSchedule {
  const { csv: file, column } = price
  const text = place.read(file, `tariff.${name}.csv`)
  const found = csvColumn({
    file,
    text,
    columns: column === undefined ? PRICE_COLUMNS : [column],
    accepts: (value) => Math.abs(value) <= MOST_EUR_PER_MWH,
    expected: `a price of −${MOST_EUR_PER_MWH} to ${MOST_EUR_PER_MWH}`,
  })
  expectDay(found, file)
  if (place.startMs < found.startMs) {
    const expected = `prices from ${new Date(place.startMs).toISOString()} on, when the scenario starts`
    throw new ScenarioRefused({
      file,
      field: 'line 2, column timestamp',
      value: new Date(found.startMs).toISOString(),
      expected,
    })
  }
  const factor = found.column.endsWith('ct_per_kwh') ? EUR_PER_MWH_OF_CT : 1
  return dynamicPrice({ ...found, values: found.values.map((value) => value * factor) })
}
