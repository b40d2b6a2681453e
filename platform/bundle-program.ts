import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { type Plugin, rolldown } from 'rolldown'

const root = join(import.meta.dirname, '..')
const out = join(import.meta.dirname, 'dist')

/**
 * The packages that are taken in with all that they need themselves: hundreds of small files each, nothing but
 * JavaScript. Others stay where they are: they bring native code, look for files in ways of their own, or are seldom
 * needed.
 */
const taken =
  /^(effect|@effect\/platform-node|viem|xstate|socket\.io|@noble\/curves|@openzeppelin\/merkle-tree|@nomicfoundation\/ignition-core|node-opcua(-client|-transport)?)(\/|$)/

const isOurs = (file: string): boolean => file.startsWith(root) && !file.includes('/node_modules/')

const beside = /new URL\('([^']+)', import\.meta\.url\)/g

/**
 * What a source says of its own place stays true, also in a package: a file that it names beside itself is found, and a
 * script of ours that it starts there is written as a program, too. Throws where a source of ours asks for its place in
 * another way.
 */
const placesOfSources: Plugin = {
  name: 'places-of-sources',
  transform(code, file) {
    if (!file.startsWith(root) || !code.includes('import.meta.')) return null // the bundler's own has no place
    const folder = relative(out, dirname(file))
    const here = `(import.meta.dirname + '/${folder}')`
    if (!isOurs(file)) {
      const url = `new URL('${relative(out, file)}', import.meta.url).href`
      return code.replaceAll('import.meta.url', url).replaceAll('import.meta.dirname', here)
    }
    if (code.replaceAll(beside, '').includes('import.meta.url')) {
      throw new Error(`${file}: its place is known as import.meta.dirname or in new URL('…', import.meta.url)`)
    }
    return code
      .replaceAll(beside, (_, named: string) => {
        const script = /^\.\/([\w-]+)\.ts$/.exec(named)?.[1]
        if (script === undefined) return `new URL('${join(folder, named)}', import.meta.url)`
        this.emitFile({ type: 'chunk', id: join(dirname(file), named), fileName: `${script}.mjs` })
        return `new URL('./${script}.mjs', import.meta.url)`
      })
      .replaceAll('import.meta.dirname', here)
      .replaceAll('import.meta.main', 'false')
  },
}

/** Parts of so many programs stay, for what still runs from an earlier one: it loads what it needs when it needs it. */
const PROGRAMS_KEPT = 5
const keptFile = join(out, '.programs.json')

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
  const { output } = await program.write({
    dir: out,
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    keepNames: true,
    sourcemap: true,
  })
  keepPrograms([output.map(({ fileName }) => fileName), ...keptPrograms()].slice(0, PROGRAMS_KEPT))
}

/** The files of the programs that were kept, the newest first. */
function keptPrograms(): readonly (readonly string[])[] {
  return existsSync(keptFile) ? JSON.parse(readFileSync(keptFile, 'utf8')) : []
}

function keepPrograms(programs: readonly (readonly string[])[]): void {
  writeFileSync(keptFile, JSON.stringify(programs))
  const kept = new Set(programs.flat())
  for (const name of readdirSync(out)) if (!name.startsWith('.') && !kept.has(name)) rmSync(join(out, name))
}

await bundleProgram()
