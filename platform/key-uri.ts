import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect } from 'effect'
import { BadInput } from './bad-input.ts'

/** A key as a flag names it: a URI stays as it is, anything else is the path of a file. BadInput where it names none. */
export const keyUriOf = (flag: string, named: string): Effect.Effect<string, BadInput> => {
  if (named.trim() === '') return Effect.fail(new BadInput({ detail: `${flag}: names no file` }))
  return Effect.succeed(/^[a-z][a-z0-9+.-]+:/i.test(named) ? named : pathToFileURL(resolve(named)).href)
}
