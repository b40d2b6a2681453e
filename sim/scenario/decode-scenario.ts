import { Result, Schema } from 'effect'
import { leadingIssue, valueAt } from '../leading-issue.ts'
import { Scenario } from './scenario.ts'
import { ScenarioRefused } from './scenario-refused.ts'

const decode = Schema.decodeUnknownResult(Scenario)

/** A scenario from the text of its file. Throws ScenarioRefused, naming the first field that is wrong. */
export function decodeScenario(source: { readonly file: string; readonly text: string }): Scenario {
  const { file, text } = source
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new ScenarioRefused({
      file,
      field: '',
      value: `text that is none: ${(error as Error).message}`,
      expected: 'JSON',
    })
  }
  const decoded = decode(json, { errors: 'all', onExcessProperty: 'error' })
  if (Result.isSuccess(decoded)) return decoded.success
  const { path, expected } = leadingIssue(decoded.failure.issue)
  throw new ScenarioRefused({ file, field: path.join('.'), value: valueAt(json, path), expected })
}
