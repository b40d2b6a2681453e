import { Result, Schema, SchemaIssue } from 'effect'
import { Scenario } from './scenario.ts'
import { ScenarioRefused } from './scenario-refused.ts'

const decode = Schema.decodeUnknownResult(Scenario)
const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

/** A scenario from the text of its file. Throws ScenarioRefused, naming the first field that is wrong. */
export function decodeScenario(source: { readonly file: string; readonly text: string }): Scenario {
  const { file, text } = source
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new ScenarioRefused({ file, field: '', value: `${(error as Error).message}`, expected: 'JSON' })
  }
  const decoded = decode(json, { errors: 'all', onExcessProperty: 'error' })
  if (Result.isSuccess(decoded)) return decoded.success
  const { path, expected } = leadingIssue(decoded.failure.issue, [])
  throw new ScenarioRefused({ file, field: path.join('.'), value: valueAt(json, path), expected })
}

interface Found {
  readonly path: readonly PropertyKey[]
  readonly expected: string
}

/** The first thing wrong; of the forms a value may have, in the one that it comes closest to. */
function leadingIssue(issue: SchemaIssue.Issue, path: readonly PropertyKey[]): Found {
  if (issue._tag === 'Pointer') return leadingIssue(issue.issue, [...path, ...issue.path])
  if (issue._tag === 'Composite') return leadingIssue(issue.issues[0], path)
  if (issue._tag === 'AnyOf') {
    const [closest] = issue.issues.toSorted((one, other) => strangeKeys(one) - strangeKeys(other))
    if (closest !== undefined) return leadingIssue(closest, path)
  }
  if (issue._tag === 'MissingKey') return { path, expected: 'a value' }
  if (issue._tag === 'UnexpectedKey') return { path, expected: `no such field${knownFields(issue)}` }
  const [first] = formatIssue(issue).issues
  const inner = (first?.path ?? []) as readonly PropertyKey[]
  return { path: [...path, ...inner], expected: (first?.message ?? 'another value').replace(/^Expected /, '') }
}

/** How many keys are missing or unknown: the less, the more likely this form was meant. */
function strangeKeys(issue: SchemaIssue.Issue): number {
  if (issue._tag === 'MissingKey' || issue._tag === 'UnexpectedKey') return 1
  if (issue._tag === 'Pointer') return strangeKeys(issue.issue)
  if (issue._tag === 'Composite') return issue.issues.reduce((sum, inner) => sum + strangeKeys(inner), 0)
  return issue._tag === 'InvalidType' ? 1 : 0
}

function knownFields(issue: SchemaIssue.UnexpectedKey): string {
  if (issue.ast._tag !== 'Objects') return ''
  const names = issue.ast.propertySignatures.map((property) => String(property.name))
  return ` (there are ${names.join(', ')})`
}

function valueAt(json: unknown, path: readonly PropertyKey[]): string {
  let value = json
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key]
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80)
}
