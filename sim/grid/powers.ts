/** What is taken at each point of a feeder, in the order of its points; given is negative. */
export interface Powers {
  readonly activeW: Float64Array
  readonly reactiveVar: Float64Array
}
