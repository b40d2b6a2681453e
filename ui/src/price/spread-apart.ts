/**
 * Moves labels apart that would lie on each other: `at` are their middles, of any order, px. None comes nearer than
 * `gap` to another, none leaves `low` … `high`, where there is room for all. In the order in which they came.
 */
export function spreadApart(
  at: readonly number[],
  room: { readonly gap: number; readonly low: number; readonly high: number },
): readonly number[] {
  const order = at.map((_, i) => i).sort((a, b) => (at[a] as number) - (at[b] as number))
  const moved = [...at]
  let least = room.low
  for (const i of order) {
    moved[i] = Math.max(at[i] as number, least)
    least = (moved[i] as number) + room.gap
  }
  let most = room.high
  for (const i of order.toReversed()) {
    moved[i] = Math.min(moved[i] as number, most)
    most = (moved[i] as number) - room.gap
  }
  return moved
}
