/** What can be written canonically: no floats, no undefined, no exotic objects. */
export type Canonical =
  | null
  | boolean
  | number
  | string
  | readonly Canonical[]
  | { readonly [key: string]: Canonical | undefined }

/**
 * One spelling for one value (RFC 8785, restricted to integers): keys sorted by UTF-16 code units, no spaces.
 * Keys whose value is undefined are left out. Throws RangeError on a number that is not a safe integer.
 */
export function canonicalJson(value: Canonical): string {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError(`canonical JSON holds safe integers only, not ${value}`)
    return Object.is(value, -0) ? '0' : String(value)
  }
  if (typeof value === 'string') return quoted(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const record = value as { readonly [key: string]: Canonical | undefined }
  let members = ''
  for (const key of Object.keys(record).sort()) {
    const member = record[key]
    if (member === undefined) continue
    members += `${members === '' ? '' : ','}${quoted(key)}:${canonicalJson(member)}`
  }
  return `{${members}}`
}

/** Printable ASCII but the quote and the backslash: what stands for itself. Nearly all that is written is of that kind. */
const isPlain = /^[ !#-[\]-~]*$/

const quoted = (text: string): string => (isPlain.test(text) ? `"${text}"` : JSON.stringify(text))

/** The canonical bytes (UTF-8) of a value: what is hashed. */
export function canonicalBytes(value: Canonical): Uint8Array {
  return new TextEncoder().encode(canonicalJson(value))
}
