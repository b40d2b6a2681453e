import { Effect } from 'effect'
import { BadInput } from './bad-input.ts'

/** Whatever fails, said as what the user gave. */
export const asInput = <A, E extends { readonly message: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.mapError(effect, (error) => (error instanceof BadInput ? error : new BadInput({ detail: error.message })))

/** Another home has the name, or this one had other keys. */
export const nameTaken = (home: string) =>
  new BadInput({
    detail: `--home ${home}: there is a home of this name; take another, or the --data with its keys`,
  })

/** The address of a street, without what may stand behind it. */
export const gatewayOf = (text: string): Effect.Effect<string, BadInput> => {
  const url = URL.canParse(text) ? new URL(text) : null
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href && url.port !== '0'
  if (isPlain) return Effect.succeed(url.origin)
  const given = url === null || url.password === '' ? text : 'with a password'
  return Effect.fail(
    new BadInput({
      detail: `--gateway ${given}: the address of a street and nothing behind it: http://127.0.0.1:4800`,
    }),
  )
}
