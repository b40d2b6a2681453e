import { Effect } from 'effect'
import { ProofFailed } from './proof-failed.ts'

/**
 * Runs a part of a proof that throws ProofFailed. Whatever else it throws is a record, at this place, that makes no
 * sense: somebody else wrote it.
 */
export const proving = <A>(
  { step, place }: { readonly step: string; readonly place: string },
  prove: () => A,
): Effect.Effect<A, ProofFailed> =>
  Effect.try({
    try: prove,
    catch: (cause) => {
      if (cause instanceof ProofFailed) return cause
      const got = cause instanceof Error ? cause.message : String(cause)
      return new ProofFailed({ step, place, expected: 'records that make sense', got })
    },
  })
