import { Command } from 'effect/cli'
import { commandsAtHome } from './meter-at-home.ts'
import { emulate } from './meter-emulate.ts'

export const meter = Command.make('meter').pipe(
  Command.withDescription("One home's hardware."),
  Command.withSubcommands([...commandsAtHome, emulate]),
)
