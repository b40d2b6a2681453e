import { Effect } from 'effect'
import type { AttachFailure, AttachRefusal } from '#matching-engine/index.ts'

/** Why a meter does not go with what is there: by its code, in words, and about which field or by which error inside. */
export const refusal = (
  code: AttachRefusal,
  detail: string,
  about: { readonly field?: string; readonly error?: string | undefined } = {},
): AttachFailure => {
  const { field, error } = about
  return {
    is: 'refused',
    code,
    detail,
    ...(field === undefined ? {} : { field }),
    ...(error === undefined ? {} : { error }),
  }
}

export const refuse = (code: AttachRefusal, detail: string, field?: string): Effect.Effect<never, AttachFailure> =>
  Effect.fail(refusal(code, detail, field === undefined ? {} : { field }))
