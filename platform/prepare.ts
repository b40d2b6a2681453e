import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { lockFile } from './node-sqlite.ts'

const root = join(import.meta.dirname, '..')

/** What is built from sources. */
type Part = 'contracts' | 'page'

/** Something built from sources: rebuilt when any of them is newer than its stamp. */
interface Built {
  readonly name: Part
  readonly sources: readonly string[]
  readonly ending: RegExp
  readonly stamp: string
  readonly command: readonly string[]
}

const built: readonly Built[] = [
  {
    name: 'contracts',
    sources: ['contracts', 'hardhat.config.ts'],
    ending: /\.sol$|hardhat\.config\.ts$/,
    stamp: 'artifacts/.built',
    command: ['node_modules/hardhat/dist/src/cli.js', 'build', '--no-tests', '--quiet'],
  },
  {
    name: 'page',
    sources: ['ui', 'protocol'],
    ending: /\.(ts|css|html|svg|json)$/,
    stamp: 'ui/dist/.built',
    command: ['node_modules/vite/bin/vite.js', 'build', 'ui', '--logLevel', 'error'],
  },
]

/** How long to wait for another process that builds. */
const BUILD_WAIT_MS = 180_000

/**
 * Builds contracts and page, or what is wanted of them, where their sources are newer: one process at a time, the others wait and find it done.
 * Says on stderr what it does; throws if a build fails.
 */
export function prepare(wanted: readonly Part[] = ['contracts', 'page']): void {
  const parts = built.filter(({ name }) => wanted.includes(name))
  if (parts.every(isFresh)) return
  const unlock = lockFile(join(root, 'node_modules/.commonwatt-build'), BUILD_WAIT_MS)
  if (unlock === null) throw new Error(`another process has been building for ${BUILD_WAIT_MS / 1000} s`)
  try {
    for (const one of parts) if (!isFresh(one)) build(one)
  } finally {
    unlock()
  }
}

function isFresh({ sources, ending, stamp }: Built): boolean {
  const newest = Math.max(...sources.map((source) => newestMs(join(root, source), ending)))
  return (statSync(join(root, stamp), { throwIfNoEntry: false })?.mtimeMs ?? 0) >= newest
}

function build({ name, stamp, command }: Built): void {
  const stampFile = join(root, stamp)
  const begun = new Date()
  process.stderr.write(`Building the ${name} …\n`)
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`building the ${name} failed (exit ${status}):\n${stdout}${stderr}`)
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, '')
  utimesSync(stampFile, begun, begun) // a source saved while it was built is newer
}

function newestMs(path: string, ending: RegExp): number {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return readdirSync(path, { withFileTypes: true }).reduce((newest, entry) => {
    const below = join(path, entry.name)
    if (entry.isDirectory()) return entry.name === 'dist' ? newest : Math.max(newest, newestMs(below, ending))
    return ending.test(entry.name) ? Math.max(newest, statSync(below).mtimeMs) : newest
  }, 0)
}

if (import.meta.main) prepare()
