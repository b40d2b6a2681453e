// What is built from sources, and whether that is up to date. Plain JavaScript without dependencies, because the
// bootstrap asks before every command.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Something built from sources by a script and its arguments, for Node 24: rebuilt when any source is newer than its stamp.
 * @typedef {object} Built
 * @property {'contracts' | 'page' | 'program'} name
 * @property {readonly string[]} sources files and folders
 * @property {RegExp} ending which files of a folder are sources
 * @property {string} stamp
 * @property {readonly string[]} command
 */

/** @type {readonly Built[]} */
export const built = [
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
  {
    name: 'program',
    sources: [
      ...['protocol', 'meter-agent', 'matching-engine', 'contracts', 'sim', 'platform'],
      ...['package.json', 'package-lock.json'],
    ],
    ending: /\.(ts|mjs|json)$/,
    stamp: 'platform/dist/.built',
    command: ['platform/bundle-program.ts'],
  },
]

/**
 * Whether it has been built since any of its sources was saved.
 * @param {Built['name']} part
 */
export function isFresh(part) {
  const { sources, ending, stamp } = /** @type {Built} */ (built.find(({ name }) => name === part))
  const builtMs = statSync(join(root, stamp), { throwIfNoEntry: false })?.mtimeMs ?? 0
  return builtMs > 0 && sources.every((source) => newestMs(join(root, source), ending) <= builtMs)
}

/**
 * @param {string} path
 * @param {RegExp} ending
 * @returns {number}
 */
function newestMs(path, ending) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return readdirSync(path, { withFileTypes: true }).reduce((newest, entry) => {
    const below = join(path, entry.name)
    if (entry.isDirectory()) return entry.name === 'dist' ? newest : Math.max(newest, newestMs(below, ending))
    return ending.test(entry.name) ? Math.max(newest, statSync(below).mtimeMs) : newest
  }, 0)
}
