/** Where two values begin to differ. */
export interface Difference {
  /** `order.body.energyWh`, empty if it is the whole value */
  readonly path: string
  readonly expected: string
  readonly got: string
}

/** The first field in which `got` is not `expected`, or null; keys in the order of `expected`, then what is too much. */
export function firstDifference(expected: unknown, got: unknown, path = ''): Difference | null {
  if (Object.is(expected, got)) return null
  if (!isObject(expected) || !isObject(got) || Array.isArray(expected) !== Array.isArray(got)) {
    return { path, expected: shown(expected), got: shown(got) }
  }
  for (const key of new Set([...Object.keys(expected), ...Object.keys(got)])) {
    const below = firstDifference(expected[key], got[key], path === '' ? key : `${path}.${key}`)
    if (below !== null) return below
  }
  return null
}

const SHOWN_LENGTH = 200

/** A value in a message: short. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : written(value)
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text
}

function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return 'something that is nested too deeply to be shown'
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
