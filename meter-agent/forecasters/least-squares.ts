/** What nothing is known about may be anything: the spread that coefficients begin with. */
const FIRST_SPREAD = 100

/** Recursive least squares with forgetting (Plackett 1950): a linear fit kept up example by example. */
export class LeastSquares {
  readonly #size: number
  readonly #forgetting: number
  readonly #coefficients: Float64Array
  /** the inverse of the examples' weighed products, row by row */
  readonly #inverse: Float64Array
  /** room for one step */
  readonly #projected: Float64Array
  #learnt = 0

  /** @param size how many features an example has. @param forgetting how much one counts against the next: 0 to 1. */
  constructor(size: number, forgetting: number) {
    this.#size = size
    this.#forgetting = forgetting
    this.#coefficients = new Float64Array(size)
    this.#inverse = new Float64Array(size * size)
    this.#projected = new Float64Array(size)
    for (let i = 0; i < size; i++) this.#inverse[i * size + i] = FIRST_SPREAD
  }

  /** How many examples it has learnt from. */
  get learnt(): number {
    return this.#learnt
  }

  /** What it makes of features. */
  of(features: readonly number[]): number {
    let sum = 0
    for (let i = 0; i < this.#size; i++) sum += (features[i] as number) * (this.#coefficients[i] as number)
    return sum
  }

  learn(features: readonly number[], value: number): void {
    const size = this.#size
    const inverse = this.#inverse
    const projected = this.#projected
    let weight = this.#forgetting
    for (let row = 0; row < size; row++) {
      let sum = 0
      for (let i = 0; i < size; i++) sum += (features[i] as number) * (inverse[row * size + i] as number)
      projected[row] = sum
      weight += (features[row] as number) * sum
    }
    const missed = value - this.of(features)
    for (let row = 0; row < size; row++) {
      const gain = (projected[row] as number) / weight
      this.#coefficients[row] = (this.#coefficients[row] as number) + gain * missed
      for (let i = 0; i < size; i++) {
        const at = row * size + i
        const shrunk = ((inverse[at] as number) - gain * (projected[i] as number)) / this.#forgetting
        // Where nothing happens, what is not learnt anew must not grow without end.
        inverse[at] = Math.min(FIRST_SPREAD, Math.max(-FIRST_SPREAD, shrunk))
      }
    }
    this.#learnt++
  }
}
