import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { ERROR_CATALOGUE_PATH } from '#protocol/refusal.ts'
import type { Answer } from './answer.ts'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

const security = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ws: wss:",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const

/** What the problem documents of this gateway point to. */
const errorCatalogue = join(import.meta.dirname, '../..', ERROR_CATALOGUE_PATH)

/**
 * The page's files, and the catalogue of errors, by their path. They are read once, so that only what was there can ever be asked for: no path
 * leads out. A build's hashed files under /assets/ are kept by browsers for ever, everything else is asked again.
 */
export function loadPage(pageDir: string | undefined): (path: string) => Answer | undefined {
  const files = new Map<string, Answer>()
  if (pageDir !== undefined && existsSync(pageDir)) {
    for (const entry of readdirSync(pageDir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const file = join(entry.parentPath, entry.name)
      const path = `/${relative(pageDir, file).split(sep).join('/')}`
      files.set(path, fileAnswer(path, readFileSync(file)))
    }
  }
  if (existsSync(errorCatalogue)) files.set(ERROR_CATALOGUE_PATH, fileAnswer('.txt', readFileSync(errorCatalogue)))
  const index = files.get('/index.html') ?? noPage
  return (path) => (path === '/' ? index : files.get(path))
}

function fileAnswer(path: string, body: Uint8Array): Answer {
  return {
    status: 200,
    headers: {
      ...security,
      'content-type': contentTypes[extname(path).toLowerCase()] ?? 'application/octet-stream',
      'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    },
    body,
  }
}

const noPage: Answer = {
  status: 200,
  headers: { ...security, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  body: [
    'Commonwatt: a street that sells itself its own electricity.',
    '',
    'The market is running, but its page has not been built.',
    'Ask /api/v1/status how it goes.',
    '',
  ].join('\n'),
}
