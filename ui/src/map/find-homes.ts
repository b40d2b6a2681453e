/**
 * Homes whose name holds what is looked for, best first: the very name or number, names that begin with it, then
 * others; at most `most`.
 */
export function findHomes(options: {
  readonly sought: string
  readonly homes: number
  readonly nameOf: (home: number) => string
  readonly most: number
}): number[] {
  const sought = options.sought.trim().toLocaleLowerCase()
  if (sought === '') return []
  const ranked: number[][] = [[], [], []]
  for (let home = 0; home < options.homes; home++) {
    const name = options.nameOf(home).toLocaleLowerCase()
    const at = name.indexOf(sought)
    if (at < 0) continue
    const isExact = name === sought || Number(name.match(/\d+$/)?.[0]) === Number(sought)
    ranked[isExact ? 0 : at === 0 ? 1 : 2]?.push(home)
  }
  return ranked.flat().slice(0, options.most)
}
