import { Effect } from 'effect'
import {
  type BuiltBatch,
  type ChainFailure,
  type Counterparties,
  partInOrder,
  termsHashOf,
  termsOf,
  VaultLedger,
} from '#contracts/index.ts'
import { laterRules } from '#protocol/later-rules.ts'
import type { ChainPlace } from '#protocol/market-event.ts'
import { auditCredits } from './audit-credits.ts'
import { auditDevices, type DevicesAudit } from './audit-devices.ts'
import { openSetAsideAudit, type SetAsideAudit } from './audit-set-aside.ts'
import { auditToldDevices } from './audit-told-devices.ts'
import { AuditedFunds } from './audited-funds.ts'
import type { AuditedLog } from './audited-log.ts'
import { type Evidence, unreadableChain } from './evidence.ts'
import { counterpartiesOf } from './node-file.ts'
import type { PinnedChain } from './open-chain.ts'
import { ProofFailed } from './proof-failed.ts'
import { proving } from './proving.ts'
import { rememberedRegistry } from './remembered-registry.ts'
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
  readonly devices: DevicesAudit
  readonly credits: { readonly mintedWh: number; readonly retiredWh: number; readonly unclaimedWh: number }
  readonly accounts: readonly AccountAudit[]
}

/** Holds batches, balances and credits, rebuilt from the log, against the chain. Fails with ProofFailed where they differ. */
export const auditChain = (evidence: Evidence, log: AuditedLog): Effect.Effect<ChainAudit, ProofFailed> =>
  Effect.gen(function* () {
    const { node } = evidence
    const chain = { ...evidence.chain, registry: rememberedRegistry(evidence.chain.registry) }
    yield* checkDeployment(evidence, log)
    const { p256Verifier } = node.addresses
    const setAside = yield* openSetAsideAudit(chain, { p256Verifier, opened: log.opened })
    const { batches, final } = yield* auditBatches(evidence, log, setAside)
    yield* checkTerms(chain, log, batches)
    const ledger = yield* rebuiltLedger(chain, counterpartiesOf(node), { batches, funds: log.funds })
    yield* compare('bond of the operator', ledger.bondMicroEur, chain.reader.bond)
    const devices = yield* auditDevices(chain, { batches, log, p256Verifier })
    yield* auditToldDevices(chain, { log, p256Verifier })
    for (const built of batches) {
      const deliveries = log.deliveriesOf(built.header.number) ?? built.deliveries
      yield* setAside.check({ built, deliveries })
    }
    const { accounts, ...credits } = yield* auditCredits(chain.reader, batches, final)
    const { supplier, grid, fund } = counterpartiesOf(node)
    // In this order: where no fund is named, the supplier stands for it.
    const names = new Map<Hex, string>([...log.homes, [fund, 'fund'], [supplier, 'supplier'], [grid, 'grid']])
    return {
      source: chain.source,
      block: chain.block,
      batches: { proposed: batches.length, final },
      devices,
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
          const positionWh = ledger.positionOf(account)
          yield* compare(`position of ${name} ${account}`, positionWh, chain.reader.positionOf(account), 'Wh')
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
const auditBatches = ({ chain }: Evidence, log: AuditedLog, setAside: SetAsideAudit) =>
  Effect.gen(function* () {
    const isThere = (logged: LoggedPlace | undefined) => logged !== undefined && logged.event.place.block <= chain.block
    const failed = (place: string, expected: string, got: string) =>
      new ProofFailed({ step: 'chain', place, expected, got })
    const batches: BuiltBatch[] = []
    let final = 0
    for (let number = 1; ; number++) {
      const place = `chain batch ${number}`
      const there = yield* chain.reader.batchOf(number)
      if (there === null) {
        if (isThere(log.proposed[number])) return yield* failed(place, 'the batch that the log tells of', 'none')
        return { batches, final }
      }
      // What the chain took last, a node that was killed has not told its log.
      const untold = log.batches[number - 1] === undefined ? log.deliveriesOf(number) : null
      const judged = untold === null ? undefined : yield* setAside.judged(untold)
      if (judged === null) return yield* failed(place, 'no estimates that the log does not tell of', 'such a batch')
      const rebuilt = () => log.rebuild({ ...there.header, setAside: judged })
      const built = log.batches[number - 1] ?? (yield* proving({ step: 'chain', place }, rebuilt))
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

/** What the chain lets the bills of the last batch follow are the terms that the log was begun with. */
const checkTerms = ({ reader }: PinnedChain, { opened }: AuditedLog, batches: readonly BuiltBatch[]) =>
  Effect.gen(function* () {
    if (opened === null) return
    const expected = termsHashOf(termsOf({ ...laterRules, ...opened.rules }))
    const got = yield* reader.termsHashAt(batches.at(-1)?.header.lastSlot ?? 0)
    if (got !== expected) return yield* new ProofFailed({ step: 'chain', place: 'chain terms', expected, got })
  })

/**
 * Every balance from the vault's own events, the movements of applied parts being those made from the log; what the log
 * told of balances meanwhile is held against it.
 */
const rebuiltLedger = (
  { reader }: PinnedChain,
  counterparties: Counterparties,
  { batches, funds }: { readonly batches: readonly BuiltBatch[]; readonly funds: AuditedLog['funds'] },
) =>
  Effect.gen(function* () {
    const ledger = new VaultLedger(counterparties)
    const told = new AuditedFunds(funds)
    const seats = yield* reader.seats
    let partsApplied = 0
    let movedBlock = 0
    const checkTold = () => proving({ step: 'balances', place: 'log' }, () => told.checkAt(movedBlock, ledger))
    const book = (number: number, place: ChainPlace) => {
      const built = batches[number - 1]
      const where = `chain transaction ${place.transaction}`
      if (built === undefined) {
        return Effect.fail(
          new ProofFailed({ step: 'balances', place: where, expected: 'batches of this log', got: `batch ${number}` }),
        )
      }
      return proving({ step: 'balances', place: where }, () => {
        const { homes, counterparties: opposite } = partInOrder(built, partsApplied++, seats)
        ledger.apply(homes, opposite)
      })
    }
    for (const event of yield* reader.vaultEvents) {
      if (event.place.block > movedBlock) yield* checkTold()
      movedBlock = event.place.block
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
        case 'Escaped':
          ledger.escape(event.account)
          break
        case 'BondPosted':
          ledger.moveBond(event.amountMicroEur)
          break
        case 'BondReturned':
        case 'BondSlashed':
          ledger.moveBond(-event.amountMicroEur)
          break
        case 'PartApplied':
          yield* book(event.number, event.place)
          break
        case 'PartSkipped':
          partsApplied++
          break
        case 'Applied':
          // Of several parts, each has said so already.
          if (partsApplied === 0) yield* book(event.number, event.place)
          partsApplied = 0
      }
    }
    yield* checkTold()
    // What the chain did since it was looked at, the log may tell of: that it cannot be known yet is no fault.
    const headBlock = yield* reader.blockNumber
    yield* proving({ step: 'balances', place: 'log' }, () => told.checkEnd(headBlock))
    return ledger
  })

const compare = (place: string, expected: number, reading: Effect.Effect<number, ChainFailure>, unit = 'µEUR') =>
  Effect.flatMap(reading, (got) =>
    got === expected
      ? Effect.void
      : Effect.fail(
          new ProofFailed({ step: 'balances', place, expected: `${expected} ${unit}`, got: `${got} ${unit}` }),
        ),
  )
