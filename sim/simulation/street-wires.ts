import type { Effect } from 'effect'
import type { PictureGrid } from '#protocol/picture/picture.ts'
import { feederTree } from '../grid/feeder-tree.ts'
import { type StreetKind, streetFeeder } from '../grid/feeders/street-feeder.ts'
import { pictureGrid } from '../grid/picture-grid.ts'
import type { SimulatedStreet } from '../scenario/build-street.ts'
import { readScenario, scenarioFiles } from '../scenario/load-scenario.ts'
import { refusable, type ScenarioRefused } from '../scenario/scenario-refused.ts'
import { gridOf } from './grid-of.ts'
import { termsOf } from './terms-of.ts'

/** Up to so many homes a street without wires of its own is a village, beyond a suburb. */
const VILLAGE_HOMES_MAX = 60

/** The wires that a street is drawn with: its scenario's, or where that has none, those of a street of its size. */
export function streetWires(
  street: SimulatedStreet,
  scenarioFile?: string,
): Effect.Effect<PictureGrid, ScenarioRefused> {
  return refusable(() => {
    const { homes } = street
    const scenario = scenarioFile === undefined ? undefined : readScenario(scenarioFile)
    if (scenarioFile === undefined || scenario?.grid === undefined) return usualWires(homes.length)
    const place = { file: scenarioFile, homes, read: scenarioFiles(scenarioFile).read }
    const { mechanism } = termsOf(scenario.market, street.tariff)
    return gridOf(scenario.grid, { ...place, mechanism }).grid?.picture() ?? usualWires(homes.length)
  })
}

function usualWires(homes: number): PictureGrid {
  const kind: StreetKind = homes <= VILLAGE_HOMES_MAX ? 'village' : 'suburb'
  return pictureGrid([{ tree: feederTree(streetFeeder({ kind, homes }), { file: kind }), homes }])
}
