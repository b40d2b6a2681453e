import type { IncomingMessage } from 'node:http'
import { Effect } from 'effect'
import type { BodyShare } from './body-budget.ts'
import { HttpProblem } from './problems.ts'

/** The largest body a request may have, bytes. */
const MAX_BODY_BYTES = 1_048_576

/**
 * The JSON value in a request's body. Fails with 415, 413 or 400, and with 429 when all bodies under way hold too
 * much; never holds more than `MAX_BODY_BYTES`.
 */
export function readJson(request: IncomingMessage, share: BodyShare): Effect.Effect<unknown, HttpProblem> {
  const [mediaType = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';')
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='))
  const isUtf8 = charset === undefined || /^charset="?utf-8"?$/.test(charset)
  if (mediaType.trim() !== 'application/json' || !isUtf8) {
    return Effect.fail(
      new HttpProblem({
        code: 'UNSUPPORTED_MEDIA_TYPE',
        detail: `content-type is application/json in UTF-8, not ${JSON.stringify(request.headers['content-type'] ?? '')}`,
        headers: { accept: 'application/json' },
      }),
    )
  }
  return Effect.flatMap(readBytes(request, share), (bytes) =>
    Effect.try({
      try: (): unknown => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)),
      catch: (cause) =>
        new HttpProblem({
          code: 'BAD_JSON',
          detail: cause instanceof Error ? cause.message.slice(0, 200) : 'unreadable',
        }),
    }),
  )
}

function readBytes(request: IncomingMessage, share: BodyShare): Effect.Effect<Buffer, HttpProblem> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return Effect.fail(tooLarge(request))
  return Effect.callback<Buffer, HttpProblem>((resume) => {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      const fits = length <= MAX_BODY_BYTES
      if (fits && share.take(chunk.length)) {
        chunks.push(chunk)
        return
      }
      request.removeAllListeners('data')
      chunks.length = 0
      resume(Effect.fail(fits ? tooMany(request) : tooLarge(request)))
    })
    request.once('end', () => resume(Effect.succeed(Buffer.concat(chunks))))
    request.once('error', ({ message }) =>
      resume(Effect.fail(new HttpProblem({ code: 'BAD_REQUEST', detail: message }))),
    )
  })
}

function tooLarge(request: IncomingMessage): HttpProblem {
  request.resume() // let the rest run by, or the client never reads the answer
  return new HttpProblem({
    code: 'BODY_TOO_LARGE',
    detail: `a body has at most ${MAX_BODY_BYTES} bytes`,
    headers: { connection: 'close' },
  })
}

function tooMany(request: IncomingMessage): HttpProblem {
  request.resume()
  return new HttpProblem({
    code: 'TOO_MANY_REQUESTS',
    detail: 'the requests under way hold all the memory there is for bodies; send it again in a second',
    headers: { connection: 'close', 'retry-after': '1' },
  })
}
