import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Forecaster } from '#meter-agent/forecasters/forecaster.ts'
import { LeastSquares } from '#meter-agent/forecasters/least-squares.ts'
import {
  type ForecasterName,
  forecasterNames,
  makeForecaster,
  perfectForecaster,
} from '#meter-agent/forecasters/make-forecaster.ts'
import { OutcomeMemory } from '#meter-agent/forecasters/outcome-memory.ts'
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
    const nets = [100, 100, 100, 300, 100, 100, 100, 100, 100]
    const forecaster = told(
      'persistence',
      nets.map((net, index) => [index + 1, net] as const),
    )
    // Forecasts one ahead were followed by 100 seven times, and by 300; now 90 is expected.
    expect(forecaster.of(10).forecastErrorsWh).toEqual([10, 10, 10, 10, 10, 10, 10, 210])
  })

  it('guesses what becomes of what it expects while it knows of less than eight', () => {
    const forecaster = told('persistence', [[1, -1000]])
    expect(forecaster.of(2)).toEqual({
      forecastNetWh: -900,
      forecastErrorsWh: [-720, -360, -180, 0, 180, 360, 630],
    })
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

  it('goes by the last slots while it has learnt too little, and expects nothing that was never seen', () => {
    const days = roofDays(4)
    const short = days.slice(0, DAY + 20)
    expect(told('regression', short).of(DAY + 21).forecastNetWh).toBe(
      // Who does not know yesterday goes by them, too.
      told('persistence', short.slice(DAY)).of(DAY + 21).forecastNetWh,
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
  it('expects nothing when nothing is known, and nothing else of it', () => {
    const { forecastNetWh, forecastErrorsWh } = told(name, []).of(4)
    expect(forecastNetWh).toBe(0)
    expect(new Set(forecastErrorsWh)).toEqual(new Set([0]))
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

  it('states what those slots came to, less this forecast, that were most like it; ascending', () => {
    const days = roofDays(9)
    const forecaster = makeForecaster(name, { slotMinutes: 15 })
    const said = new Map<number, number>()
    let [outcomes, missedWh] = [0, 0]
    for (const [slot, net] of days) {
      forecaster.note(slot, net)
      const expected = said.get(slot)
      if (expected !== undefined) {
        outcomes = Math.min(7 * DAY, outcomes + 1)
        missedWh += (Math.abs(net - expected) - missedWh) / outcomes
      }
      said.set(slot + 3, forecaster.of(slot + 3).forecastNetWh)
    }
    const asked = 9 * DAY + 2
    const { forecastNetWh, forecastErrorsWh } = forecaster.of(asked)
    const netOf = new Map(days)
    const known = days
      .filter(([slot]) => said.has(slot))
      .map(([slot, net]) => {
        const [expected, before] = [said.get(slot) ?? 0, netOf.get(slot - 3) ?? 0]
        const apart = Math.abs(asked - slot) % DAY
        const hours = Math.min(apart, DAY - apart) / 4
        // An hour apart counts a fifth of what forecasts miss by in the mean.
        const unlike = Math.abs(expected - forecastNetWh) + Math.abs(before - (netOf.get(asked - 3) ?? 0))
        return { net, distance: unlike + 0.2 * missedWh * hours }
      })
      .toSorted((a, b) => a.distance - b.distance)
    expect(forecastErrorsWh.length).toBe(32)
    // Of slots equally far away any may be among them.
    const border = (known[31]?.distance ?? 0) + 1e-6
    const errorsOf = (those: typeof known) => those.map((one) => one.net - forecastNetWh)
    const surely = errorsOf(known.filter(({ distance }) => distance < border - 2e-6))
    const perhaps = errorsOf(known.filter(({ distance }) => Math.abs(distance - border) <= 2e-6))
    const rest = [...forecastErrorsWh]
    for (const missed of surely) rest.splice(rest.indexOf(missed), rest.includes(missed) ? 1 : 0)
    expect(rest.length).toBe(32 - surely.length)
    for (const missed of rest) expect(perhaps).toContain(missed)
    expect(forecastErrorsWh).toEqual(forecastErrorsWh.toSorted((a, b) => a - b))
  })

  it('forgets what is older than two weeks, also where nothing was known meanwhile', () => {
    const old = roofDays(20).map(([slot, net]) => [slot, net + 1e6] as const)
    const days = roofDays(16)
    const later = (slots: number) => days.map(([slot, net]) => [slot + slots, net] as const)
    const { forecastErrorsWh } = told(name, [...old, ...later(20 * DAY)]).of(36 * DAY)
    expect(forecastErrorsWh.length).toBe(32)
    expect(Math.max(...forecastErrorsWh.map(Math.abs))).toBeLessThan(1e5)
    // Too little to go by: guessed.
    expect(told(name, [...old, ...later(50 * DAY).slice(0, 6)]).of(50 * DAY + 6).forecastErrorsWh.length).toBe(7)
  })

  it('remembers what was before an outage of three days in its first week', () => {
    const days = roofDays(5)
    const back = roofDays(1).map(([slot, net]) => [slot + 8 * DAY, net] as const)
    expect(told(name, [...days, ...back.slice(0, 6)]).of(8 * DAY + 6).forecastErrorsWh.length).toBe(32)
  })

  it('says the net alone as it says it with its errors, however far ahead', () => {
    const forecaster = told(name, roofDays(5))
    for (const ahead of [0, 1, 7, 8, 40, DAY]) {
      const slot = 5 * DAY + ahead
      expect(forecaster.netWhOf(slot)).toBe(forecaster.of(slot).forecastNetWh)
    }
  })

  it('knows more of the next slot once it has seen how the one that runs began', () => {
    const missed = { seen: 0, unseen: 0 }
    /** of what it deems possible for the next slot */
    const middles = { seen: 0, unseen: 0 }
    const forecasters = { seen: told(name, []), unseen: told(name, []) }
    // Quiet slots, and now and then an hour that draws 500 Wh a slot: its first third says so.
    const random = seededRandom('hours')
    let left = 0
    for (let slot = 0; slot < 14 * DAY; slot++) {
      left = left > 0 ? left - 1 : random() < 0.1 ? 4 : 0
      const net = left > 0 ? -500 : -40 - Math.floor(20 * random())
      for (const kind of ['seen', 'unseen'] as const) {
        if (slot > 10 * DAY) missed[kind] += Math.abs(net - middles[kind])
        const forecaster = forecasters[kind]
        if (kind === 'seen') forecaster.begin({ slot, minutes: 5, netWh: Math.round(net / 3) })
        if (slot >= 10 * DAY) {
          const { forecastNetWh, forecastErrorsWh } = forecaster.of(slot + 1)
          middles[kind] = forecastNetWh + (forecastErrorsWh[Math.floor(forecastErrorsWh.length / 2)] ?? 0)
        }
        forecaster.note(slot, net)
      }
    }
    expect(missed.seen).toBeLessThan(0.95 * missed.unseen)
  })

  it('hears of a beginning once, of the slot after the last one, and not before a third of it is over', () => {
    const days = roofDays(3)
    const [plain, other] = [told(name, days), told(name, days)]
    other.begin({ slot: 3 * DAY, minutes: 4.9, netWh: 800 })
    other.begin({ slot: 3 * DAY + 1, minutes: 5, netWh: 800 })
    other.begin({ slot: 3 * DAY - 1, minutes: 15, netWh: 800 })
    expect(other.of(3 * DAY + 1)).toEqual(plain.of(3 * DAY + 1))
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

describe('what became of like forecasts', () => {
  it('is told of the nearest ones, the older of two as near', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
          minLength: 4 * DAY,
          maxLength: 5 * DAY,
        }),
        (slots) => {
          const memory = new OutcomeMemory(15, 1)
          const kind = { ahead: 1, begun: 'unseen' } as const
          let missedWh = 0
          for (const [slot, [saidWh, netWh]] of slots.entries()) {
            memory.say(slot, kind, saidWh)
            memory.note(slot, netWh)
            missedWh += (Math.abs(netWh - saidWh) - missedWh) / (slot + 1)
          }
          const next = slots.length
          const distanceOf = (slot: number) => {
            const [saidWh, before] = [slots[slot]?.[0] ?? 0, slots[slot - 1]?.[1]]
            const apart = (next - slot) % DAY
            const hours = ((0.2 * 24 * missedWh) / DAY) * Math.min(apart, DAY - apart)
            return Math.abs(saidWh - 3) + hours + Math.abs((before ?? saidWh) - (slots[next - 1]?.[1] ?? 0))
          }
          const alike = [...slots.keys()].sort((a, b) => distanceOf(a) - distanceOf(b) || a - b).slice(0, 32)
          const errors = alike.map((slot) => (slots[slot]?.[1] ?? 0) - 3).sort((a, b) => a - b)
          expect(memory.errorsOf(next, kind, 3)).toEqual(errors)
        },
      ),
      { numRuns: 10, seed: 42 },
    )
  })
})

describe('perfect foresight', () => {
  it('knows, and never errs', () => {
    const forecaster = perfectForecaster((slot) => 10 * slot)
    forecaster.note(1, 7)
    expect(forecaster.of(5)).toEqual({ forecastNetWh: 50, forecastErrorsWh: [] })
  })
})
