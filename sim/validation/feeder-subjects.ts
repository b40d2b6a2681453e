import { casesOfFeeder, knownFeeders } from './known-feeders.ts'
import type { ValidationSubject } from './validation-subject.ts'

const isUnbalanced = ({ feeder }: (typeof knownFeeders)[number]) => feeder.phases === 3

/** Balanced radial feeders of the literature and of a closed form. */
export function radialFeeders(): ValidationSubject {
  return {
    title: 'Radial feeders',
    about:
      'Two buses by their closed form; eight buses by Newton-Raphson, held against pandapower 2.13.1; the 33 buses of Baran and Wu (1989, doi 10.1109/61.25627) with variants, and reconfigured for the least losses (139.55 kW published).',
    cases: knownFeeders.filter((one) => !isUnbalanced(one)).flatMap(casesOfFeeder),
  }
}

/** Feeders solved phase by phase. */
export function unbalancedFeeders(): ValidationSubject {
  return {
    title: 'Unbalanced feeders',
    about: 'Four buses with loads and sun on single phases, by Newton-Raphson, held against pandapower 2.13.1.',
    cases: knownFeeders.filter(isUnbalanced).flatMap(casesOfFeeder),
  }
}
