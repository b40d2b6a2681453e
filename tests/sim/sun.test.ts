import { describe, expect, it } from 'vitest'
import { solarPosition } from '#protocol/solar-position.ts'
import { GeneratedRoof } from '#sim/home/generated-roof.ts'
import { alternatingCurrentPerPeak, cellTemperatureC, directCurrentPerPeak } from '#sim/home/photovoltaic.ts'
import { sun } from '#sim/validation/sun.ts'
import { AirTemperature } from '#sim/weather/air-temperature.ts'
import { clearSkyDirectWPerM2, clearSkyWPerM2, extraterrestrialWPerM2 } from '#sim/weather/clear-sky.ts'
import { CloudlessSky } from '#sim/weather/cloudless-sky.ts'
import { Clouds } from '#sim/weather/clouds.ts'

describe('the sun', () => {
  it('stands, rises, sets and shines on every plane, module and clear year as the published cases say', () => {
    const { cases } = sun()
    expect(cases.length).toBeGreaterThan(60)
    expect(cases.filter(({ isMet }) => !isMet)).toEqual([])
  })

  it('is nearest in January and farthest in July (Spencer), and gives nothing while it is down', () => {
    expect(extraterrestrialWPerM2(Date.UTC(2026, 0, 3))).toBeCloseTo(1414, -1)
    expect(extraterrestrialWPerM2(Date.UTC(2026, 6, 4))).toBeCloseTo(1321, -1)
    expect(clearSkyWPerM2({ apparentElevationDeg: -3, extraterrestrialWPerM2: 1364 })).toBe(0)
  })

  it('gives what it gives at a moment, whatever moments were asked for before', () => {
    const place = { latitudeDeg: 52.4, longitudeDeg: 13.1 }
    const sky = new CloudlessSky(place)
    const noonMs = Date.UTC(2026, 5, 21, 11, 0, 30)
    for (const timeMs of [noonMs, noonMs + 64 * 60_000, noonMs, noonMs + 1, noonMs + 12 * 3_600_000, noonMs]) {
      const sun = solarPosition({ timeMs, ...place })
      const outsideWPerM2 = extraterrestrialWPerM2(timeMs)
      const under = { ...sun, extraterrestrialWPerM2: outsideWPerM2 }
      const globalWPerM2 = clearSkyWPerM2(under)
      const directNormalWPerM2 = clearSkyDirectWPerM2(under)
      expect(sky.at(timeMs)).toEqual({ timeMs, sun, outsideWPerM2, globalWPerM2, directNormalWPerM2 })
    }
  })

  it('shines directly and through the sky as Ineichen says, at noon in Berlin on the first day of spring', () => {
    const sky = { apparentElevationDeg: 36.7567, extraterrestrialWPerM2: 1364 }
    const direct = clearSkyDirectWPerM2(sky)
    expect(Math.abs(direct - 835.454)).toBeLessThan(8.4)
    const diffuse = clearSkyWPerM2(sky) - direct * Math.sin((36.7567 * Math.PI) / 180)
    expect(Math.abs(diffuse - 83.807)).toBeLessThan(2)
    expect(clearSkyDirectWPerM2({ ...sky, apparentElevationDeg: -1 })).toBe(0)
  })
})

describe('a roof', () => {
  it('turns irradiance into power as PVsyst and PVWatts say', () => {
    expect(cellTemperatureC({ planeWPerM2: 900, airC: 20 })).toBeCloseTo(45.137, 2)
    const perPeak = directCurrentPerPeak({ planeWPerM2: 1000, airC: 25 - 0.81 * (1000 / 29) })
    expect(perPeak).toBeCloseTo(0.86, 6)
    expect(alternatingCurrentPerPeak(0)).toBe(0)
    // PVWatts' case of 50 in 100 with 95 %, for our 96 %.
    expect(alternatingCurrentPerPeak(0.5)).toBeCloseTo((0.4760843624 * 0.96) / 0.95, 6)
    expect(alternatingCurrentPerPeak(1.5)).toBe(0.96)
  })

  const roofOf = (options: { readonly home: string; readonly seed: number; readonly startMs: number }) =>
    new GeneratedRoof({
      seed: options.seed,
      home: options.home,
      sky: new CloudlessSky({ latitudeDeg: 52.4, longitudeDeg: 13.1 }),
      plane: { tiltDeg: 35, azimuthDeg: 180 },
      peakW: 1000,
      clouds: new Clouds({ seed: options.seed, startMs: options.startMs }),
      air: new AirTemperature({ seed: options.seed, startMs: options.startMs, localOffsetMs: 3_600_000 }),
    })

  it('facing south yields 850 to 1,150 kWh a kWp and year near Potsdam, and nothing at night', () => {
    const startMs = Date.UTC(2026, 0, 1)
    for (const seed of [1, 2]) {
      const roof = roofOf({ home: 'a', seed, startMs })
      let wattHours = 0
      for (let minute = 0; minute < 365 * 1440; minute += 10) wattHours += roof.meanW(startMs + minute * 60_000) / 6
      expect(wattHours / 1000).toBeGreaterThan(850)
      expect(wattHours / 1000).toBeLessThan(1150)
      expect(roof.meanW(startMs + 365 * 86_400_000)).toBe(0)
    }
  })

  it('shares its clouds with the street, but for a small difference', () => {
    const startMs = Date.UTC(2026, 5, 1)
    const [one, other] = [roofOf({ home: 'a', seed: 3, startMs }), roofOf({ home: 'b', seed: 3, startMs })]
    let [sum, apart, same] = [0, 0, true]
    for (let minute = 0; minute < 3 * 1440; minute++) {
      const [a, b] = [one.meanW(startMs + minute * 60_000), other.meanW(startMs + minute * 60_000)]
      sum += a
      apart += Math.abs(a - b)
      same &&= a === b
    }
    expect(same).toBe(false)
    expect(apart / sum).toBeLessThan(0.1)
  })
})
