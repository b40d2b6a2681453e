import { join } from 'node:path'
import { Console, Effect } from 'effect'
import { serveRuns } from '#matching-engine/index.ts'
import { BadInput } from './bad-input.ts'
import { freePort } from './free-port.ts'
import { logging } from './logging.ts'
import { prepare } from './prepare.ts'
import { recordedRuns } from './recorded-runs.ts'
import type { SettingName, Settings } from './settings/settings.ts'

const HOST = '127.0.0.1'
const DEFAULT_PORT = 4_800

/** What makes sense beside `--replay`: the rest says how a street is to live. */
const ALLOWED: readonly SettingName[] = ['data', 'names', 'port', 'logFormat', 'logLevel']

/**
 * Opens the page on what one folder, or two, have recorded, and serves it until it is interrupted: no devices, no chain,
 * and nothing is written. Fails with BadInput on what cannot be used.
 */
export const replayRuns = (given: Settings, beside: string | undefined) =>
  Effect.provide(openAndServe(given, beside), logging(given))

const openAndServe = Effect.fnUntraced(function* (given: Settings, beside: string | undefined) {
  const needless = (Object.keys(given) as SettingName[]).find((name) => !ALLOWED.includes(name))
  if (needless !== undefined) {
    return yield* new BadInput({ detail: `--replay shows what was recorded; leave ${needless} out` })
  }
  if (given.data === undefined) {
    const right = "--data with the folder of 'start --data' or 'simulate --out'"
    return yield* new BadInput({ detail: `--replay needs ${right}` })
  }
  yield* Effect.try({ try: () => prepare(['page']), catch: (error) => error })
  const { names = 'numbers' } = given
  const first = yield* recordedRuns(given.data, { flag: '--data', names })
  const second = beside === undefined ? [] : yield* recordedRuns(beside, { flag: '--with', names })
  const twin = second.find(({ log }) => first.some((of) => of.log === log))
  if (twin !== undefined) {
    const detail = `--with ${beside}: it holds the same run as --data ${given.data}; name another to compare with`
    return yield* new BadInput({ detail })
  }
  const runs = [...first, ...second]
  for (const [run, history] of runs.entries()) {
    const { name, homes, lastSequence } = history.describe(run)
    yield* Effect.logInfo(`run ${run}: ${name}, ${homes} homes, ${lastSequence} events`)
  }
  const { url } = yield* serveRuns({
    runs,
    host: HOST,
    port: given.port ?? (yield* freePort({ host: HOST, port: DEFAULT_PORT })),
    pageDir: join(import.meta.dirname, '../ui/dist'),
  })
  yield* Console.log(`Commonwatt: ${runs.map((history, run) => history.describe(run).name).join(' and ')} at ${url}`)
  return yield* Effect.never
}, Effect.scoped)
