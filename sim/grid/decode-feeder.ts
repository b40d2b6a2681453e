import { Result, Schema } from 'effect'
import { leadingIssue, valueAt } from '../leading-issue.ts'
import { Feeder } from './feeder.ts'
import { FeederRefused } from './feeder-refused.ts'

const decode = Schema.decodeUnknownResult(Feeder)

/** A feeder from the text of its file. Throws FeederRefused, naming the first field that is wrong. */
export function decodeFeeder(source: { readonly file: string; readonly text: string }): Feeder {
  const { file, text } = source
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new FeederRefused({ file, field: '', value: (error as Error).message, expected: 'JSON' })
  }
  const decoded = decode(json, { onExcessProperty: 'error' })
  if (Result.isSuccess(decoded)) return decoded.success
  const { path, expected } = leadingIssue(decoded.failure.issue)
  throw new FeederRefused({ file, field: path.join('.'), value: valueAt(json, path), expected })
}
