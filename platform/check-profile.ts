import { Console, Data, Effect } from 'effect'
import { lintProfile, loadProfile, profileJson, runProfileTests } from '#meter-agent/index.ts'
import { BadInput } from './bad-input.ts'

/** A profile makes other values of its tests' registers than they expect; which ones stands on stdout. */
export class ProfileTestsFailed extends Data.TaggedError('ProfileTestsFailed')<{
  readonly profile: string
  readonly values: number
}> {
  override get message(): string {
    return `profile ${this.profile}: ${this.values} ${this.values === 1 ? 'value is' : 'values are'} not as its tests expect`
  }
}

const refuse = (error: { readonly message: string }) => Effect.fail(new BadInput({ detail: error.message }))

/** Prints everything that is wrong with a profile, a line each. Fails with BadInput if anything is. */
export const lintProfileFile = Effect.fnUntraced(function* (nameOrFile: string) {
  const json = yield* profileJson(nameOrFile).pipe(Effect.catchTag('BadProfile', refuse))
  const faults = lintProfile(nameOrFile, json)
  for (const { field, expected, value } of faults) {
    yield* Console.log(`${field === '' ? '(all of it)' : field}: expected ${expected}, not ${value}`)
  }
  if (faults.length > 0) {
    const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`
    return yield* new BadInput({ detail: `profile ${nameOrFile} has ${count}` })
  }
  yield* Console.log(`${nameOrFile}: nothing is wrong`)
})

/** Runs the tests of a profile and prints what differs. Fails with ProfileTestsFailed, or BadInput if it is no profile. */
export const testProfileFile = Effect.fnUntraced(function* (nameOrFile: string) {
  const profile = yield* loadProfile(nameOrFile).pipe(Effect.catchTag('BadProfile', refuse))
  const unexpected = runProfileTests(profile)
  const tests = [
    ...profile.tests.map(({ name, expected }) => ({ name, size: `${Object.keys(expected).length} values` })),
    ...(('control' in profile ? profile.control?.tests : null) ?? []).map(({ name, expected }) => ({
      name,
      size: `${expected.length} writes`,
    })),
  ]
  for (const { name, size } of tests) {
    const differing = unexpected.filter(({ test }) => test === name)
    yield* Console.log(`${differing.length === 0 ? 'ok  ' : 'FAIL'} ${name} (${size})`)
    for (const { value, expected, actual } of differing) {
      const came = actual === undefined ? 'nothing has this name' : `it is ${JSON.stringify(actual)}`
      yield* Console.log(`     ${value}: expected ${JSON.stringify(expected)}, ${came}`)
    }
  }
  if (unexpected.length > 0) {
    return yield* new ProfileTestsFailed({ profile: nameOrFile, values: unexpected.length })
  }
})
