import { Effect, Option } from 'effect'
import { Argument, Command } from 'effect/cli'

export const match = Command.make(
  'match',
  {
    file: Argument.String('file').pipe(
      Argument.withDescription('order commands, one JSON object a line; - or nothing is standard input'),
      Argument.optional,
    ),
  },
  ({ file }) =>
    Effect.tryPromise({
      try: async () => (await import('../match-lines.ts')).matchLines(Option.getOrElse(file, () => '-')),
      catch: (error) => error,
    }),
).pipe(Command.withDescription('Runs order commands (NDJSON) through one order book and prints what each did.'))
