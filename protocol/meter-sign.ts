import { Schema } from 'effect'

/**
 * Which way round a meter's numbers are taken: as its profile says; power and both counters turned, as when it is wired
 * the other way round; or the power alone, where its counters are right.
 */
export const MeterSign = Schema.Literals(['as-is', 'turned', 'power-turned'])
export type MeterSign = typeof MeterSign.Type
