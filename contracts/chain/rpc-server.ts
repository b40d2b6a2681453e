import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Answers one JSON-RPC request; a rejection may carry `code`, `message` and `data`. */
type Handler = (method: string, params: readonly unknown[]) => Promise<unknown>

const MAX_BODY_BYTES = 4 * 1024 * 1024
const MAX_BATCH = 1_000

/** A JSON-RPC 2.0 door on 127.0.0.1, single requests and lists of them. */
export function listenForRpc(options: {
  readonly handler: Handler
  readonly port: number
}): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    answer(options.handler, request).then(
      ({ status, body }) => reply(response, status, body),
      () => response.destroy(),
    )
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      resolve({ url: `http://127.0.0.1:${port}`, close: () => close(server) })
    })
  })
}

async function answer(handler: Handler, request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  if (request.method !== 'POST') return { status: 405, body: problem(null, -32600, 'JSON-RPC is posted') }
  const text = await bodyOf(request)
  if (text === null) return { status: 413, body: problem(null, -32600, `more than ${MAX_BODY_BYTES} bytes`) }
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return { status: 400, body: problem(null, -32700, 'the body is not JSON') }
  }
  if (!Array.isArray(message)) return { status: 200, body: await answerOne(handler, message) }
  if (message.length === 0 || message.length > MAX_BATCH) {
    return {
      status: 400,
      body: problem(null, -32600, `a list holds 1 to ${MAX_BATCH} requests, not ${message.length}`),
    }
  }
  const answers: unknown[] = []
  for (const one of message) answers.push(await answerOne(handler, one))
  return { status: 200, body: answers }
}

async function answerOne(handler: Handler, message: unknown): Promise<object> {
  const { id = null, method, params = [] } = (message ?? {}) as { id?: unknown; method?: unknown; params?: unknown }
  if (typeof method !== 'string' || !Array.isArray(params)) {
    return problem(id, -32600, 'a request has a method (text) and params (a list)')
  }
  try {
    return { jsonrpc: '2.0', id, result: (await handler(method, params)) ?? null }
  } catch (cause) {
    const { code, message, data } = cause as { code?: unknown; message?: unknown; data?: unknown }
    return problem(id, typeof code === 'number' ? code : -32603, String(message ?? cause), data)
  }
}

function problem(id: unknown, code: number, message: string, data?: unknown): object {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } }
}

/** The body as text, or null if it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > MAX_BODY_BYTES) return null
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
