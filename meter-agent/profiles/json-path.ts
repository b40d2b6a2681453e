/** A singular query of RFC 9535: `$`, then `.name`, `['name']` or `[n]`, each leading to one value at most. */
export const JSON_PATH = {
  pattern: /^\$(?:\.[A-Za-z_][A-Za-z0-9_]{0,63}|\['[^'\\\]]{1,64}'\]|\[[0-9]{1,4}\]){0,16}$/u,
  message: `a path like "$.ENERGY.Total", "$['em:0'].voltage" or "$" for the whole payload`,
}

const STEP = /\.([A-Za-z_][A-Za-z0-9_]*)|\['([^']*)'\]|\[([0-9]+)\]/g

/** What stands at a path of a JSON document; undefined where nothing does. */
export function atJsonPath(json: unknown, path: string): unknown {
  let value = json
  for (const [, name, quoted, index] of path.matchAll(STEP)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) !== (index !== undefined)) return undefined
    const key = name ?? quoted ?? index ?? ''
    if (!Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}
