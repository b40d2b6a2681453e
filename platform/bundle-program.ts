import { readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { type Plugin, rolldown } from 'rolldown'

const root = join(import.meta.dirname, '..')
const out = join(import.meta.dirname, 'dist')

/**
 * The packages that are taken in with all that they need themselves: hundreds of small files each, nothing but
 * JavaScript. Others stay where they are: they bring native code, read files of their own, or are seldom needed.
 */
const taken =
  /^(effect|@effect\/platform-node|viem|xstate|socket\.io|@noble\/curves|@openzeppelin\/merkle-tree|@nomicfoundation\/ignition-core)(\/|$)/

const isOurs = (file: string): boolean => file.startsWith(root) && !file.includes('/node_modules/')

/** What a source says of its own place stays true: files beside it, and workers that run from source. */
const placesOfSources: Plugin = {
  name: 'places-of-sources',
  transform(code, file) {
    if (!isOurs(file) || !code.includes('import.meta.')) return null
    const source = relative(out, file)
    return code
      .replaceAll('import.meta.dirname', `(import.meta.dirname + ${JSON.stringify(`/${dirname(source)}`)})`)
      .replaceAll('import.meta.url', `new URL(${JSON.stringify(source)}, import.meta.url).href`)
      .replaceAll('import.meta.main', 'false')
  },
}

/** How long parts of an earlier program stay, for what still runs from them, ms. */
const KEPT_MS = 7 * 86_400_000

/**
 * Writes the command line as few files: most of a short command's time was Node finding and loading hundreds of them. A
 * command still loads only the parts that it needs.
 */
async function bundleProgram(): Promise<void> {
  const program = await rolldown({
    input: { commonwatt: join(root, 'platform/commonwatt.ts') },
    platform: 'node',
    external: (name, importer) =>
      importer !== undefined && isOurs(importer) && /^[^.#/]/.test(name) && !taken.test(name),
    plugins: [placesOfSources],
  })
  await program.write({ dir: out, entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs', keepNames: true })
  for (const name of readdirSync(out)) {
    const file = join(out, name)
    if (Date.now() - statSync(file).mtimeMs > KEPT_MS) rmSync(file)
  }
}

await bundleProgram()
