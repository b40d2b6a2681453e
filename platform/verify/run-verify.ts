import { Console, Effect, Option } from 'effect'
import { loadAccountKey } from '#meter-agent/index.ts'
import { BadInput } from '../bad-input.ts'
import { keyUriOf } from '../key-uri.ts'
import { progressLine } from '../progress-line.ts'
import { audit } from './audit.ts'
import { openEvidence } from './evidence.ts'
import { auditText, receiptText } from './print.ts'
import { type Failure, ProofFailed } from './proof-failed.ts'
import { verifyReceipt } from './verify-receipt.ts'

/** Where the records are, and how to print what they prove. */
interface VerifyFlags {
  readonly data: string
  readonly rpc: Option.Option<string>
  readonly confirmations: Option.Option<number>
  readonly json: boolean
}

const evidenceOf = ({ data, rpc, confirmations }: VerifyFlags) =>
  openEvidence({
    data,
    rpcUrl: Option.getOrUndefined(rpc),
    confirmations: Option.getOrUndefined(confirmations),
  })

/** Prints the receipt of a trade. Fails with ProofFailed if it does not hold, with BadInput if there is no such trade. */
export const runReceipt = (given: VerifyFlags & { readonly trade: string }) =>
  Effect.gen(function* () {
    const receipt = yield* verifyReceipt(yield* evidenceOf(given), given.trade)
    yield* Console.log(given.json ? JSON.stringify(receipt) : receiptText(receipt))
    yield* failOn(receipt.failure)
  }).pipe(unreadable(given), Effect.scoped)

/** Prints the audit of a street. Fails with ProofFailed at the first difference. */
export const runAudit = (given: VerifyFlags & { readonly archive: Option.Option<string> }) =>
  Effect.gen(function* () {
    const openWith = Option.isNone(given.archive) ? undefined : yield* archiveKeyOf(given.archive.value)
    const line = progressLine()
    line.part('opening log and chain')
    const found = yield* evidenceOf(given).pipe(
      Effect.flatMap((evidence) =>
        audit(evidence, {
          onEvent: (sequence) => line.done('events done again', sequence, evidence.lastSequence),
          onChain: () => line.part('comparing with the chain'),
          openWith,
        }),
      ),
      Effect.ensuring(Effect.sync(line.clear)),
    )
    yield* Console.log(given.json ? JSON.stringify(found) : auditText(found))
    yield* failOn(found.failure)
  }).pipe(unreadable(given), Effect.scoped)

const archiveKeyOf = (named: string) =>
  Effect.flatMap(keyUriOf('--archive', named), loadAccountKey).pipe(
    Effect.mapError(({ message }) => new BadInput({ detail: `--archive: ${message.replace(/^--archive: /, '')}` })),
  )

/** Records that cannot even be opened are a document, too. */
const unreadable = ({ json }: VerifyFlags) =>
  Effect.tapError((error: unknown) =>
    json && error instanceof ProofFailed && !error.printed
      ? Console.log(JSON.stringify({ holds: false, failure: error.facts }))
      : Effect.void,
  )

const failOn = (failure: Failure | null) =>
  failure === null ? Effect.void : Effect.fail(new ProofFailed({ ...failure, printed: true }))
