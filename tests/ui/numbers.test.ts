import { describe, expect, it } from 'vitest'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import {
  averageCentsPerKilowattHour,
  centsPerKilowattHour,
  count,
  duration,
  exactKilowattHours,
  fixed,
  kilowattHours,
  kilowatts,
  money,
  percent,
  tariffCentsPerKilowattHour,
} from '../../ui/src/format.ts'
import { priceDomain, sharedRange, tariffLines } from '../../ui/src/price/price-scale.ts'
import { slotSpan, timesIn } from '../../ui/src/times.ts'
import { slot, startMs } from './street-story.ts'

describe('numbers are said in the units of the house', () => {
  it.each([
    [kilowatts(2_413), '2.41'],
    [kilowatts(-3), '0.00'],
    [kilowatts(-1_350), '−1.35'],
    [exactKilowattHours(91), '0.091'],
    [kilowattHours(9_384), '9.38'],
    [kilowattHours(150_040), '150.0'],
    [kilowattHours(1_214_000), '1,214'],
    [centsPerKilowattHour(213), '21.3'],
    [centsPerKilowattHour(-5), '−0.5'],
    [averageCentsPerKilowattHour(181.74), '18.17'],
    [tariffCentsPerKilowattHour(320_000), '32.0'],
    [tariffCentsPerKilowattHour(278_950), '27.895'],
    [tariffCentsPerKilowattHour(278_951), '27.8951'],
    [money(1_234_567_000), '€1,234.57'],
    [money(-2_000), '€0.00'],
    [money(-60_000), '−€0.06'],
    [percent(0.1234), '12.3 %'],
    [count(12_345), '12,345'],
    [fixed(-0.004, 2), '0.00'],
  ])('%s', (said, expected) => {
    expect(said).toBe(expected)
  })

  it.each([
    [-5, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_600_000 + 5 * 60_000, '1 h 05 min'],
    [27 * 3_600_000, '1 d 3 h'],
  ])('a length of %d ms is %s', (lengthMs, expected) => {
    expect(duration(lengthMs)).toBe(expected)
  })
})

describe('times', () => {
  it('are local to the viewer, and a slot is its span', () => {
    const berlin = timesIn('Europe/Berlin')
    const noon = Date.UTC(2026, 6, 14, 10, 45)
    expect(berlin.clock(noon)).toBe('12:45')
    expect(timesIn('UTC').zone(noon)).toBe('UTC')
    expect(timesIn('UTC').date(noon)).toMatch(/14 Jul 2026/)
    const start = timesIn('UTC').clock(startMs)
    expect(slotSpan(timesIn('UTC'), { slot, slotMinutes: 15 })).toMatch(new RegExp(`^${start}–\\d\\d:\\d\\d$`))
  })
})

describe('the price between the two tariffs', () => {
  const lines = tariffLines(defaultMarketRules)

  it('has three lines: retail, retail less what local energy still costs, feed-in', () => {
    expect(lines).toEqual({ retail: 320, ceiling: 210, feedIn: 80 })
    expect(sharedRange(defaultMarketRules)).toEqual({ floor: 80, ceiling: 210 })
    expect(tariffLines({ ...defaultMarketRules, protocolFeeBp: 100 }).ceiling).toBeCloseTo(210 / 1.01, 9)
  })

  it('shows all lines with air, and every trade, also beyond them', () => {
    const [low, high] = priceDomain(lines, [])
    expect(low).toBeLessThan(80)
    expect(high).toBeGreaterThan(320)
    const [lower, higher] = priceDomain(lines, [-40, 500])
    expect(lower).toBeLessThan(-40)
    expect(higher).toBeGreaterThan(500)
  })

  it('keeps a range where nothing is left to share', () => {
    const tariff = { retailMilliEurPerMWh: 100_000, localChargeMilliEurPerMWh: 90_000, feedInMilliEurPerMWh: 80_000 }
    const { floor, ceiling } = sharedRange({ tariff, protocolFeeBp: 0 })
    expect(ceiling).toBeGreaterThan(floor)
  })
})
