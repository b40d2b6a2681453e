/** Registers of one device as they are kept in a file: `meter emulate` serves them, tests decode them. */
export interface RegisterImage {
  readonly name: string
  /** `sunspec`: all of its models; `register-map`: the ranges that were asked for */
  readonly kind: 'sunspec' | 'register-map'
  /** the table that its registers stand in */
  readonly function: 'holding' | 'input'
  readonly unit_id: number
  /** whether serial numbers stand in it */
  readonly serials: 'masked' | 'kept'
  /** where the SunSpec mark stands, the models behind it, and where the chain ends if it has an end */
  readonly base?: number
  /** each run of registers: four hexadecimal digits a word */
  readonly registers: readonly { readonly address: number; readonly hex: string }[]
  readonly chain?: readonly { readonly id: number; readonly len: number; readonly addr: number }[]
  readonly end_marker_at?: number
}

/** Words by address as runs of neighbours. */
export function runsOf(words: ReadonlyMap<number, number>): RegisterImage['registers'] {
  const runs: { address: number; hex: string }[] = []
  let next = -1
  for (const [address, word] of [...words].toSorted(([one], [other]) => one - other)) {
    if (address !== next) runs.push({ address, hex: '' })
    const run = runs.at(-1)
    if (run !== undefined) run.hex += word.toString(16).padStart(4, '0')
    next = address + 1
  }
  return runs
}
