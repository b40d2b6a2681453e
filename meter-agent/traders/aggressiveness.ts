/** What a price is aimed with, EUR/MWh: for a seller everything is the mirror image of a buyer's. */
export interface Aim {
  /** the worst price at which a trade still pays */
  readonly limitEurPerMWh: number
  /** the best price there is */
  readonly bestEurPerMWh: number
  readonly equilibriumEurPerMWh: number
  /** how the target bends with the aggressiveness: straight at 0 */
  readonly curve: number
}

/** Below this a bend is a straight line. */
const STRAIGHT = 1e-6

/**
 * The price aimed at with an aggressiveness from −1 (all the profit there may be) over 0 (the equilibrium) to 1 (any
 * trade that pays): Vytelingum 2008, the aggressiveness model. Who could not trade at the equilibrium aims at the
 * limit from 0 on.
 */
export function targetOf(aim: Aim, aggressiveness: number): number {
  const middle = middleOf(aim)
  const end = aggressiveness < 0 ? aim.bestEurPerMWh : aim.limitEurPerMWh
  return middle + (end - middle) * bent(Math.abs(aggressiveness), aim.curve)
}

/** The aggressiveness, −1 to 1, that aims at a price: what `targetOf` undoes. Prices beyond both ends are at the ends. */
export function aggressivenessOf(aim: Aim, priceEurPerMWh: number): number {
  const middle = middleOf(aim)
  const towardsLimit = Math.sign(aim.limitEurPerMWh - aim.bestEurPerMWh) * (priceEurPerMWh - middle)
  const end = towardsLimit < 0 ? aim.bestEurPerMWh : aim.limitEurPerMWh
  if (end === middle || towardsLimit === 0) return 0
  const part = Math.min(1, (priceEurPerMWh - middle) / (end - middle))
  return Math.sign(towardsLimit) * straightened(part, aim.curve)
}

/** The equilibrium, or the limit where that comes first. */
function middleOf({ limitEurPerMWh, bestEurPerMWh, equilibriumEurPerMWh }: Aim): number {
  const [low, high] = [Math.min(limitEurPerMWh, bestEurPerMWh), Math.max(limitEurPerMWh, bestEurPerMWh)]
  return Math.min(high, Math.max(low, equilibriumEurPerMWh))
}

const bent = (part: number, curve: number) =>
  Math.abs(curve) < STRAIGHT ? part : Math.expm1(part * curve) / Math.expm1(curve)
const straightened = (part: number, curve: number) =>
  Math.abs(curve) < STRAIGHT ? part : Math.log1p(part * Math.expm1(curve)) / curve
