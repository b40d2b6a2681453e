/** A home at the beginning of a minute: powers in W, heat pump in the load; stores in J. */
export interface StoresNow {
  readonly minuteMs: number
  readonly loadW: number
  readonly sunW: number
  /** sunW − loadW */
  readonly surplusW: number
  readonly batteryJ: number
  readonly batteryCapacityJ: number
  readonly carJ: number
}

/** Who decides what battery and car do, instead of greedy self-use. Asked once a minute, in order. */
export interface StoreWishes {
  /** Whole W, charging positive, as far as the stores can; null: as greedy self-use has it. */
  readonly wishes: (now: StoresNow) => { readonly batteryW: number; readonly carW: number } | null
}
