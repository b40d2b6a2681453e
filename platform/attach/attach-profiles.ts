import { Effect } from 'effect'
import { builtInProfiles } from '#meter-agent/index.ts'
import type { AttachProfile } from '#protocol/attach.ts'

/** What needs no profile of its own. */
const STANDARDS: readonly AttachProfile[] = [
  { name: 'sunspec', title: 'SunSpec: a meter that describes itself', speaks: 'modbus' },
  { name: 'p1', title: "P1 port of a utility's smart meter", speaks: 'p1' },
]

const all = Effect.map(builtInProfiles, (profiles): readonly AttachProfile[] => [
  ...STANDARDS,
  ...profiles.filter(({ settles }) => settles).map(({ name, title, speaks }) => ({ name, title, speaks })),
])

/** How a meter can be read that settles a home: standards, and the profiles that come with the agent. Read once. */
export const attachProfiles: Effect.Effect<readonly AttachProfile[]> = Effect.runSync(Effect.cached(all))
