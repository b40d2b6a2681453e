import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const LIMIT_KB = 90
const ui = join(import.meta.dirname, '../../ui')
const outDir = mkdtempSync(join(tmpdir(), 'commonwatt-ui-'))
const modules: string[] = []
const files = new Map<string, Buffer>()

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
  it(`is at most ${LIMIT_KB} kB with brotli, everything together`, () => {
    const bytes = [...files.values()].reduce((sum, file) => sum + brotliCompressSync(file).length, 0)
    console.info(`page: ${(bytes / 1000).toFixed(1)} kB brotli`)
    expect(bytes).toBeLessThanOrEqual(LIMIT_KB * 1000)
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
      'later-rules.ts',
      'messages.ts',
      'most-paid.ts',
      'open-orders.ts',
      'reading-quality.ts',
      'reserve.ts',
      'slot.ts',
      'snapshot.ts',
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

  it('meets socket.io in one file', () => {
    const using = sources.filter(({ text }) => text.includes("from 'socket.io-client'"))
    expect(using.map(({ file }) => file)).toEqual(['socket.io-client.ts'])
  })
})
