import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** A key as it is named on the command line: a URI stays as it is, anything else is the path of a file. */
export const keyUriOf = (named: string): string =>
  /^[a-z][a-z0-9+.-]+:/i.test(named) ? named : pathToFileURL(resolve(named)).href
