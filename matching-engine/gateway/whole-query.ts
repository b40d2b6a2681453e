import { Effect } from 'effect'
import { HttpProblem } from './problems.ts'

/** A whole number of a query. Fails with BAD_QUERY where it is none, is out of bounds, or is missing and has no `unset`. */
export function wholeQuery<Unset = never>(
  query: URLSearchParams,
  field: string,
  bounds: { readonly least: number; readonly most: number; readonly unset?: Unset },
): Effect.Effect<number | Unset, HttpProblem> {
  const { least, most } = bounds
  const given = query.get(field)
  if (given === null && 'unset' in bounds) return Effect.succeed(bounds.unset as Unset)
  const value = given !== null && /^-?\d{1,16}$/.test(given) ? Number(given) : Number.NaN
  if (value >= least && value <= most) return Effect.succeed(value)
  const found = given === null ? 'nothing' : JSON.stringify(given.slice(0, 50))
  return Effect.fail(
    new HttpProblem({
      code: 'BAD_QUERY',
      detail: `${field} is a whole number from ${least} to ${most}, not ${found}`,
      field,
    }),
  )
}
