/** Fewer points are a scratch, not a shape. */
const POINTS_MIN = 6
/** A younger history fills the right part only, and grows into the rest; of a longer one neighbours are averaged. */
const POINTS_WIDE = 24

/** The path of a history, oldest first, from the lowest value to the highest over all the height; a gap where null. */
export function sparkPath(
  history: readonly (number | null)[],
  box: { readonly width: number; readonly height: number },
): string {
  const points = averaged(history)
  const known = points.filter((value) => value !== null)
  if (known.length < POINTS_MIN) return ''
  const low = Math.min(...known)
  const high = Math.max(...known)
  const x = (i: number) => 1 + ((POINTS_WIDE - points.length + i) / (POINTS_WIDE - 1)) * (box.width - 2)
  const y = (value: number) =>
    low === high ? box.height / 2 : box.height - 2 - ((value - low) / (high - low)) * (box.height - 4)
  let path = ''
  let pen = 'M'
  for (const [i, value] of points.entries()) {
    if (value === null) pen = 'M'
    else {
      path += `${pen}${x(i).toFixed(1)},${y(value).toFixed(1)}`
      pen = 'L'
    }
  }
  return path
}

/** As many points as there are places: each the mean of what is known of its part of the history. */
function averaged(history: readonly (number | null)[]): readonly (number | null)[] {
  if (history.length <= POINTS_WIDE) return history
  return Array.from({ length: POINTS_WIDE }, (_, place) => {
    const start = Math.floor((place * history.length) / POINTS_WIDE)
    const end = Math.floor(((place + 1) * history.length) / POINTS_WIDE)
    const known = history.slice(start, end).filter((value) => value !== null)
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
  })
}
