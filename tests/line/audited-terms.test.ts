import { Effect, Stream } from 'effect'
import { describe, expect, it } from 'vitest'
import { termsHashOf, termsOf } from '#contracts/index.ts'
import { auditChain } from '#platform/verify/audit-chain.ts'
import { AuditedLog } from '#platform/verify/audited-log.ts'
import { openChain } from '#platform/verify/open-chain.ts'
import { defaultMarketRules, type MarketRules } from '#protocol/market-rules.ts'
import { fund, grid, home, supplier, terms } from '../contracts/deliveries.ts'
import { run, testChain } from '../contracts/on-chain.ts'

const name = 'lime-street'
const agreed: MarketRules = { ...defaultMarketRules, disputeWindowMs: 3_600_000, ...terms }
const dearer: MarketRules = { ...agreed, protocolFeeBp: terms.protocolFeeBp + 1 }

/** Where an audit of a log that was begun with these rules fails against a chain that has the agreed terms; null: nowhere. */
const failureOf = (rules: MarketRules) =>
  run(
    Effect.gen(function* () {
      const { chain, deployment } = yield* testChain()
      const { addresses, chainId } = deployment
      const { rpcUrl } = chain
      const node = { format: 3, neighbourhood: name, rpcUrl, chain: 'local', addresses, supplier, grid, fund } as const
      const log = new AuditedLog({ folder: '', node, archiveKey: null })
      const domain = { name: 'Commonwatt', version: '1', chainId, verifyingContract: addresses.settlement } as const
      const opened = { type: 'NeighbourhoodOpened', timeMs: 0, neighbourhood: name, rules, domain } as const
      log.take({ sequence: 1, event: { ...opened, operator: home(998) } })
      const pinned = yield* openChain({ folder: '', node, rpcUrl, confirmations: 0 })
      const evidence = { folder: '', node, archiveKey: null, chain: pinned, events: Stream.empty, lastSequence: 1 }
      return yield* Effect.match(auditChain(evidence, log), {
        onSuccess: () => null,
        onFailure: ({ facts }) => facts,
      })
    }),
  )

describe('the terms that the chain has of a street', () => {
  it('are held against those that its log was begun with', async () => {
    const failure = await failureOf(dearer)
    const [expected, got] = [dearer, agreed].map((rules) => termsHashOf(termsOf(rules)))
    expect(failure).toMatchObject({ step: 'chain', place: 'chain terms', expected, got })
  })

  it('may be the same', async () => {
    // The test's operator has a bond of its own, and no deposits: nothing else differs either.
    expect(await failureOf(agreed)).toBeNull()
  })
})
