import { rampPrice } from '#meter-agent/index.ts'
import { allNear, near } from './validation-case.ts'
import type { ValidationSubject } from './validation-subject.ts'

const MINUTE_MS = 60_000
const CT = 10

/** Prices in ct/kWh by the minute; 1 ct/kWh is 10 EUR/MWh. */
const ramp = (of: { readonly first: number; readonly last: number; readonly minutes: number }, minute: number) =>
  rampPrice(
    {
      firstEurPerMWh: of.first * CT,
      lastEurPerMWh: of.last * CT,
      windowMs: of.minutes * MINUTE_MS,
      everyMs: MINUTE_MS,
    },
    minute * MINUTE_MS,
  ) / CT

const offer = [30, 27.857143, 25.714286, 23.571429, 21.428571, 19.285714, 17.142857, 15]
const fallen = [12.857143, 10.714286, 8.571429, 6.428571, 4.285714, 2.142857, 0]

/** Prices that give way step by step. */
export function rateRamps(): ValidationSubject {
  const quarter = (first: number, last: number, expected: readonly number[]) =>
    allNear({
      name: `from ${first} to ${last} ct in 15 minutes, by the minute`,
      expected,
      got: expected.map((_, minute) => ramp({ first, last, minutes: 15 }, minute)),
      tolerance: 1e-6,
      unit: 'ct',
    })
  const hour = (first: number, last: number, minute: number) =>
    near({
      name: `from ${first} to ${last} ct in an hour, after ${minute} minutes`,
      expected: 27.2034,
      got: ramp({ first, last, minutes: 60 }, minute),
      tolerance: 1e-4,
      unit: 'ct',
    })
  const rising = Array.from({ length: 15 }, (_, minute) => 2.5 * minute)
  return {
    title: 'Price ramps',
    about: 'first − (first − last) × k ÷ n after k steps, as gsy-e (ab358e7e) updates its prices; seen in its runs.',
    cases: [quarter(30, 0, [...offer, ...fallen]), quarter(0, 35, rising), hour(30, 25, 33), hour(15, 35, 36)],
    peers: [
      {
        name: 'a load from 15 to 35 ct and a battery from 30 to 25 ct, in different homes',
        peer: 'gsy-e',
        theirs: 'trades with ticks of 15 s, none at all with ticks of 60 s',
        ours: 'trade as soon as the prices cross',
        why: 'There each update makes an order young again, and an order travels to other homes only when it is two ticks old.',
      },
    ],
  }
}
