import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Lockfile, prunedLock } from './pruned-lock.ts'
import { reachedFiles } from './reached-files.ts'

const root = join(import.meta.dirname, '../..')
const PROGRAM = 'platform/commonwatt-agent.ts'
const BOOTSTRAP = 'platform/bootstrap.mjs'
const TRIM = 'platform/agent-package/trim-packages.mjs'
/** Goes with every copy: the papers, and what the tools and the bootstrap read. */
const PAPERS = ['LICENSE', 'NOTICE', '.npmrc', 'platform/node-options.json']

type Versions = Readonly<Record<string, string>>
interface Manifest {
  readonly version: string
  readonly license: string
  readonly imports: Versions
  readonly dependencies: Versions
  readonly optionalDependencies: Versions
  readonly allowScripts: Readonly<Record<string, boolean>>
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'))

/**
 * Writes the agent as a package of its own: the files that it reaches, the packages that these import in the versions of
 * our lockfile, and the bootstrap. Gives how many files. Throws where the folder has something in it.
 */
export function writeAgentPackage(folder: string): number {
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`${folder} is not empty`)
  const manifest = readJson('package.json') as Manifest
  const { files, packages } = reachedFiles(root, [PROGRAM, BOOTSTRAP, TRIM])
  const rooms = new Set(files.map((file) => file.split('/')[0]))
  const chosen = (all: Versions) => Object.fromEntries(Object.entries(all).filter(([name]) => packages.includes(name)))
  const dependencies = chosen(manifest.dependencies)
  const optionalDependencies = chosen(manifest.optionalDependencies)
  for (const name of packages) {
    if (dependencies[name] === undefined && optionalDependencies[name] === undefined) {
      throw new Error(`${name} is imported, and package.json does not have it`)
    }
  }
  const named = {
    name: 'commonwatt-agent',
    version: manifest.version,
    license: manifest.license,
    bin: { commonwatt: BOOTSTRAP },
    engines: { node: '>=18' },
    dependencies,
    optionalDependencies,
  }
  const lock = prunedLock(readJson('package-lock.json') as Lockfile, named)
  const json = {
    ...named,
    description: "A home's agent: reads its meter, signs, and trades for it in its neighbourhood.",
    private: true,
    type: 'module',
    imports: Object.fromEntries(
      Object.entries(manifest.imports).filter(([name]) => rooms.has(name.slice(1).split('/')[0])),
    ),
    scripts: { postinstall: `node ${TRIM}` },
    allowScripts: Object.fromEntries(
      Object.entries(manifest.allowScripts).filter(([name]) => `node_modules/${name}` in lock.packages),
    ),
  }
  for (const file of [...files, ...PAPERS]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(root, file), join(folder, file))
  }
  const write = (file: string, value: unknown): void =>
    writeFileSync(join(folder, file), `${JSON.stringify(value, null, 2)}\n`)
  write('package.json', json)
  write('package-lock.json', { ...lock, requires: true })
  return files.length
}

if (import.meta.main) {
  const [folder, ...others] = process.argv.slice(2)
  if (folder === undefined || others.length > 0) {
    process.stderr.write('commonwatt: name one folder, empty or not there yet: npm run agent-package -- DIR\n')
    process.exit(2)
  }
  try {
    const count = writeAgentPackage(resolve(folder))
    process.stdout.write(`${count} files in ${folder}; there: npm ci --omit=dev && npx commonwatt meter --help\n`)
  } catch (error) {
    process.stderr.write(`commonwatt: ${(error as Error).message}\n`)
    process.exit(2)
  }
}
