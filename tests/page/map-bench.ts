import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { build } from 'vite'

/** The map alone in a page, built as the page itself is, with a made-up street to drive it by (`map-frames-page.js`). */
export interface MapBench {
  readonly open: (browser: Browser, options?: BrowserContextOptions) => Promise<Page>
}

/** Builds it in a folder of its own. */
export async function buildMapBench(): Promise<MapBench> {
  const folder = mkdtempSync(join(tmpdir(), 'commonwatt-map-'))
  try {
    await build({
      configFile: false,
      root: import.meta.dirname,
      logLevel: 'warn',
      build: {
        outDir: folder,
        emptyOutDir: true,
        lib: { entry: join(import.meta.dirname, 'map-frames-page.js'), formats: ['es'], fileName: 'bench' },
        target: 'chrome123',
        minify: false,
      },
    })
    const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'))
    const style = readdirSync(folder).find((name) => name.endsWith('.css'))
    if (style === undefined) throw new Error('the build made no style')
    const read = (name: string) => readFileSync(join(folder, name), 'utf8')
    const html = `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/style.css"></head>
<body data-panel="street" style="padding:0"><section id="map" class="map" style="width:100vw;height:100vh;border-radius:0"></section>
<script type="module" src="/bench.js"></script></body></html>`
    const files: Readonly<Record<string, { readonly contentType: string; readonly body: string }>> = {
      '/': { contentType: 'text/html', body: html },
      '/style.css': { contentType: 'text/css', body: read(style) },
      ...Object.fromEntries(scripts.map((name) => [`/${name}`, { contentType: 'text/javascript', body: read(name) }])),
    }
    return {
      async open(browser, options = {}) {
        const page = await browser.newPage(options)
        await page.route('**/*', (route) => {
          const file = files[new URL(route.request().url()).pathname]
          return file === undefined ? route.fulfill({ status: 404, body: '' }) : route.fulfill(file)
        })
        await page.goto('http://map.test/')
        await page.waitForFunction('globalThis.bench !== undefined')
        return page
      },
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
