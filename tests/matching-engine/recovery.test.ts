import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventLog } from '#matching-engine/event-log/event-log.ts'
import { openMemoryEventLog } from '#matching-engine/event-log/memory.ts'
import { openSqliteEventLog } from '#matching-engine/event-log/sqlite-event-log.ts'
import { stateHash } from '#matching-engine/state-hash.ts'
import type { Outcome } from '#protocol/messages.ts'
import { move, type Step, scriptOf } from './random-script.ts'
import { Home, NOW_MS, openOver, orderIdOf, run } from './rose-street.ts'

/** Runs a script on a log, reopening the engine from the log before the steps named in `killedBefore`. */
const played = Effect.fnUntraced(function* (script: readonly Step[], log: EventLog, killedBefore: readonly number[]) {
  let neighbourhood = yield* openOver(log)
  const outcomes: Outcome[] = []
  for (const [index, { messages, nowMs }] of script.entries()) {
    if (killedBefore.includes(index)) {
      const hash = stateHash(neighbourhood.street)
      neighbourhood = yield* openOver(log)
      expect(stateHash(neighbourhood.street)).toBe(hash)
    }
    outcomes.push(...(yield* neighbourhood.submit(messages, nowMs)))
  }
  return { outcomes, hash: stateHash(neighbourhood.street), street: neighbourhood.street }
})

const everyStep = Array.from({ length: 60 }, (_, index) => index)

describe('an engine killed and reopened', () => {
  it('has the same state and goes on as if nothing had happened, whatever the moment', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(move, { minLength: 15, maxLength: 45 }),
        fc.oneof(fc.array(fc.nat(45), { minLength: 1, maxLength: 6 }), fc.constant(everyStep)),
        async (moves, kills) => {
          const script = scriptOf(moves)
          const inMemory = (killedBefore: readonly number[]) =>
            run(Effect.flatMap(openMemoryEventLog(), (log) => played(script, log, killedBefore)))
          const untouched = await inMemory([])
          const killed = await inMemory(kills.map((kill) => kill % script.length))
          expect(killed.outcomes).toEqual(untouched.outcomes)
          expect(killed.hash).toBe(untouched.hash)
        },
      ),
      { numRuns: 25, seed: 7, endOnFailure: true },
    ))

  it('still knows what is filled, what is post-only, what has expired and what was ever there', () =>
    run(
      Effect.gen(function* () {
        const [anna, ben] = [new Home('anna'), new Home('ben')]
        const bid = anna.order({ nonce: 70, energyWh: 100, postOnly: true })
        const brief = anna.order({ nonce: 71, timeInForce: 'GTD', expiresAtMs: NOW_MS + 1_000, priceEurPerMWh: 1 })
        const killed = ben.order({ timeInForce: 'FOK', energyWh: 9_000 })
        const messages = [
          anna.enrolment(),
          ben.enrolment(),
          bid,
          brief,
          killed,
          ben.order({ side: 'sell', energyWh: 40 }), // fills part of the bid
          ben.order({ side: 'sell', priceEurPerMWh: 300 }),
          anna.order({ ...bid.body, replaces: 70, nonce: 72, priceEurPerMWh: 300 }), // would cross
          anna.order({ ...bid.body, replaces: 70, nonce: 73, energyWh: 90 }), // leaves 50
          ben.order({ side: 'sell', energyWh: 80, timeInForce: 'IOC' }),
          ben.cancel(orderIdOf(killed)),
          anna.cancel(orderIdOf(ben.order())),
        ]
        const script: Step[] = messages.map((message) => ({ messages: [message], nowMs: NOW_MS }))
        script.push({ messages: [anna.cancel(orderIdOf(brief))], nowMs: NOW_MS + 1_000 })
        for (const kill of script.keys()) {
          const { outcomes, street } = yield* played(script, yield* openMemoryEventLog(), [kill])
          expect(outcomes.slice(7).map((outcome) => (outcome.accepted ? 'taken' : outcome.code))).toEqual([
            'POST_ONLY_WOULD_CROSS',
            'taken',
            'taken',
            'NOT_OPEN',
            'UNKNOWN_ORDER',
            'NOT_OPEN',
          ])
          expect(street.tape.map(({ trade }) => trade.energyWh)).toEqual([40, 50])
        }
      }),
    ))

  it('in every slot as much is sold as bought, and paid as received', () =>
    fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 20, maxLength: 40 }), async (moves) => {
        const { street } = await run(Effect.flatMap(openMemoryEventLog(), (log) => played(scriptOf(moves), log, [])))
        for (const { positions, trades, tradedWh, tradedMicroEur, phase, openOrders } of street.slots.values()) {
          const sum = { boughtWh: 0, soldWh: 0, paidMicroEur: 0, receivedMicroEur: 0 }
          for (const position of positions.values()) {
            sum.boughtWh += position.boughtWh
            sum.soldWh += position.soldWh
            sum.paidMicroEur += position.paidMicroEur
            sum.receivedMicroEur += position.receivedMicroEur
          }
          expect(sum).toEqual({
            boughtWh: tradedWh,
            soldWh: tradedWh,
            paidMicroEur: tradedMicroEur,
            receivedMicroEur: tradedMicroEur,
          })
          expect(trades === 0).toBe(tradedWh === 0)
          if (phase !== 'continuous') expect(openOrders.size).toBe(0)
        }
      }),
      { numRuns: 10, seed: 11 },
    ))

  it('keeps its books in the SQLite file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'commonwatt-recovery-'))
    try {
      const file = join(directory, 'log.sqlite')
      const [anna, ben] = [new Home('anna'), new Home('ben')]
      const opened = Effect.flatMap(openSqliteEventLog(file), (log) => openOver(log))
      const before = await run(
        Effect.gen(function* () {
          const neighbourhood = yield* opened
          const orders = [anna.order({ energyWh: 100 }), ben.order({ energyWh: 100 })]
          yield* neighbourhood.submit([anna.enrolment(), ben.enrolment(), ...orders], NOW_MS)
          return stateHash(neighbourhood.street)
        }),
      )
      await run(
        Effect.gen(function* () {
          const neighbourhood = yield* opened
          expect(stateHash(neighbourhood.street)).toBe(before)
          yield* neighbourhood.submit([ben.order({ side: 'sell', energyWh: 150 })], NOW_MS)
          const traded = neighbourhood.street.tape.map(({ trade }) => [trade.buyer, trade.energyWh])
          expect(traded).toEqual([
            [anna.account, 100],
            [ben.account, 50],
          ])
        }),
      )
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})
