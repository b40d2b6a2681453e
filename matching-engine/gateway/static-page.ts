import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { ERROR_CATALOGUE_PATH } from '#protocol/refusal.ts'
import type { Answer } from './answer.ts'
import { packedByBrotli, packedByGzip } from './content-encoding.ts'
import { madeOnce } from './made-once.ts'

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

/** Everything comes from here; nothing is taken from a frame of others, put into one, or written into the page as text. */
const policy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
]

const security = {
  'content-security-policy': policy.join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const

/** What is packed by brotli beside a file of the page. */
const PACKED_ENDING = '.br'

/** What is small already gains nothing. */
const packedTypes = new Set(['.html', '.js', '.css', '.json', '.webmanifest', '.txt', '.map', '.svg'])

/** What the problem documents of this gateway point to. */
const errorCatalogue = join(import.meta.dirname, '../..', ERROR_CATALOGUE_PATH)

/**
 * The page's files, and the catalogue of errors, by their path. They are read once, so that only what was there can ever
 * be asked for: no path leads out. What was not built with its packed form beside it is packed when somebody first takes
 * that, in the way that is taken: no start shall wait for all of them. A build's hashed files under /assets/ are kept by
 * browsers for ever; everything else is asked for again with the tag of what is kept (`if-none-match`), and as long as
 * that is the same it is not sent again (304).
 */
export function loadPage(
  pageDir: string | undefined,
): (path: string, ifNoneMatch?: string | undefined) => Answer | undefined {
  const files = new Map<string, Answer>()
  if (pageDir !== undefined && existsSync(pageDir)) {
    for (const entry of readdirSync(pageDir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name.endsWith(PACKED_ENDING)) continue
      const file = join(entry.parentPath, entry.name)
      const path = `/${relative(pageDir, file).split(sep).join('/')}`
      const packed = existsSync(`${file}${PACKED_ENDING}`) ? readFileSync(`${file}${PACKED_ENDING}`) : undefined
      files.set(path, fileAnswer(path, readFileSync(file), packed))
    }
  }
  if (existsSync(errorCatalogue)) files.set(ERROR_CATALOGUE_PATH, fileAnswer('.txt', readFileSync(errorCatalogue)))
  const index = files.get('/index.html') ?? noPage
  return (path, ifNoneMatch) => {
    const file = path === '/' ? index : files.get(path)
    return file !== undefined && isKept(file, ifNoneMatch) ? { status: 304, headers: file.headers, body: '' } : file
  }
}

/** Whether one of the tags that were sent is the file's. */
function isKept({ headers: { etag } }: Answer, ifNoneMatch = ''): boolean {
  if (etag === undefined) return false
  return ifNoneMatch.split(',').some((tag) => tag.trim() === etag || tag.trim() === '*')
}

function fileAnswer(path: string, body: Uint8Array, packed?: Uint8Array): Answer {
  const type = extname(path).toLowerCase()
  return {
    status: 200,
    headers: {
      ...security,
      'content-type': contentTypes[type] ?? 'application/octet-stream',
      etag: tagOf(body),
      'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    },
    body,
    ...(packedTypes.has(type)
      ? { pack: { br: madeOnce(async () => packed ?? packedByBrotli(body)), gzip: madeOnce(() => packedByGzip(body)) } }
      : {}),
  }
}

/** A weak one: packed or not, the file is the same. */
const tagOf = (body: Uint8Array): string => `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`

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
