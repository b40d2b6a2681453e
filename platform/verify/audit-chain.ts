import { Effect } from 'effect'
import {
  type BuiltBatch,
  type ChainFailure,
  type ChainReader,
  neighbourhoodIdOf,
  VaultLedger,
} from '#contracts/index.ts'
import { auditCredits } from './audit-credits.ts'
import type { AuditedLog } from './audited-log.ts'
import { type Evidence, unreadableChain } from './evidence.ts'
import { ProofFailed } from './proof-failed.ts'
import { proving } from './proving.ts'
import { batchOnChain, type LoggedPlace } from './transaction-step.ts'

type Hex = `0x${string}`

/** An account as it was rebuilt, and as the chain has it. */
interface AccountAudit {
  readonly name: string
  readonly account: Hex
  readonly balanceMicroEur: number
  /** sold − bought in final batches */
  readonly positionWh: number
  /** credits it holds */
  readonly creditsWh: number
}

/** What the chain confirmed. */
export interface ChainAudit {
  readonly source: string
  readonly block: number
  readonly batches: { readonly proposed: number; readonly final: number }
  readonly credits: { readonly mintedWh: number; readonly retiredWh: number; readonly unclaimedWh: number }
  readonly accounts: readonly AccountAudit[]
}

/** Holds batches, balances and credits, rebuilt from the log, against the chain. Fails with ProofFailed where they differ. */
export const auditChain = (evidence: Evidence, log: AuditedLog): Effect.Effect<ChainAudit, ProofFailed> =>
  Effect.gen(function* () {
    const { chain, node } = evidence
    yield* checkDeployment(evidence, log)
    const id = neighbourhoodIdOf(node.neighbourhood)
    const { batches, final } = yield* auditBatches(evidence, log)
    const ledger = yield* rebuiltLedger(chain.reader, id, batches)
    const { accounts, ...credits } = yield* auditCredits(chain.reader, batches, final)
    const names = new Map<Hex, string>([...log.homes, [node.supplier, 'supplier'], [node.grid, 'grid']])
    return {
      source: chain.source,
      block: chain.block,
      batches: { proposed: batches.length, final },
      credits,
      accounts: yield* Effect.forEach(names, ([account, name]) =>
        Effect.gen(function* () {
          yield* compare(
            `vault balance of ${name} ${account}`,
            ledger.balanceOf(account),
            chain.reader.balanceOf(account),
          )
          yield* compare(
            `withdrawal of ${name} ${account}`,
            ledger.lockedOf(account),
            chain.reader.withdrawalOf(account),
          )
          const positions = batches.slice(0, final).flatMap(({ movements }) => movements)
          const positionWh = positions.reduce((sum, move) => sum + (move.account === account ? move.positionWh : 0), 0)
          const creditsWh = accounts.get(account) ?? 0
          return { name, account, balanceMicroEur: ledger.balanceOf(account), positionWh, creditsWh }
        }),
      ),
    }
  }).pipe(Effect.catchTag('ChainFailure', (failure: ChainFailure) => Effect.fail(unreadableChain(failure))))

/**
 * Goes through the batches that the chain has, each made again from the log, and gives them. The log was read after the
 * chain was pinned, so it may tell of later ones.
 */
const auditBatches = ({ chain, node }: Evidence, log: AuditedLog) =>
  Effect.gen(function* () {
    const id = neighbourhoodIdOf(node.neighbourhood)
    const isThere = (logged: LoggedPlace | undefined) => logged !== undefined && logged.event.place.block <= chain.block
    const failed = (place: string, expected: string, got: string) =>
      new ProofFailed({ step: 'chain', place, expected, got })
    const batches: BuiltBatch[] = []
    let final = 0
    for (let number = 1; ; number++) {
      const place = `chain batch ${number}`
      if ((yield* chain.reader.batchOf(id, number)) === null) {
        if (isThere(log.proposed[number])) return yield* failed(place, 'the batch that the log tells of', 'none')
        return { batches, final }
      }
      // What the chain took last, a node that was killed has not told its log.
      const built = log.batches[number - 1] ?? (yield* proving({ step: 'chain', place }, () => log.rebuild(number)))
      if (built === null) return yield* failed(place, 'a batch of slots that are settling in the log', 'one of others')
      const logged = { proposed: log.proposed[number], final: log.final[number] }
      const { state } = yield* batchOnChain('chain', chain, { built, logged })
      if (state === 'final') final = number
      else if (isThere(logged.final)) return yield* failed(`${place} isFinal`, 'true, as logged', 'false')
      batches.push(built)
    }
  })

/** The log is of this chain and of this deployment, and both have the same window. */
const checkDeployment = ({ chain, node }: Evidence, { opened }: AuditedLog) =>
  Effect.gen(function* () {
    const windowSeconds = yield* chain.reader.disputeWindowSeconds
    for (const [place, expected, got] of [
      ['node.json neighbourhood', opened?.neighbourhood, node.neighbourhood],
      ['node.json addresses.settlement', opened?.domain.verifyingContract, node.addresses.settlement],
      ['chain id', opened?.domain.chainId, chain.reader.chainId],
      ['chain dispute window', Math.ceil((opened?.rules.disputeWindowMs ?? 0) / 1000), windowSeconds],
    ] as const) {
      if (expected !== got) {
        return yield* new ProofFailed({ step: 'chain', place, expected: String(expected), got: String(got) })
      }
    }
  })

/** Every balance from the vault's own events, the movements of final batches being those made from the log. */
const rebuiltLedger = (reader: ChainReader, neighbourhood: Hex, batches: readonly BuiltBatch[]) =>
  Effect.gen(function* () {
    const ledger = new VaultLedger()
    for (const event of yield* reader.vaultEvents) {
      switch (event.type) {
        case 'Deposited':
          ledger.deposit(event.account, event.amountMicroEur)
          break
        case 'WithdrawalRequested':
          ledger.requestWithdrawal(event.account, event.amountMicroEur)
          break
        case 'Withdrawn':
          ledger.claimWithdrawal(event.account)
          break
        case 'BatchFinalized': {
          const { number, place } = event
          const built = event.neighbourhood === neighbourhood ? batches[number - 1] : undefined
          if (built === undefined) {
            const where = `chain transaction ${place.transaction}`
            const got = `batch ${number} of ${event.neighbourhood}`
            return yield* new ProofFailed({ step: 'balances', place: where, expected: 'batches of this log only', got })
          }
          const where = `chain transaction ${place.transaction}`
          yield* proving({ step: 'balances', place: where }, () =>
            ledger.apply(built.movements, built.proposal.backstop),
          )
        }
      }
    }
    return ledger
  })

const compare = (place: string, expected: number, reading: Effect.Effect<number, ChainFailure>) =>
  Effect.flatMap(reading, (got) =>
    got === expected
      ? Effect.void
      : Effect.fail(new ProofFailed({ step: 'balances', place, expected: `${expected} µEUR`, got: `${got} µEUR` })),
  )
