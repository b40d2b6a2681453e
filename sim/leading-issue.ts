import { SchemaIssue } from 'effect'

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

/** What is wrong with a value that came from outside: where, and what would be right there. */
export interface LeadingIssue {
  readonly path: readonly PropertyKey[]
  readonly expected: string
}

/** The first thing wrong; of the forms a value may have, in the one that it comes closest to. */
export function leadingIssue(issue: SchemaIssue.Issue, path: readonly PropertyKey[] = []): LeadingIssue {
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

/** What stands at a path, as it is shown to people. */
export function valueAt(json: unknown, path: readonly PropertyKey[]): string {
  let value = json
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key]
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80)
}
