import { Console, Effect, Option } from 'effect'
import { audit } from './audit.ts'
import { openEvidence } from './evidence.ts'
import { auditText, receiptText } from './print.ts'
import { type Failure, ProofFailed } from './proof-failed.ts'
import { verifyReceipt } from './verify-receipt.ts'

/** Where the records are, and how to print what they prove. */
interface VerifyFlags {
  readonly data: string
  readonly rpc: Option.Option<string>
  readonly json: boolean
}

/** How often progress is shown on a terminal, in events. */
const PROGRESS_EVERY = 500

const evidenceOf = ({ data, rpc }: VerifyFlags) => openEvidence({ data, rpcUrl: Option.getOrUndefined(rpc) })

/** Prints the receipt of a trade. Fails with ProofFailed if it does not hold, with BadInput if there is no such trade. */
export const runReceipt = (given: VerifyFlags & { readonly trade: string }) =>
  Effect.gen(function* () {
    const receipt = yield* verifyReceipt(yield* evidenceOf(given), given.trade)
    yield* Console.log(given.json ? JSON.stringify(receipt) : receiptText(receipt))
    yield* failOn(receipt.failure)
  }).pipe(unreadable(given), Effect.scoped)

/** Prints the audit of a street. Fails with ProofFailed at the first difference. */
export const runAudit = (given: VerifyFlags) =>
  Effect.gen(function* () {
    const found = yield* audit(yield* evidenceOf(given), progress())
    yield* Console.log(given.json ? JSON.stringify(found) : auditText(found))
    yield* failOn(found.failure)
  }).pipe(unreadable(given), Effect.scoped)

/** Records that cannot even be opened are a document, too. */
const unreadable = ({ json }: VerifyFlags) =>
  Effect.tapError((error: unknown) =>
    json && error instanceof ProofFailed && !error.printed
      ? Console.log(JSON.stringify({ holds: false, failure: error.facts }))
      : Effect.void,
  )

const failOn = (failure: Failure | null) =>
  failure === null ? Effect.void : Effect.fail(new ProofFailed({ ...failure, printed: true }))

/** A line on stderr that writes itself over; nothing off a terminal. */
function progress(): (sequence: number) => void {
  if (!process.stderr.isTTY) return () => {}
  const startMs = performance.now()
  return (sequence) => {
    if (sequence % PROGRESS_EVERY !== 0) return
    const perSecond = Math.round((sequence * 1000) / (performance.now() - startMs))
    process.stderr.write(`\r${sequence} events done again, ${perSecond} a second\u001b[K`)
  }
}
