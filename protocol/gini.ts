/**
 * The Gini coefficient of amounts: 0 where all have the same, towards 1 where one has all. Σᵢⱼ|xᵢ − xⱼ| ÷ (2 n Σx), by
 * the sorted sum. `null` if an amount is negative or there is none; 0 if all are 0.
 */
export function gini(amounts: readonly number[]): number | null {
  if (amounts.length === 0 || amounts.some((amount) => amount < 0)) return null
  const ascending = amounts.toSorted((a, b) => a - b)
  const total = ascending.reduce((sum, amount) => sum + amount, 0)
  if (total === 0) return 0
  const count = ascending.length
  const weighted = ascending.reduce((sum, amount, index) => sum + (2 * (index + 1) - count - 1) * amount, 0)
  return weighted / (count * total)
}
