import { Data, Result, Schema, SchemaIssue } from 'effect'

/** A profile that cannot be used: which file or name, which field, what stood there, what would be right. */
export class BadProfile extends Data.TaggedError('BadProfile')<{
  readonly profile: string
  /** `grid.powerW.unit`, or empty for the whole profile */
  readonly field: string
  readonly value: string
  readonly expected: string
}> {
  override get message(): string {
    const place = this.field === '' ? '' : `${this.field}: `
    return printable(`profile ${this.profile}: ${place}expected ${this.expected}, not ${this.value}`)
  }
}

/** Characters of a value and of a field that a message repeats: the profile may be hostile. */
const LONGEST_VALUE = 80
const LONGEST_FIELD = 160

/** What the schema says in words of its own. */
const WORDING: Readonly<Record<string, string>> = {
  'Missing key': 'a value',
  'Expected no excess property': 'no field of this name',
}

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

/** Reads JSON by a schema: the profile, or everything that is wrong with it. `name` is what refusals call it. */
export function readBySchema<A>(
  schema: Schema.Codec<A, unknown>,
  { name, json }: { readonly name: string; readonly json: unknown },
): Result.Result<A, readonly [BadProfile, ...BadProfile[]]> {
  const decoded = Schema.decodeUnknownResult(schema)(json, { errors: 'all', onExcessProperty: 'error' })
  if (Result.isSuccess(decoded)) return Result.succeed(decoded.success)
  const [first, ...others] = formatIssue(decoded.failure.issue).issues.map((issue) => {
    const path = (issue.path ?? []).map((key) => (typeof key === 'object' ? key.key : key))
    return new BadProfile({
      profile: name,
      field: printable(path.join('.')).slice(0, LONGEST_FIELD),
      value: valueAt(json, path),
      expected: WORDING[issue.message] ?? issue.message.replace(/^Expected /, ''),
    })
  })
  if (first === undefined) throw new Error('a schema refused without a reason')
  return Result.fail([first, ...others])
}

/** What stands at a path of a JSON document, in so few words that it can be part of a message. */
export function valueAt(json: unknown, path: readonly PropertyKey[]): string {
  let value = json
  for (const key of path) {
    const there = typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    value = there ? (value as Record<PropertyKey, unknown>)[key] : undefined
  }
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  return typeof value === 'object' && value !== null ? 'an object' : JSON.stringify(value).slice(0, LONGEST_VALUE)
}

/** A terminal obeys control characters, and those of a profile are a stranger's. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, '\ufffd')
