// What is built from sources, and whether that is up to date. Plain JavaScript without dependencies, because the
// bootstrap asks before every command.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Something built from sources by a script and its arguments, for Node 24: rebuilt when its stamp is not of its sources.
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
 * Whether it has been built from its sources as they are.
 * @param {Built['name']} part
 */
export const isFresh = (part) => readFileOr(join(root, partOf(part).stamp), '') === stampOf(part)

/**
 * What its stamp holds when it has been built from its sources as they are: paths, sizes and times, so that older files
 * that are put back and files that are gone count as changes, too.
 * @param {Built['name']} part
 */
export function stampOf(part) {
  const { sources, ending } = partOf(part)
  const hash = createHash('sha256')
  for (const source of sources) for (const line of linesOf(source, ending)) hash.update(`${line}\n`)
  return hash.digest('hex')
}

/** @param {Built['name']} part */
const partOf = (part) => /** @type {Built} */ (built.find(({ name }) => name === part))

/**
 * @param {string} path
 * @param {RegExp} ending
 * @returns {readonly string[]} a line each file of that ending, or the file itself; none of what is not there
 */
function linesOf(path, ending) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false })
  if (stat === undefined) return []
  if (!stat.isDirectory()) return [`${path} ${stat.size} ${stat.mtimeMs}`]
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
    const isSource = entry.isDirectory() ? entry.name !== 'dist' : ending.test(entry.name)
    return isSource ? linesOf(`${path}/${entry.name}`, ending) : []
  })
}

/**
 * @param {string} file
 * @param {string} otherwise
 */
function readFileOr(file, otherwise) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return otherwise
  }
}
