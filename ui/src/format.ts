import { locale } from './words/words.ts'

const decimals = [0, 1, 2, 3].map(
  (digits) => new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
)
const euros = new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' })
const tariff = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 4 })

/** A number with exactly so many digits after the point. Never "−0". A true minus sign, as wide as a digit. */
export function fixed(value: number, digits: 0 | 1 | 2 | 3): string {
  const text = (decimals[digits] as Intl.NumberFormat).format(value)
  return /^-[0.,]*$/.test(text) ? text.slice(1) : text.replace('-', '−')
}

/** A whole number: 12,345. */
export const count = (value: number): string => fixed(value, 0)

/** Power (W) in kW with two digits: one unit everywhere, so that digits stay in their column. */
export const kilowatts = (powerW: number): string => fixed(powerW / 1000, 2)

/** Power (W) of many together in kW, about four digits. */
export const kilowattsInAll = (powerW: number): string => thousands(powerW)

/** Energy (Wh) in kWh, to the Wh: what an order or a trade is for. */
export const exactKilowattHours = (energyWh: number): string => fixed(energyWh / 1000, 3)

/** Energy (Wh) in kWh, about four digits: what a total is read at. */
export const kilowattHours = (energyWh: number): string => thousands(energyWh)

function thousands(value: number): string {
  const size = Math.abs(value) / 1000
  return fixed(value / 1000, size < 100 ? 2 : size < 1000 ? 1 : 0)
}

/** A market price (whole EUR/MWh) in ct/kWh: one digit is exact. */
export const centsPerKilowattHour = (priceEurPerMWh: number): string => fixed(priceEurPerMWh / 10, 1)

/** An average price (EUR/MWh, any fraction) in ct/kWh with two digits. */
export const averageCentsPerKilowattHour = (priceEurPerMWh: number): string => fixed(priceEurPerMWh / 10, 2)

/** A tariff (0.001 EUR/MWh) in ct/kWh with the digits it has: one at least, four are exact. */
export const tariffCentsPerKilowattHour = (rateMilliEurPerMWh: number): string =>
  tariff.format(rateMilliEurPerMWh / 10_000).replace('-', '−')

/** Money (µEUR) in euros and cents. */
export const money = (microEur: number): string =>
  euros.format(Math.round(microEur / 10_000) / 100 || 0).replace('-', '−')

/** A share (0 … 1) in per cent with one digit. */
export const percent = (share: number): string => `${fixed(share * 100, 1)} %`

/** A length of time (ms) in its two largest units: "8 s", "3 min", "2 h 05 min", "4 d 3 h". */
export function duration(lengthMs: number): string {
  const seconds = Math.max(0, Math.floor(lengthMs / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}
