/** Shares and quotients are told to a millionth; never −0. */
export const toMillionth = (exact: number): number => Math.round(exact * 1e6) / 1e6 + 0

/** A quotient to a millionth; null unless what it is divided by is above 0. */
export function ratio(dividend: number, divisor: number): number | null {
  return divisor > 0 ? toMillionth(dividend / divisor) : null
}
