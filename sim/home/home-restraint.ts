/** What the operator of the network holds a home to. */
export interface HomeRestraint {
  /** The most that heat pump and car may each take beyond the home's own sun, W; null: as they like. */
  readonly controllableW: number | null
  /** The most that its roof may give, as a share of its peak power. */
  readonly roofShare: number
}

export const UNRESTRAINED: HomeRestraint = { controllableW: null, roofShare: 1 }
