/**
 * Whole parts of a whole total in proportion to weights (0 or more, whole): each rounded down, and what is left goes
 * one by one to the largest remainders, the earlier of equal ones first. All 0 where no weight is above 0.
 */
export function shareOut(total: number, weights: ArrayLike<number>): Int32Array {
  const parts = new Int32Array(weights.length)
  let sum = 0
  for (let index = 0; index < weights.length; index++) sum += weights[index] ?? 0
  if (sum === 0) return parts
  const remainders: { readonly index: number; readonly remainder: number }[] = []
  let left = total
  for (let index = 0; index < weights.length; index++) {
    const exact = total * (weights[index] ?? 0)
    const part = Math.floor(exact / sum)
    parts[index] = part
    left -= part
    if (exact % sum !== 0) remainders.push({ index, remainder: exact % sum })
  }
  remainders.sort((a, b) => b.remainder - a.remainder || a.index - b.index)
  for (const { index } of remainders.slice(0, left)) parts[index] = (parts[index] ?? 0) + 1
  return parts
}
