import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { BadCommand } from '#matching-engine/match-protocol/bad-command.ts'
import { MatchSession } from '#matching-engine/match-protocol/match-session.ts'
import { COMMANDS, commandStream, ndjson, STREAMS } from './command-stream.ts'
import type { Command, Output } from './naive/command.ts'
import { NaiveBadCommand, NaiveBook } from './naive/naive-book.ts'

vi.setConfig({ testTimeout: 30_000 + COMMANDS })

const bad = 'no command'

function throughSession(session: MatchSession, command: Command): Output | typeof bad {
  try {
    return JSON.parse(JSON.stringify(session.line(JSON.stringify(command))))
  } catch (error) {
    if (error instanceof BadCommand) return bad
    throw error
  }
}

function throughNaiveBook(book: NaiveBook, command: Command): Output | typeof bad {
  try {
    return JSON.parse(JSON.stringify(book.take(command)))
  } catch (error) {
    if (error instanceof NaiveBadCommand) return bad
    throw error
  }
}

/** Throws an Error that shows both answers where they first differ. */
function compare(commands: readonly Command[], seen: Set<string>): void {
  const session = new MatchSession()
  const naive = new NaiveBook()
  const hasAccounts = commands[0]?.op === 'config' && commands[0].risk === true
  const questions: readonly Command[] = hasAccounts ? [{ op: 'book' }, { op: 'balances' }] : [{ op: 'book' }]
  for (const [index, command] of [...commands, ...questions].entries()) {
    const expected = throughNaiveBook(naive, command)
    const found = throughSession(session, command)
    if (!isDeepStrictEqual(found, expected)) {
      const line = `line ${index + 1}: ${JSON.stringify(command)}`
      throw new Error(`${line}\nthe book:       ${JSON.stringify(found)}\nthe naive book: ${JSON.stringify(expected)}`)
    }
    for (const what of reached(command, expected)) seen.add(what)
  }
}

/** What a line shows of the rules: its answer, the states it led to, and what an order that was taken brought. */
function reached(command: Command, output: Output | typeof bad): readonly string[] {
  if (output === bad) return [bad]
  const states = Object.values(output.orders).map(([status]) => status)
  if (output.error !== undefined) return [output.error, ...states]
  const trades = output.trades.length > 0 ? [`${command.op} trades`] : []
  if (command.op !== 'new') return [...states, ...trades]
  const { type, tif = 'GTC', stp = 'no stp' } = command
  const fields = (['display', 'postOnly', 'zone', 'source', 'premium'] as const).filter((name) => name in command)
  const cascade = output.trades.some(([, taker]) => taker !== command.id) ? ['stop fires'] : []
  return [...states, ...trades, ...cascade, ...fields, type, tif, stp]
}

describe('any stream of commands', () => {
  it('gets the same answers from the book as from the naive book, line by line', () => {
    const seen = new Set<string>()
    const run = fc.check(
      fc.property(commandStream, (commands) => compare(commands, seen)),
      { numRuns: STREAMS, seed: 20260728 },
    )
    if (run.failed) {
      const [commands] = run.counterexample ?? [[]]
      throw new Error(`${run.errorInstance}\nThe stream, for \`commonwatt match\`:\n${ndjson(commands)}\n`)
    }
    // The streams are worth something only if they reach every answer, state and kind of order there is.
    expect([...seen].sort()).toEqual(
      [
        ...[bad, 'open', 'pending', 'filled', 'cancelled', 'expired', 'rejected'],
        ...['DUPLICATE_ID', 'INVALID_SIDE', 'INVALID_QTY', 'INVALID_PRICE', 'NOT_TRADING', 'NOT_ALLOWED_IN_CALL'],
        ...['ALREADY_EXPIRED', 'POST_ONLY_WOULD_CROSS', 'UNKNOWN_ORDER', 'NOT_OPEN'],
        ...['INSUFFICIENT_FUNDS', 'INSUFFICIENT_ENERGY'],
        ...['limit', 'market', 'stop', 'GTC', 'GTD', 'IOC', 'FOK'],
        ...['no stp', 'cancel-taker', 'cancel-maker', 'cancel-both', 'decrement'],
        ...['display', 'postOnly', 'zone', 'source', 'premium'],
        ...['new trades', 'amend trades', 'uncross trades', 'phase trades', 'stop fires'],
      ].sort(),
    )
  })

  it('gets the same bytes when it is replayed', () => {
    fc.assert(
      fc.property(commandStream, (commands) => {
        const [one, two] = [new MatchSession(), new MatchSession()]
        for (const command of commands) {
          expect(JSON.stringify(throughSession(two, command))).toBe(JSON.stringify(throughSession(one, command)))
        }
      }),
      { numRuns: 10, seed: 1 },
    )
  })
})
