import type { Quote } from './trader.ts'

/** What a home goes by: so many outcomes of forecasts like this one, and how far it trusts what they say of a chance. */
interface OutcomeSample {
  readonly side: Quote['side']
  readonly known: number
  /** by how many standard errors of what so few outcomes say a home that trades on this side wants to be on the safe side */
  readonly doubt: number
}

/** Chances are quotients of small whole numbers: so near one of them it is meant. */
const EXACT = 1e-9

/**
 * Which of the outcomes, the least first, from 1, is the last that is promised where a Wh may be missing with a chance:
 * of n outcomes the k-th has k ÷ (n + 1) below it, and a chance of 1 ÷ (n + 1) is left beyond either end. Beyond 1 to n
 * there is none.
 */
export function placeAt(chance: number, { side, known, doubt }: OutcomeSample): number {
  const margin = known === 0 ? 0 : doubt * Math.sqrt(Math.max(0, chance * (1 - chance)) / known)
  return side === 'sell'
    ? Math.floor((chance - margin) * (known + 1) + EXACT)
    : Math.ceil((chance + margin) * (known + 1) - EXACT)
}

/** What `placeAt` undoes: the bound of a chance that was seen to be so (Wilson 1927), towards the home's safe side. */
export function chanceOf(place: number, { side, known, doubt }: OutcomeSample): number {
  const seen = place / (known + 1)
  if (known === 0 || doubt === 0) return seen
  const share = doubt ** 2 / known
  const margin = doubt * Math.sqrt((seen * (1 - seen)) / known + share / (4 * known))
  return (seen + share / 2 + (side === 'sell' ? margin : 0 - margin)) / (1 + share)
}
