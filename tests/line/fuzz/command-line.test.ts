import { NodeServices } from '@effect/platform-node'
import { Effect, Exit } from 'effect'
import { CliError, CliOutput, Command } from 'effect/cli'
import { describe, it } from 'vitest'
import { BadInput } from '#platform/bad-input.ts'
import { match } from '#platform/commands/match.ts'
import { meter } from '#platform/commands/meter.ts'
import { replay } from '#platform/commands/replay.ts'
import { start } from '#platform/commands/start.ts'
import { verify } from '#platform/commands/verify.ts'
import { throughDoor } from './door.ts'
import { fuzzing, noDefect } from './fuzzing.ts'

fuzzing()

describe('the command line', () => {
  const quiet = CliOutput.layerPresenter({ present: () => Effect.void })
  const nothing = () => Effect.void
  const root = Command.make('commonwatt').pipe(
    Command.withSubcommands([
      start.pipe(Command.withHandler(nothing)),
      match.pipe(Command.withHandler(nothing)),
      meter,
      replay.pipe(Command.withHandler(nothing)),
      verify,
    ]),
  )
  const parse = Command.runWith(root, { version: '0' })
  const words = [
    'start',
    'match',
    'meter',
    'read',
    'replay',
    'verify',
    'receipt',
    'audit',
    '--homes',
    '--speed',
    '--port',
    '--data',
    '--config',
    '--json',
  ]
  const values = [
    '3',
    '-1',
    '1e3',
    'NaN',
    '0x10',
    '99999999999999999999',
    '',
    '-',
    '--',
    '=',
    'true',
    '--homes=4',
    '--help=1',
  ]

  it('takes arguments, or refuses them as bad usage', async () => {
    await throughDoor({
      door: 'flags',
      send: async (input) => {
        const given = Array.from({ length: input.below(7) }, (_, at) =>
          at === 0 && input.chance(0.8)
            ? input.pick(words)
            : input.pick([input.pick(words), input.pick(values), input.text(12)]),
        ).filter((word) => !word.includes('\0') && !['--completions', '--wizard'].includes(word))
        const exit = await Effect.runPromiseExit(parse(given).pipe(Effect.provide([NodeServices.layer, quiet])))
        noDefect(exit)
        if (Exit.isFailure(exit)) {
          const { reasons } = exit.cause
          if (
            !reasons.every(
              (reason) =>
                reason._tag === 'Fail' && (CliError.isCliError(reason.error) || reason.error instanceof BadInput),
            )
          )
            throw new Error(`${JSON.stringify(given)}: ${String(exit.cause)}`)
        }
      },
    })
  })
})
