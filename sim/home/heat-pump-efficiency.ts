/** Where a heat pump takes its heat, and where it brings it. */
export type HeatSource = 'air' | 'ground' | 'groundwater'
export type HeatSink = 'radiator' | 'floor' | 'hot-water'

/** COP = a + b × lift + c × lift², fitted to data sheets (Ruhnau, Hirth and Praktiknjo 2019, "When2Heat"). */
const CURVES = {
  air: [6.08, -0.0941, 0.000464],
  ground: [10.29, -0.2084, 0.001322],
  groundwater: [9.99, -0.2049, 0.001249],
} as const
/** The least lift that the curves know, K. */
const LIFT_LEAST_K = 15
/** What a data sheet promises and a cellar keeps (the same). */
const REAL_SHARE = 0.85
/** Brine is so much colder than the ground around it, K. */
const BRINE_K = 5
const GROUNDWATER_C = 5
const HOT_WATER_C = 50

/**
 * The coefficient of performance of a heat pump in a real home, heat out per electricity in: by the lift from its
 * source (air, brine 5 K below the ground, or groundwater of 5 °C) to its sink (radiators 40 °C − outdoors, a heated
 * floor 30 °C − ½ outdoors, hot water 50 °C). Temperatures in °C.
 */
export function coefficientOfPerformance(at: {
  readonly source: HeatSource
  readonly sink: HeatSink
  readonly outdoorC: number
  readonly groundC: number
}): number {
  const { source, sink, outdoorC, groundC } = at
  const sourceC = source === 'air' ? outdoorC : source === 'ground' ? groundC - BRINE_K : GROUNDWATER_C
  const sinkC = sink === 'radiator' ? 40 - outdoorC : sink === 'floor' ? 30 - outdoorC / 2 : HOT_WATER_C
  const liftK = Math.max(LIFT_LEAST_K, sinkC - sourceC)
  const [a, b, c] = CURVES[source]
  return REAL_SHARE * (a + b * liftK + c * liftK ** 2)
}
