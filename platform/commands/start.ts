import { Effect, Option, Record } from 'effect'
import { Command, Flag } from 'effect/cli'
import { BadInput } from '../bad-input.ts'
import { readSettings } from '../settings/read-settings.ts'
import { flagOf, type Setting, type SettingName, settings } from '../settings/settings.ts'

/** A setting's flag takes what has its shape; whether it can be is checked for all sources alike. */
function flag(name: SettingName, setting: Setting): Flag.Flag<Option.Option<unknown>> {
  const limits = 'least' in setting ? `, ${setting.least} to ${setting.most}` : ''
  const about = Flag.withDescription(`${setting.about}${limits} (${setting.unset})`)
  const spelled = flagOf(name)
  switch (setting.kind) {
    case 'whole':
      return Flag.Int(spelled).pipe(about, Flag.optional)
    case 'number':
      return Flag.Finite(spelled).pipe(about, Flag.optional)
    case 'choice':
      return Flag.Literals(spelled, setting.of).pipe(about, Flag.optional)
    case 'text':
    case 'url':
    case 'path':
      return Flag.String(spelled).pipe(Flag.withMetavar(setting.metavar), about, Flag.optional)
  }
}

const flags = {
  ...Record.map(settings, (setting: Setting, name) => flag(name, setting)),
  config: Flag.String('config').pipe(
    Flag.withMetavar('FILE'),
    Flag.withDescription('any of these settings as JSON; flags and COMMONWATT_… variables go before it'),
    Flag.optional,
  ),
  replay: Flag.Boolean('replay').pipe(
    Flag.withDefault(false),
    Flag.withDescription(
      'opens the page on what --data has recorded, and nothing else: nothing lives, nothing is written',
    ),
  ),
  with: Flag.String('with').pipe(
    Flag.withMetavar('DIR'),
    Flag.withDescription('with --replay: a second recorded folder, to compare'),
    Flag.optional,
  ),
}

export const start = Command.make('start', flags, ({ config, replay, with: beside, ...given }) =>
  Effect.gen(function* () {
    const chosen = yield* Effect.try({
      try: () =>
        readSettings({
          flags: Record.map(given, Option.getOrUndefined),
          environment: process.env,
          file: Option.getOrUndefined(config),
        }),
      catch: (error) => (error instanceof BadInput ? error : new BadInput({ detail: String(error) })),
    })
    if (replay) {
      const { replayRuns } = yield* Effect.promise(() => import('../replay-runs.ts'))
      return yield* replayRuns(chosen, Option.getOrUndefined(beside))
    }
    if (Option.isSome(beside)) return yield* new BadInput({ detail: '--with is for --replay: name both, or neither' })
    // Loaded when it is needed: other commands shall not wait for chain and devices.
    const { startStreet } = yield* Effect.promise(() => import('../start-street.ts'))
    return yield* startStreet(chosen)
  }),
).pipe(Command.withDescription('A neighbourhood from nothing: devices, agents, market, chain and page in one process.'))
