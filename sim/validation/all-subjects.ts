import { batteries } from './batteries.ts'
import { cars } from './cars.ts'
import { europeanFeeder } from './european-feeder.ts'
import { radialFeeders, unbalancedFeeders } from './feeder-subjects.ts'
import { gridFees } from './grid-fees.ts'
import { heatPumps } from './heat-pumps.ts'
import { loadProfiles } from './load-profiles.ts'
import { marketEfficiency } from './market-efficiency.ts'
import { pilotVillage } from './pilot-village.ts'
import { plannedDay } from './planned-day.ts'
import { priceBooks } from './price-books.ts'
import { rateRamps } from './rate-ramps.ts'
import { savings } from './savings.ts'
import { selfSufficiency } from './self-sufficiency.ts'
import { sharedLosses } from './shared-losses.ts'
import { storage } from './storage.ts'
import { streetStatistics } from './street-statistics.ts'
import { sun } from './sun.ts'
import type { ValidationSubject } from './validation-subject.ts'

/** Everything the simulator is held to, computed when it is asked for: the wires, the homes, the market, the figures. */
export const allSubjects: readonly (() => ValidationSubject | Promise<ValidationSubject>)[] = [
  europeanFeeder,
  radialFeeders,
  unbalancedFeeders,
  sharedLosses,
  sun,
  batteries,
  plannedDay,
  cars,
  heatPumps,
  loadProfiles,
  streetStatistics,
  marketEfficiency,
  rateRamps,
  gridFees,
  priceBooks,
  savings,
  selfSufficiency,
  storage,
  pilotVillage,
]
