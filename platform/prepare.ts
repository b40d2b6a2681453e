import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** Something built from sources: rebuilt when any of them is newer than its stamp. */
interface Built {
  readonly name: string
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
    command: ['node_modules/hardhat/dist/src/cli.js', 'build', '--quiet'],
  },
  {
    name: 'page',
    sources: ['ui', 'protocol'],
    ending: /\.(ts|css|html|svg|json)$/,
    stamp: 'ui/dist/.built',
    command: ['node_modules/vite/bin/vite.js', 'build', 'ui', '--logLevel', 'error'],
  },
]

/** Builds contracts and page where their sources are newer. Says on stderr what it does; throws if a build fails. */
export function prepare(): void {
  for (const { name, sources, ending, stamp, command } of built) {
    const stampFile = join(root, stamp)
    const newest = Math.max(...sources.map((source) => newestMs(join(root, source), ending)))
    const stampMs = statSync(stampFile, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (stampMs >= newest) continue
    process.stderr.write(`Building the ${name} …\n`)
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' })
    if (status !== 0) throw new Error(`building the ${name} failed (exit ${status}):\n${stdout}${stderr}`)
    mkdirSync(dirname(stampFile), { recursive: true })
    writeFileSync(stampFile, '')
  }
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
