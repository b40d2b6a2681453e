const sum = (values: Float64Array) => values.reduce((total, one) => total + one, 0)

/** The highest of a load's values. */
export function peakOf(loadW: Float64Array): number {
  return loadW.reduce((most, watts) => Math.max(most, watts), 0)
}

/** A load's means over `length` steps at a time. */
export function meansOf(loadW: Float64Array, length: number): Float64Array {
  return Float64Array.from(
    { length: loadW.length / length },
    (_, index) => sum(loadW.subarray(index * length, (index + 1) * length)) / length,
  )
}

/** The load of all homes together, of equal lengths. */
export function sumOfHomes(loadsW: readonly Float64Array[]): Float64Array {
  const total = new Float64Array(loadsW[0]?.length ?? 0)
  for (const loadW of loadsW)
    for (let step = 0; step < total.length; step++) total[step] = (total[step] as number) + (loadW[step] as number)
  return total
}

/** Mean over peak. */
export function loadFactor(loadW: Float64Array): number {
  return sum(loadW) / loadW.length / peakOf(loadW)
}

/** The peak of groups of `size` homes as a share of the sum of their own peaks, in the mean of the groups. */
export function coincidence(loadsW: readonly Float64Array[], size: number): number {
  const groups = Math.floor(loadsW.length / size)
  let shares = 0
  for (let group = 0; group < groups; group++) {
    const homes = loadsW.slice(group * size, (group + 1) * size)
    shares += peakOf(sumOfHomes(homes)) / homes.reduce((total, loadW) => total + peakOf(loadW), 0)
  }
  return shares / groups
}

/** The correlation of a load with itself `lag` steps later. */
export function lagCorrelation(loadW: Float64Array, lag: number): number {
  const mean = sum(loadW) / loadW.length
  const centred = loadW.map((watts) => watts - mean)
  const product = (shift: number) =>
    centred.subarray(shift).reduce((total, watts, index) => total + watts * (centred[index] as number), 0)
  return product(lag) / product(0)
}
