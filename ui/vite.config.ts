import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

/**
 * What Vite puts round every `import()` fetches styles and parts that must be there before it: no part of this page has
 * any. It would begin each later than it could, and be a kilobyte of the first script.
 */
const plainImports: Plugin = {
  name: 'plain-imports',
  enforce: 'pre',
  load: (id) => (id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load()' : null),
}

/** Each text is written packed beside itself, as small as it gets: that takes too long for whoever asks for it first. */
const packedBeside: Plugin = {
  name: 'packed-beside',
  writeBundle: ({ dir = '' }, bundle) => {
    for (const name of Object.keys(bundle).filter((name) => /\.(html|js|css)$/.test(name))) {
      writeFileSync(join(dir, `${name}.br`), brotliCompressSync(readFileSync(join(dir, name))))
    }
  },
}

/** Builds the page into `ui/dist`: plain files that any web server can give out, under any path. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [plainImports, packedBeside],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // Under `default-src 'self'` a data: URL would be refused.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
