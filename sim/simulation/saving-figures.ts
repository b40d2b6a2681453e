import { gini } from '#protocol/gini.ts'
import { ratio, toMillionth } from './ratio.ts'
import type { StreetKpis } from './simulation-result.ts'

/** What a home pays over a run, µEUR; below 0 what it earns. */
interface HomeCosts {
  readonly costMicroEur: number
  /** with the tariffs alone */
  readonly withoutMicroEur: number
}

/** What the homes of a street save, all together and each of them. */
export function savingFigures(
  homes: readonly HomeCosts[],
): Pick<
  StreetKpis,
  'savingMicroEur' | 'savingShare' | 'giniOfSavings' | 'losingHomes' | 'worstSavingMicroEur' | 'worstSavingShare'
> {
  const saved = ({ costMicroEur, withoutMicroEur }: HomeCosts) => withoutMicroEur - costMicroEur
  const savings = homes.map(saved)
  const savingMicroEur = savings.reduce((all, saving) => all + saving, 0)
  const withoutMicroEur = homes.reduce((all, home) => all + home.withoutMicroEur, 0)
  const [first, ...others] = homes
  if (first === undefined) throw new Error('a street has homes')
  const worst = others.reduce((least, home) => (saved(home) < saved(least) ? home : least), first)
  const equality = gini(savings)
  return {
    savingMicroEur,
    savingShare: ratio(savingMicroEur, withoutMicroEur),
    giniOfSavings: equality === null ? null : toMillionth(equality),
    losingHomes: savings.filter((saving) => saving < 0).length,
    worstSavingMicroEur: saved(worst),
    worstSavingShare: ratio(saved(worst), worst.withoutMicroEur),
  }
}
