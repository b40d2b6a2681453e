import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { serveGateway } from '#matching-engine/gateway/serve-gateway.ts'
import type { ChainPort } from '#matching-engine/gateway/transaction-route.ts'
import type { ChainTransaction } from '#protocol/chain-transaction.ts'
import { endMs, NOW_MS, rules, run, SLOT, streetWith, ZERO_HASH } from './rose-street.ts'

const clock = { nowMs: () => NOW_MS, speed: 1 }
const transaction = `0x${'7'.repeat(64)}` as const
const other = `0x${'8'.repeat(64)}` as const
const seen: ChainTransaction = {
  ...{ transaction, block: 5, status: 'success', timeMs: NOW_MS },
  ...{ gasUsed: 93_974, call: 'Settlement.propose' },
}
const hashes = { tradesRoot: ZERO_HASH, statementsRoot: ZERO_HASH, billsRoot: ZERO_HASH, creditsRoot: ZERO_HASH }
const heads = { termsHash: ZERO_HASH, logHead: ZERO_HASH, archiveHash: ZERO_HASH }
const totals = {
  ...{ trades: 0, tradedWh: 0, tradedMicroEur: 0, localChargeMicroEur: 0, importWh: 0, exportWh: 0 },
  ...{ coveredWh: 0, costMicroEur: 0, costWithoutMarketMicroEur: 0, creditsWh: 0 },
}

/** A street with a batch that `transaction` has proposed, and its gateway. */
const asking = (chain: ChainPort | undefined, asked: string) =>
  run(
    Effect.gen(function* () {
      const { neighbourhood, anna, ben } = yield* streetWith({ rules: { ...rules, slotsPerBatch: 1 } })
      yield* neighbourhood.submit([anna.statement(), ben.statement()], endMs(SLOT))
      const batch = { number: 1, firstSlot: SLOT, lastSlot: SLOT, ...hashes, ...heads, totals }
      const place = { transaction, block: 5 }
      yield* neighbourhood.record({ type: 'BatchProposed', timeMs: endMs(SLOT), batch, place })
      const options = { neighbourhood, clock, host: '127.0.0.1', port: 0 }
      const { url } = yield* serveGateway(chain === undefined ? options : { ...options, chain })
      return yield* Effect.promise(async () => {
        await (await fetch(`${url}/api/v1/transactions/${asked}`)).text()
        const response = await fetch(`${url}/api/v1/transactions/${asked}`)
        return { status: response.status, json: await response.json() }
      })
    }),
  )

describe('what the chain says of a transaction', () => {
  it('is told of one that a batch names, and the chain is asked once, and for no other', async () => {
    const asked: string[] = []
    const chain: ChainPort = {
      transactionSeen: (hash) => {
        asked.push(hash)
        return Effect.succeed(seen)
      },
    }
    expect(await asking(chain, transaction)).toEqual({ status: 200, json: seen })
    expect(await asking(chain, other)).toMatchObject({ status: 404, json: { code: 'NOT_FOUND' } })
    expect(asked).toEqual([transaction])
  })

  it('is nothing while no block holds it, or where there is no chain; and a silent chain is said', async () => {
    const nothing = { status: 404, json: { code: 'NOT_FOUND' } }
    expect(await asking({ transactionSeen: () => Effect.succeed(null) }, transaction)).toMatchObject(nothing)
    expect(await asking(undefined, transaction)).toMatchObject(nothing)
    let questions = 0
    const silent: ChainPort = {
      transactionSeen: () =>
        Effect.suspend(() => {
          questions++
          return Effect.fail({ message: 'nobody answers' })
        }),
    }
    expect(await asking(silent, transaction)).toMatchObject({ status: 503, json: { code: 'CHAIN_SILENT' } })
    // Asked twice within the time after which a page may ask again.
    expect(questions).toBe(1)
  })
})
