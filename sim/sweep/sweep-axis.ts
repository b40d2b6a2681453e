import { ScenarioRefused } from '../scenario/scenario-refused.ts'

/** One thing that a sweep varies: a field of the scenario by its path, or `seed`, `homes` or `days`. */
export interface SweepAxis {
  readonly field: string
  readonly values: readonly unknown[]
}

/** How many values one axis may have. */
const VALUES_MAX = 10_000

/**
 * An axis from its text, `FIELD=VALUE,VALUE,…`: each value JSON where it is, else text, and `FROM..TO` whole numbers,
 * both included. Throws ScenarioRefused.
 */
export function parseAxis(text: string): SweepAxis {
  const equals = text.indexOf('=')
  const [field, list] = [text.slice(0, equals), text.slice(equals + 1)]
  if (equals < 1 || list === '') return refuse(text, 'FIELD=VALUE,VALUE,… such as seed=1..10')
  const values = list.split(',').flatMap((value) => {
    const range = /^(-?\d{1,15})\.\.(-?\d{1,15})$/.exec(value)
    if (range === null) return [jsonOrText(value)]
    const [from, to] = [Number(range[1]), Number(range[2])]
    if (to < from || to - from >= VALUES_MAX) return refuse(text, `a range upwards, of at most ${VALUES_MAX} values`)
    return Array.from({ length: to - from + 1 }, (_, index) => from + index)
  })
  if (values.length > VALUES_MAX) return refuse(text, `at most ${VALUES_MAX} values`)
  if (values.includes('')) return refuse(text, 'a value between all commas')
  return { field, values }
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function refuse(text: string, expected: string): never {
  throw new ScenarioRefused({ file: '--over', field: '', value: text.slice(0, 80), expected })
}
