import { defineConfig } from 'vite'

/** Builds the page into `ui/dist`: plain files that any web server can give out, under any path. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // Under `default-src 'self'` a data: URL would be refused.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
