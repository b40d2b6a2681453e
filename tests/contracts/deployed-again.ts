import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { JOURNAL_FILE, type JournalEntry } from '#contracts/chain/journal.ts'
import { connectRpc } from '#contracts/chain/viem.ts'
import { type Deployment, deploy, startLocalChain } from '#contracts/index.ts'

type Hex = `0x${string}`

/** What was deployed, and the signed transactions that did it, in order. */
interface Recorded {
  readonly deployment: Deployment
  readonly transactions: readonly Hex[]
}

const recorded = new Map<number, Promise<Recorded>>()

/**
 * Deploys on a fresh local chain what Ignition has deployed on another one: the same transactions by the same account
 * have the same contracts at the same addresses. Ignition takes a second for that, which hundreds of tests need not
 * wait for; where it keeps a folder it runs itself, as `local-chain.test.ts` has it.
 */
export const deployAgain = (rpcUrl: string, disputeWindowSeconds: number): Effect.Effect<Deployment, Error> =>
  Effect.gen(function* () {
    const first = recorded.get(disputeWindowSeconds) ?? Effect.runPromise(recordDeployment(disputeWindowSeconds))
    recorded.set(disputeWindowSeconds, first)
    first.catch(() => recorded.delete(disputeWindowSeconds))
    const { deployment, transactions } = yield* Effect.promise(() => first)
    const { broadcast } = yield* connectRpc(rpcUrl)
    for (const [index, raw] of transactions.entries()) {
      const { is } = yield* broadcast(raw)
      if (is !== 'taken') return yield* Effect.fail(new Error(`transaction ${index + 1} of the deployment is ${is}`))
    }
    return deployment
  })

/** By the journal of a chain of its own. */
const recordDeployment = (disputeWindowSeconds: number): Effect.Effect<Recorded, Error> =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), 'commonwatt-deployment-'))),
    (dataDir) =>
      Effect.gen(function* () {
        const clock = { nowMs: () => 1_800_000_000_000, speed: 1 }
        const { rpcUrl, operatorKey } = yield* startLocalChain({ clock, dataDir })
        const deployment = yield* deploy({ rpcUrl, operatorKey, disputeWindowSeconds })
        const [, ...entries] = readFileSync(join(dataDir, JOURNAL_FILE), 'utf8').trimEnd().split('\n')
        return { deployment, transactions: entries.map((line) => (JSON.parse(line) as JournalEntry).raw) }
      }).pipe(Effect.scoped),
    (dataDir) => Effect.sync(() => rmSync(dataDir, { recursive: true, force: true })),
  )
