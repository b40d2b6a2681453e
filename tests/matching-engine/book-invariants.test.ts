import fc from 'fast-check'
import { describe, it, vi } from 'vitest'
import { BadCommand } from '#matching-engine/match-protocol/bad-command.ts'
import { MatchSession } from '#matching-engine/match-protocol/match-session.ts'
import { BookAudit } from './book-audit.ts'
import { COMMANDS, commandStream, ndjson, STREAMS } from './command-stream.ts'
import type { Command, Output } from './naive/command.ts'

vi.setConfig({ testTimeout: 30_000 + COMMANDS })

function audit(commands: readonly Command[]): void {
  const config = commands[0]?.op === 'config' ? commands[0] : ({ op: 'config' } as const)
  const session = new MatchSession()
  const send = (command: Command): Output => JSON.parse(JSON.stringify(session.line(JSON.stringify(command))))
  const auditor = new BookAudit(config)
  for (const [index, command] of commands.entries()) {
    try {
      const answer = send(command)
      const after = {
        ...send({ op: 'book' }),
        ...(config.risk === true ? { ...send({ op: 'book' }), ...send({ op: 'balances' }) } : {}),
      }
      auditor.follow(command, answer, after)
    } catch (error) {
      if (!(error instanceof BadCommand)) {
        throw new Error(
          `line ${index + 1}: ${JSON.stringify(command)}: ${error instanceof Error ? error.message : error}`,
        )
      }
    }
  }
}

describe('after every command of any stream', () => {
  it('the book is not crossed, every unit of energy and money is accounted for, and reserves are what orders need', () => {
    const run = fc.check(fc.property(commandStream, audit), { numRuns: STREAMS, seed: 20260729 })
    if (run.failed) {
      const [commands] = run.counterexample ?? [[]]
      throw new Error(`${run.errorInstance}\nThe stream, for \`commonwatt match\`:\n${ndjson(commands)}\n`)
    }
  })
})
