/**
 * Smith's alpha (Smith 1962): how far prices were from the equilibrium, as a share of it: √(mean of (price −
 * equilibrium)²) ÷ |equilibrium|. Null without trades, or where the equilibrium is 0.
 */
export function smithsAlpha(pricesEurPerMWh: readonly number[], equilibriumEurPerMWh: number): number | null {
  if (pricesEurPerMWh.length === 0 || equilibriumEurPerMWh === 0) return null
  const squares = pricesEurPerMWh.reduce((sum, price) => sum + (price - equilibriumEurPerMWh) ** 2, 0)
  return Math.sqrt(squares / pricesEurPerMWh.length) / Math.abs(equilibriumEurPerMWh)
}
