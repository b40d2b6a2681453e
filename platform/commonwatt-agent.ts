import { Command } from 'effect/cli'
import { commandsAtHome } from './commands/meter-at-home.ts'
import { runCommandLine } from './run-command-line.ts'

// The agent by itself, as `npm run agent-package` writes it: what is reached from here by imports, and nothing else.
runCommandLine(
  Command.make('commonwatt').pipe(
    Command.withDescription("A home's agent: reads its meter, signs, and trades for it in its neighbourhood."),
    Command.withSubcommands([
      Command.make('meter').pipe(
        Command.withDescription("One home's hardware."),
        Command.withSubcommands([...commandsAtHome]),
      ),
    ]),
  ),
)
