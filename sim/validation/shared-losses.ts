import { allocateLosses } from '../grid/allocate-losses.ts'
import { feederPowers } from '../grid/feeder-powers.ts'
import { marginalLosses } from '../grid/marginal-losses.ts'
import { caseFlow } from './case-flow.ts'
import shared from './cases/shared-losses.json' with { type: 'json' }
import { knownFeeder } from './known-feeders.ts'
import { allNear, inWords, near } from './validation-case.ts'
import type { ValidationSubject } from './validation-subject.ts'

const TOLERANCE_KW = 1e-5
const sum = (values: Iterable<number>) => [...values].reduce((total, one) => total + one, 0)

/** The losses of eight buses, shared out among six homes. */
export function sharedLosses(): ValidationSubject {
  const { evening, noon } = shared
  const { feeder } = knownFeeder(evening.feeder)
  const { feeder: sunny } = knownFeeder(noon.feeder)
  const powers = feederPowers(feeder)
  const flow = caseFlow(feeder)
  const factors = marginalLosses(flow, powers)
  const unscaledKw = sum(factors.map((factor, point) => (factor * (powers.activeW[point] as number)) / 1_000))
  const homes = evening.factors.length
  const injected = marginalLosses(caseFlow(sunny), feederPowers(sunny)).subarray(0, homes)
  const methods = (['pro-rata', 'marginal', 'shapley'] as const).flatMap((method) => {
    const got = Array.from(allocateLosses(flow, { powers, method }), (watts) => watts / 1_000)
    return [
      allNear({ name: `evening, ${method}`, expected: evening[method], got, tolerance: TOLERANCE_KW, unit: 'kW' }),
      near({
        name: `evening, ${method}: sum of the shares`,
        expected: evening.totalKw,
        got: sum(got),
        tolerance: TOLERANCE_KW,
        unit: 'kW',
      }),
    ]
  })
  return {
    title: 'Loss allocation',
    about: shared.about,
    cases: [
      ...methods,
      allNear({
        name: 'evening, losses for a kW more',
        expected: evening.factors,
        got: [...factors],
        tolerance: 1e-5,
        unit: 'kW/kW',
      }),
      allNear({
        name: 'noon, losses for a kW fed in',
        expected: noon.injectionFactors,
        got: Array.from(injected, (factor) => 0 - factor),
        tolerance: 1e-5,
        unit: 'kW/kW',
      }),
    ],
    peers: [
      {
        name: 'evening, marginal: sum of the shares',
        peer: 'prices by marginal losses, not scaled',
        theirs: `${inWords(unscaledKw, 5)} kW`,
        ours: `${inWords(evening.totalKw, 5)} kW`,
        why: 'Losses grow with the square of the current, so marginal losses add up to about twice what is lost: homes would pay for energy that was never lost. Ours are scaled to the losses.',
      },
    ],
  }
}
