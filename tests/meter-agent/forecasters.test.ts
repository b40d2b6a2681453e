import { describe, expect, it } from 'vitest'
import type { Forecaster } from '#meter-agent/forecasters/forecaster.ts'
import { LeastSquares } from '#meter-agent/forecasters/least-squares.ts'
import {
  type ForecasterName,
  forecasterNames,
  makeForecaster,
  perfectForecaster,
} from '#meter-agent/forecasters/make-forecaster.ts'
import { seededRandom } from '#meter-agent/seeded-random.ts'

const DAY = 96
/** A forecaster that was told slots and what they came to. */
function told(name: ForecasterName, slots: Iterable<readonly [slot: number, netWh: number]>): Forecaster {
  const forecaster = makeForecaster(name, { slotMinutes: 15 })
  for (const [slot, net] of slots) forecaster.note(slot, net)
  return forecaster
}
/** A home with a roof: clouds that stay for a day or so, and a load with noise. */
function roofDays(days: number): readonly (readonly [number, number])[] {
  const random = seededRandom('roof')
  let clear = 0.7
  return Array.from({ length: days * DAY }, (_, slot) => {
    if (slot % 24 === 0) clear = Math.min(1, Math.max(0.1, clear + (random() - 0.5) * 0.8))
    const sun = Math.max(0, Math.sin((2 * Math.PI * ((slot % DAY) - 24)) / DAY)) * 1_200 * clear
    return [slot, Math.round(sun - 80 - 60 * random())] as const
  })
}

describe('persistence', () => {
  it('is the same slot yesterday, if that is known', () => {
    expect(
      told('persistence', [
        [1000, -300],
        [1095, 700],
      ]).of(1096).forecastNetWh,
    ).toBe(-300)
  })

  it('is otherwise the mean of the last two slots, less for every slot ahead', () => {
    const forecaster = told('persistence', [
      [1, 9999],
      [2, -800],
      [3, -1200],
    ])
    expect([4, 5, 6].map((slot) => forecaster.of(slot).forecastNetWh)).toEqual([-900, -810, -729])
  })

  it('states what slots came to, less this forecast, as many slots ahead', () => {
    const nets = [100, 100, 100, 300, 100]
    const forecaster = told(
      'persistence',
      nets.map((net, index) => [index + 1, net] as const),
    )
    // Forecasts one ahead were followed by 100, 100, 300 and 100; behind the jump, 180 is expected.
    expect(forecaster.of(6).forecastErrorsWh).toEqual([-80, -80, -80, 120])
  })
})

describe('naive', () => {
  it('expects the last slot again', () => {
    const forecaster = told('naive', [
      [1, 100],
      [2, -50],
    ])
    expect([3, 9].map((slot) => forecaster.of(slot).forecastNetWh)).toEqual([-50, -50])
  })
})

describe('regression', () => {
  it('learns how much of yesterday comes again, and how much of a cloudier day stays', () => {
    const days = roofDays(12)
    const miss = (name: ForecasterName) => {
      const forecaster = told(name, [])
      let sum = 0
      for (const [slot, net] of days) {
        if (slot >= 4 * DAY) sum += Math.abs(net - forecaster.of(slot).forecastNetWh)
        forecaster.note(slot, net)
      }
      return sum / (8 * DAY)
    }
    const missed = { naive: miss('naive'), persistence: miss('persistence'), regression: miss('regression') }
    console.info(`mean absolute error a slot ahead, Wh: ${JSON.stringify(missed)}`)
    expect(missed.regression).toBeLessThan(0.9 * missed.persistence)
    expect(missed.regression).toBeLessThan(missed.naive)
  })

  it('does as persistence does while it has learnt too little, and expects nothing that was never seen', () => {
    const days = roofDays(4)
    const short = days.slice(0, DAY + 20)
    expect(told('regression', short).of(DAY + 21).forecastNetWh).toBe(
      told('persistence', short).of(DAY + 21).forecastNetWh,
    )
    const nets = days.map(([, net]) => net)
    const forecaster = told('regression', days)
    for (let ahead = 0; ahead < 8; ahead++) {
      const { forecastNetWh } = forecaster.of(4 * DAY + ahead)
      expect(forecastNetWh).toBeGreaterThanOrEqual(Math.min(...nets))
      expect(forecastNetWh).toBeLessThanOrEqual(Math.max(0, ...nets))
    }
  })

  it('stays calm through weeks in which nothing happens', () => {
    const still = Array.from({ length: 30 * DAY }, (_, slot) => [slot, -50] as const)
    expect(told('regression', still).of(30 * DAY).forecastNetWh).toBe(-50)
  })

  it('fits a line through examples', () => {
    const fit = new LeastSquares(2, 1)
    for (let x = 0; x < 200; x++) fit.learn([1, x / 100], 3 - (2 * x) / 100)
    expect(fit.of([1, 1])).toBeCloseTo(1, 2)
    expect(fit.learnt).toBe(200)
  })
})

describe.each(forecasterNames)('the %s forecaster', (name) => {
  it('expects nothing when nothing is known, and knows no errors', () => {
    expect(told(name, []).of(4)).toEqual({ forecastNetWh: 0, forecastErrorsWh: [] })
  })

  it('is called by its name, and answers the same for the same slots, whole Wh', () => {
    const days = roofDays(3)
    const [one, other] = [told(name, days), told(name, days)]
    expect(one.name).toBe(name)
    for (let slot = 3 * DAY; slot < 3 * DAY + 8; slot++) {
      expect(one.of(slot)).toEqual(other.of(slot))
      expect(Number.isSafeInteger(one.of(slot).forecastNetWh)).toBe(true)
    }
  })

  it('states what the last week’s slots came to, less this forecast, for which nearly as much was expected; ascending', () => {
    const days = roofDays(9)
    const forecaster = makeForecaster(name, { slotMinutes: 15 })
    const said = new Map<number, number>()
    for (const [slot, net] of days) {
      forecaster.note(slot, net)
      said.set(slot + 3, forecaster.of(slot + 3).forecastNetWh)
    }
    const { forecastNetWh, forecastErrorsWh } = forecaster.of(9 * DAY + 2)
    const week = days.slice(-7 * DAY).map(([slot, net]) => ({ said: said.get(slot) ?? Number.NaN, net }))
    const distance = (one: { readonly said: number }) => Math.abs(one.said - forecastNetWh)
    const nearest = week.toSorted((a, b) => distance(a) - distance(b))
    expect(forecastErrorsWh.length).toBe(48)
    // Of forecasts equally far away any may be among them.
    const border = distance(nearest[47] ?? { said: Number.NaN })
    const errorsOf = (those: typeof week) => those.map((one) => one.net - forecastNetWh)
    const surely = errorsOf(week.filter((one) => distance(one) < border))
    const perhaps = errorsOf(week.filter((one) => distance(one) === border))
    const rest = [...forecastErrorsWh]
    for (const missed of surely) rest.splice(rest.indexOf(missed), rest.includes(missed) ? 1 : 0)
    expect(rest.length).toBe(48 - surely.length)
    for (const missed of rest) expect(perhaps).toContain(missed)
    expect(forecastErrorsWh).toEqual(forecastErrorsWh.toSorted((a, b) => a - b))
  })

  it('bears with slots that are missing, and refuses to go back', () => {
    const forecaster = told(
      name,
      roofDays(3).filter(([slot]) => slot % 7 !== 0),
    )
    expect(Number.isSafeInteger(forecaster.of(3 * DAY + 1).forecastNetWh)).toBe(true)
    expect(() => forecaster.note(5, 0)).toThrow(/was to come after/)
  })
})

describe('perfect foresight', () => {
  it('knows, and never errs', () => {
    const forecaster = perfectForecaster((slot) => 10 * slot)
    forecaster.note(1, 7)
    expect(forecaster.of(5)).toEqual({ forecastNetWh: 50, forecastErrorsWh: [] })
  })
})
