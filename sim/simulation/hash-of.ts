import { hash } from 'node:crypto'
import { type Canonical, canonicalJson } from '#protocol/canonical-json.ts'

/** SHA-256 (hex) of a value's one spelling: keys sorted, a number that is not whole as the shortest text that is it. */
export function hashOf(value: unknown): string {
  return hash('sha256', canonicalJson(spelled(value)))
}

function spelled(value: unknown): Canonical {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return String(value)
  if (Array.isArray(value)) return value.map(spelled)
  if (typeof value !== 'object' || value === null) return value as Canonical
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, spelled(member)]))
}
