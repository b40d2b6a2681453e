import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Car, carFlow, chargingOutlook, targetJ } from '#sim/home/car.ts'
import { GeneratedTrips, type Trip } from '#sim/home/car-trips.ts'

const startMs = Date.UTC(2026, 0, 1)
const KWH_J = 3_600_000
const car: Car = {
  capacityWh: 58_000,
  chargePowerW: 11_000,
  leastPowerW: 4_140,
  chargeEfficiency: 0.9,
  dischargePowerW: 0,
  dischargeEfficiency: 0.95,
  targetSocPerMille: 800,
  minSocPerMille: 300,
  initialSocPerMille: 500,
  charging: 'at-once',
}

/** Charges through a stay; answers what is stored and the minutes it took power. */
function stay(one: Car, options: { readonly storedJ: number; readonly minutes: number; readonly surplusW?: number }) {
  let { storedJ } = options
  let [gridJ, lossJ, charging, firstMinute] = [0, 0, 0, -1]
  for (let minute = 0; minute < options.minutes; minute++) {
    const staySeconds = (options.minutes - minute) * 60
    const flow = carFlow(one, { storedJ, surplusW: options.surplusW ?? 0, seconds: 60, staySeconds })
    storedJ += flow.storedJ
    gridJ += (flow.chargeW - flow.dischargeW) * 60
    lossJ += flow.lossJ
    if (flow.chargeW > 0) charging++
    if (flow.chargeW > 0 && firstMinute < 0) firstMinute = minute
  }
  return { storedJ, gridJ, lossJ, charging, firstMinute }
}

describe('charging a car', () => {
  it('takes 7.4 kWh and 40 minutes for 37 km at 11 kW', () => {
    const { storedJ, gridJ, charging } = stay(car, { storedJ: targetJ(car) - 6.66 * KWH_J, minutes: 120 })
    expect(storedJ).toBe(targetJ(car))
    expect(Math.abs(gridJ / KWH_J - 7.4)).toBeLessThan(0.0002)
    expect(charging).toBe(41)
  })

  it('says how late it can begin, and what it will lack', () => {
    const small = { ...car, chargePowerW: 3_700 }
    const from = { storedJ: 0.4 * 58 * KWH_J, seconds: 13 * 3600 }
    const outlook = chargingOutlook(small, from)
    expect(outlook.isFeasible).toBe(true)
    expect(outlook.neededJ / KWH_J).toBeCloseTo(25.7778, 4)
    expect(outlook.latestStartSeconds / 3600).toBeCloseTo(6.033, 3)
    const full = chargingOutlook({ ...small, targetSocPerMille: 1000 }, from)
    expect(full.neededJ / KWH_J).toBeCloseTo(38.6667, 4)
    expect(full.isFeasible).toBe(true)
    const short = chargingOutlook({ ...small, targetSocPerMille: 1000 }, { ...from, seconds: 9 * 3600 })
    expect(short.isFeasible).toBe(false)
    expect(short.reachedJ / (58 * KWH_J)).toBeCloseTo(0.916724, 6)
  })

  it('waits for the sun as long as it can, and leaves charged all the same', () => {
    const patient: Car = { ...car, charging: 'with-the-sun', chargePowerW: 3_700, leastPowerW: 1_380 }
    const night = stay(patient, { storedJ: 0.4 * 58 * KWH_J, minutes: 13 * 60 })
    expect(night.storedJ).toBe(targetJ(patient))
    expect(Math.abs(night.firstMinute - 6.033 * 60)).toBeLessThan(3)
    const sunny = stay(patient, { storedJ: 0.4 * 58 * KWH_J, minutes: 13 * 60, surplusW: 2_000 })
    expect(sunny.firstMinute).toBe(0)
    const cloudy = stay(patient, { storedJ: 0.4 * 58 * KWH_J, minutes: 5 * 60, surplusW: 1_000 })
    expect(cloudy.storedJ).toBeLessThan(targetJ(patient))
    expect(cloudy.charging).toBe(300)
  })

  it('gives back what the home lacks, and has it again in time', () => {
    const giving: Car = { ...car, charging: 'with-the-sun', dischargePowerW: 11_000 }
    const evening = stay(giving, { storedJ: targetJ(giving), minutes: 12 * 60, surplusW: -600 })
    expect(evening.storedJ).toBe(targetJ(giving))
    expect(evening.lossJ).toBeGreaterThan(0)
    const short = stay(giving, { storedJ: targetJ(giving), minutes: 2, surplusW: -600 })
    expect(short).toMatchObject({ storedJ: targetJ(giving), gridJ: 0 })
  })

  it('keeps its power, its store and its joules, whatever comes', () => {
    const cars = fc.record({
      capacityWh: fc.integer({ min: 5_000, max: 100_000 }),
      chargePowerW: fc.constantFrom(3_700, 11_000, 22_000),
      leastPowerW: fc.constantFrom(1_380, 4_140),
      chargeEfficiency: fc.constantFrom(0.9, 1),
      dischargePowerW: fc.constantFrom(0, 11_000),
      dischargeEfficiency: fc.constantFrom(0.95, 1),
      targetSocPerMille: fc.integer({ min: 300, max: 1000 }),
      minSocPerMille: fc.integer({ min: 0, max: 300 }),
      initialSocPerMille: fc.integer({ min: 0, max: 1000 }),
      charging: fc.constantFrom('at-once' as const, 'with-the-sun' as const),
    })
    const surpluses = fc.array(fc.integer({ min: -15_000, max: 15_000 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(cars, surpluses, (one, wishes) => {
        let storedJ = Math.floor((one.capacityWh * 3600 * one.initialSocPerMille) / 1000)
        for (const [minute, surplusW] of wishes.entries()) {
          const flow = carFlow(one, { storedJ, surplusW, seconds: 60, staySeconds: (wishes.length - minute) * 60 })
          expect(flow.chargeW * 60 - flow.dischargeW * 60).toBe(flow.storedJ + flow.lossJ)
          expect(Math.min(flow.chargeW, flow.dischargeW)).toBe(0)
          expect(Math.max(flow.chargeW, 0)).toBeLessThanOrEqual(one.chargePowerW)
          expect(flow.dischargeW).toBeLessThanOrEqual(Math.min(one.dischargePowerW, Math.max(0, -surplusW)))
          expect(flow.lossJ).toBeGreaterThanOrEqual(0)
          storedJ += flow.storedJ
          expect(Number.isSafeInteger(storedJ) && storedJ >= 0 && storedJ <= one.capacityWh * 3600).toBe(true)
        }
      }),
    )
  })
})

describe('the trips of a car', () => {
  const tripsOf = (home: string, days = 365, annualKwh = 2_400) => {
    const source = new GeneratedTrips({ seed: 4, home, annualKwh, localOffsetMs: 3_600_000 })
    const trips: Trip[] = []
    for (let timeMs = startMs; timeMs < startMs + days * 86_400_000; ) {
      const trip = source.after(timeMs)
      if (trip === null) break
      trips.push(trip)
      timeMs = trip.arrivesMs
    }
    return trips
  }

  it('follow one another, drive what the year says, and are as many and as long as counted', () => {
    const cars = ['a', 'b', 'c', 'd', 'e', 'f'].map((home) => tripsOf(home))
    let [drivenJ, count, stays] = [0, 0, [] as number[]]
    for (const trips of cars) {
      for (const [index, trip] of trips.entries()) {
        expect(trip.arrivesMs).toBeGreaterThan(trip.departsMs)
        expect(trip.departsMs % 60_000).toBe(0)
        const before = trips[index - 1]
        if (before !== undefined) {
          expect(trip.departsMs).toBeGreaterThan(before.arrivesMs)
          stays.push((trip.departsMs - before.arrivesMs) / 3_600_000)
        }
        drivenJ += trip.drivenJ
        count++
      }
    }
    expect(Math.abs(drivenJ / KWH_J / cars.length / 2_400 - 1)).toBeLessThan(0.06)
    expect(Math.abs(count / cars.length / 365 - 0.91)).toBeLessThan(0.03)
    stays = stays.toSorted((a, b) => a - b)
    const median = stays[Math.floor(stays.length / 2)] ?? 0
    expect(median).toBeGreaterThan(12)
    expect(median).toBeLessThan(18)
  })

  it('are a function of seed, home and time alone', () => {
    expect(tripsOf('a', 30)).toEqual(tripsOf('a', 30))
    expect(tripsOf('a', 30)).not.toEqual(tripsOf('b', 30))
    const source = new GeneratedTrips({ seed: 4, home: 'a', annualKwh: 2_400, localOffsetMs: 3_600_000 })
    const later = source.after(startMs + 20 * 86_400_000)
    expect(tripsOf('a', 30)).toContainEqual(later)
  })
})
