import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Built, built, isFresh, stampOf } from './built.mjs'
import { lockFile } from './node-sqlite.ts'

const root = join(import.meta.dirname, '..')

/** How long to wait for another process that builds. */
const BUILD_WAIT_MS = 180_000

/**
 * Builds contracts, page and program, or what is wanted of them, where their sources have changed: one process at a time,
 * the others wait and find it done. Says on stderr what it does; throws if a build fails.
 */
export function prepare(wanted: readonly Built['name'][] = built.map(({ name }) => name)): void {
  if (wanted.every(isFresh)) return
  const unlock = lockFile(join(root, 'node_modules/.commonwatt-build'), BUILD_WAIT_MS)
  if (unlock === null) throw new Error(`another process has been building for ${BUILD_WAIT_MS / 1000} s`)
  try {
    for (const one of built) if (wanted.includes(one.name) && !isFresh(one.name)) build(one)
  } finally {
    unlock()
  }
}

function build({ name, stamp, command }: Built): void {
  const stampFile = join(root, stamp)
  const before = stampOf(name) // a source saved while it is built is newer
  process.stderr.write(`Building the ${name} …\n`)
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`building the ${name} failed (exit ${status}):\n${stdout}${stderr}`)
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, before)
}

if (import.meta.main) {
  const named = process.argv.slice(2)
  try {
    prepare(built.map(({ name }) => name).filter((name) => named.length === 0 || named.includes(name)))
  } catch (error) {
    process.stderr.write(`commonwatt: ${(error as Error).message}\n`)
    process.exitCode = 1
  }
}
