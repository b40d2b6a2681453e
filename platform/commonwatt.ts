import { Command } from 'effect/cli'
import { bench } from './commands/bench.ts'
import { match } from './commands/match.ts'
import { meter } from './commands/meter.ts'
import { powerflow } from './commands/powerflow.ts'
import { replay } from './commands/replay.ts'
import { simWorker } from './commands/sim-worker.ts'
import { simulate } from './commands/simulate.ts'
import { start } from './commands/start.ts'
import { sweep } from './commands/sweep.ts'
import { verify } from './commands/verify.ts'
import { runCommandLine } from './run-command-line.ts'

runCommandLine(
  Command.make('commonwatt').pipe(
    Command.withDescription('A street sells itself its own electricity.'),
    Command.withSubcommands([start, simulate, sweep, simWorker, match, powerflow, meter, replay, verify, bench]),
  ),
)
