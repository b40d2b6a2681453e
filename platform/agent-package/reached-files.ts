import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, normalize } from 'node:path'

/** What an entry needs to run. */
interface Reached {
  /** files of ours, as paths from the root, in order */
  readonly files: readonly string[]
  /** packages that are imported, by name */
  readonly packages: readonly string[]
}

const statement = /(?:^|[\n;])\s*(?:import|export)\s(?!type\b)(?:[^'"`;]*?\sfrom\s*)?['"]([^'"]+)['"]/g
const dynamic = /\bimport\s*\(\s*['"]([^'"]+)['"]/g
/** A file or folder that is read when the program runs, named from where its source stands. */
const besides = /\bimport\.meta\.dirname,\s*'([^']+)'/g

/**
 * Everything that is reached from some files by imports that remain when types are stripped, also by those that are only
 * made when they are needed, and the JSON in folders that a file names beside itself. Throws where an import leads to no
 * file.
 */
export function reachedFiles(root: string, entries: readonly string[]): Reached {
  const files = new Set<string>()
  const packages = new Set<string>()
  const reach = (file: string): void => {
    if (files.has(file) || file === 'package.json') return
    files.add(file)
    if (!/\.(?:ts|mjs)$/.test(file)) return
    const code = readFileSync(join(root, file), 'utf8')
      .replaceAll(/\/\*[\s\S]*?\*\//g, '')
      .replaceAll(/(^|\s)\/\/.*$/gm, '$1')
    for (const [, specifier = ''] of [...code.matchAll(statement), ...code.matchAll(dynamic)]) {
      if (specifier.startsWith('#')) reach(specifier.slice(1))
      else if (specifier.startsWith('.')) reach(normalize(join(dirname(file), specifier)))
      else if (!specifier.startsWith('node:')) packages.add(packageOf(specifier))
    }
    for (const [, place = ''] of code.matchAll(besides)) {
      const beside = normalize(join(dirname(file), place))
      if (beside !== '.' && existsSync(join(root, beside))) for (const data of jsonIn(root, beside)) files.add(data)
    }
  }
  for (const entry of entries) reach(entry)
  return { files: [...files].sort(), packages: [...packages].filter(isForeign).sort() }
}

function jsonIn(root: string, place: string): readonly string[] {
  if (!statSync(join(root, place)).isDirectory()) return [place]
  return readdirSync(join(root, place))
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(place, name))
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

const isForeign = (name: string): boolean => !builtinModules.includes(name)
