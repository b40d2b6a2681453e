import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** One import line: the file that has it, what it names, and the file of ours that this is, if it is one. */
export interface ImportLine {
  readonly file: string
  readonly specifier: string
  readonly target: string | null
}

const statement = /(?:^|[\n;])\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s*)?['"]([^'"]+)['"]/g
const dynamic = /\bimport\s*\(\s*['"]([^'"]+)['"]/g

/** The import lines of a source text, type imports and dynamic ones with a literal name included. */
export function importLinesOf(file: string, source: string): ImportLine[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1')
  return [statement, dynamic].flatMap((pattern) =>
    [...code.matchAll(pattern)].map(([, specifier = '']) => ({ file, specifier, target: targetOf(file, specifier) })),
  )
}

function targetOf(file: string, specifier: string): string | null {
  if (specifier.startsWith('#')) return specifier.slice(1)
  if (specifier.startsWith('.') && !specifier.endsWith('.json')) return normalize(join(dirname(file), specifier))
  return null
}

/** All TypeScript files of a room, as paths from the repository's root. */
export function sourceFilesOf(room: string): string[] {
  return readdirSync(join(root, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !/(^|\/)(dist|node_modules)\//.test(file))
}

export function importLinesOfRoom(room: string): ImportLine[] {
  return sourceFilesOf(room).flatMap((file) => importLinesOf(file, readFileSync(join(root, file), 'utf8')))
}
