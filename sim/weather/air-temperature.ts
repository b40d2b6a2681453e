const DAY_MS = 86_400_000

/**
 * Air temperature, °C: the mean year and the mean day of the test reference year Potsdam (DWD TRY 2010, region 4):
 * 9.54 °C ± 9.37 K with the warmest day the 196th, ± 4 K in a day with the warmest hour at 14:00 local time.
 */
export function airTemperatureC(at: { readonly timeMs: number; readonly localOffsetMs: number }): number {
  const localMs = at.timeMs + at.localOffsetMs
  const dayOfYear = (localMs - Date.UTC(new Date(localMs).getUTCFullYear(), 0, 1)) / DAY_MS + 1
  const hour = (localMs % DAY_MS) / 3_600_000
  const year = 9.37 * Math.cos((2 * Math.PI * (dayOfYear - 196)) / 365.25)
  const day = 4 * Math.cos((2 * Math.PI * (hour - 14)) / 24)
  return 9.54 + year + day
}
