import curve from './household-curve.json' with { type: 'json' }

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const DAY_TYPE_SHARES = { workday: 5 / 7, saturday: 1 / 7, sunday: 1 / 7 }

/** What households do when: 24 weights by local hour, and their sum against that of the mean day. */
export interface DayShape {
  readonly hourWeights: readonly number[]
  /** How much more is switched on that day than on the mean day of the year; 1 is as much. */
  readonly activity: number
}

/** Switched-on activity is what rises above nine tenths of the day's lowest hour; the rest is standby. */
function activityOf(hours: readonly number[]): readonly number[] {
  const base = 0.9 * Math.min(...hours)
  return hours.map((hour) => Math.max(0, hour - base))
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

const meanDaySum = sum(
  DAYS_IN_MONTH.map((days, month) =>
    sum(
      Object.entries(DAY_TYPE_SHARES).map(
        ([type, share]) =>
          (days / 365) * share * sum(activityOf(curve[type as keyof typeof DAY_TYPE_SHARES][month] ?? [])),
      ),
    ),
  ),
)

const shapes = new Map<string, DayShape>()

/**
 * The shape of a day, counted from the Unix epoch in local days (1970-01-01 is day 0), by BDEW's profile H25
 * (household-curve.json). Public holidays count as the weekday they fall on.
 */
export function dayShape(localDay: number): DayShape {
  const weekday = (((localDay + 4) % 7) + 7) % 7
  const type = weekday === 0 ? 'sunday' : weekday === 6 ? 'saturday' : 'workday'
  const month = new Date(localDay * 86_400_000).getUTCMonth()
  const key = `${type} ${month}`
  let shape = shapes.get(key)
  if (shape === undefined) {
    const hourWeights = activityOf(curve[type][month] ?? [])
    shape = { hourWeights, activity: sum(hourWeights) / meanDaySum }
    shapes.set(key, shape)
  }
  return shape
}
