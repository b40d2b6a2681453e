import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Everything that one visitor could ever download, and what there must be before the first paint. kB of brotli. */
const LIMIT_KB = 90
const FIRST_LIMIT_KB = 60
const ui = join(import.meta.dirname, '../../ui')
const outDir = mkdtempSync(join(tmpdir(), 'commonwatt-ui-'))
const modules: string[] = []
const files = new Map<string, Buffer>()
/** what the page cannot begin without: the entry and what it asks for at once, what they import, their styles */
const first = new Set(['index.html'])
/** the files that hold words, and of which language */
const languages = new Map<string, string>()
/** words that come with what opens over the page, or beside it */
const later = new Set<string>()

beforeAll(async () => {
  await build({
    configFile: join(ui, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true },
    plugins: [
      {
        name: 'what-is-in-it',
        generateBundle(_, bundle) {
          for (const part of Object.values(bundle)) {
            if (part.type === 'chunk') modules.push(...part.moduleIds)
            const language =
              part.type === 'chunk' && /words\/(?:later\/)?(en|de|fr)\.ts$/.exec(part.facadeModuleId ?? '')
            if (language) languages.set(part.fileName, language[1] as string)
            if (part.type === 'chunk' && part.facadeModuleId?.includes('words/later/')) later.add(part.fileName)
          }
          const need = (name: string) => {
            if (first.has(name)) return
            first.add(name)
            const part = bundle[name]
            if (part?.type === 'chunk') for (const needed of part.imports) need(needed)
          }
          for (const part of Object.values(bundle)) {
            const isBegin = part.type === 'chunk' && (part.isEntry || part.facadeModuleId?.endsWith('/start-page.ts'))
            if (isBegin) need(part.fileName)
          }
        },
      },
    ],
  })
  for (const file of readdirSync(outDir, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) files.set(file.name, readFileSync(join(file.parentPath, file.name)))
  }
})

afterAll(() => rmSync(outDir, { recursive: true, force: true }))

describe('the page as a download', () => {
  /** As it is sent: packed beside itself where it is built so. */
  const sizeOf = (names: readonly string[]) =>
    names.reduce((sum, path) => {
      const name = path.split('/').at(-1) ?? ''
      return sum + (files.get(`${name}.br`) ?? brotliCompressSync(files.get(name) ?? '')).length
    }, 0)
  const size = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`
  /** A visitor reads one language: the largest stands for all. */
  const spoken = (isCounted: (file: string) => boolean) =>
    Math.max(
      0,
      ...Map.groupBy(languages.keys().filter(isCounted), (file) => languages.get(file))
        .values()
        .map(sizeOf),
    )
  const isLanguage = (name: string) => [...languages.keys()].some((file) => file.endsWith(name))

  it(`is at most ${LIMIT_KB} kB with brotli, everything together`, () => {
    const bytes =
      sizeOf([...files.keys()].filter((name) => !name.endsWith('.br') && !isLanguage(name))) + spoken(() => true)
    console.info(
      `page: ${size(bytes)} brotli in all, ${new Set(languages.values()).size} languages, one of them counted`,
    )
    expect(bytes).toBeLessThanOrEqual(LIMIT_KB * 1000)
  })

  it(`is at most ${FIRST_LIMIT_KB} kB before the first paint`, () => {
    const styles = [...String(files.get('index.html')).matchAll(/href="\.\/(assets\/[^"]+\.css)"/g)].map(
      ([, name]) => name,
    )
    expect(styles).not.toEqual([])
    const bytes = sizeOf([...first, ...(styles as string[])]) + spoken((file) => !later.has(file))
    console.info(`page: ${size(bytes)} brotli before the first paint`)
    expect(bytes).toBeLessThanOrEqual(FIRST_LIMIT_KB * 1000)
  })

  it('is counted whole before the first paint: with the page that is put together, and all of its styles', () => {
    expect([...first].filter((name) => /^assets\/start-page-[^/]+\.js$/.test(name))).toHaveLength(1)
    const styles = [...files.keys()].filter((name) => name.endsWith('.css'))
    expect(styles).toHaveLength(1)
    expect(String(files.get('index.html'))).toContain(`href="./assets/${styles[0]}"`)
  })

  it('lies packed beside each text, the same text', () => {
    const texts = [...files.keys()].filter((name) => /\.(html|js|css)$/.test(name))
    expect(texts.length).toBeGreaterThan(6)
    for (const name of texts) {
      expect(brotliDecompressSync(files.get(`${name}.br`) ?? '').equals(files.get(name) as Buffer)).toBe(true)
    }
  })

  it('brings its later parts by plain imports, without what Vite puts round them', () => {
    const guilty = [...files].filter(([, file]) => /vite:preloadError|modulepreload/.test(String(file)))
    expect(guilty.map(([name]) => name)).toEqual([])
  })

  it('holds nothing of Node, nothing of Effect, no other room', () => {
    expect(modules.filter((id) => /node_modules\/(effect|@effect|viem|xstate)\//.test(id))).toEqual([])
    expect(modules.filter((id) => /^node:|__vite-browser-external/.test(id))).toEqual([])
    const ours = modules.filter((id) => id.startsWith(join(ui, '..')) && !id.includes('node_modules'))
    const rooms = new Set(ours.map((id) => id.slice(join(ui, '..').length + 1).split('/')[0]))
    expect([...rooms].sort()).toEqual(['protocol', 'ui'])
  })

  it('takes only pure words of the protocol at run time', () => {
    const taken = modules.filter((id) => id.includes('/protocol/')).map((id) => id.split('/protocol/')[1])
    const pure = [
      'columns.ts',
      'most-paid.ts',
      'picture/apply-frame.ts',
      'picture/picture-frame.ts',
      'picture/picture.ts',
      'reading-quality.ts',
      'slot.ts',
      'street.ts',
      'trust.ts',
      'units.ts',
    ]
    expect(taken.filter((file) => !pure.includes(file ?? ''))).toEqual([])
  })

  it('runs under a strict content policy: no inline script, no data: address, no foreign host', () => {
    const html = String(files.get('index.html'))
    expect(html).toMatch(/<script type="module"[^>]* src="\.\//)
    expect(html.match(/<script(?![^>]* src=)/)).toBeNull()
    expect(html).not.toMatch(/ on\w+=|https?:\/\//)
    for (const [name, file] of files) if (name.endsWith('.css')) expect(String(file)).not.toMatch(/data:|https?:\/\//)
  })
})

describe('the source of the page', () => {
  const sources = readdirSync(join(ui, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file, text: readFileSync(join(ui, 'src', file), 'utf8') }))

  it('never makes markup of what comes from outside', () => {
    const guilty = sources.filter(({ text }) =>
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/.test(text),
    )
    expect(guilty.map(({ file }) => file)).toEqual([])
  })
})
