import { Agent, request } from 'node:http'
import { connect } from 'node:net'

export interface HttpAnswer {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** A client that sends what it is told, right or wrong, over few connections. */
export function httpClient(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const send = (given: {
    readonly method: string
    readonly path: string
    readonly headers?: Record<string, string>
    readonly body?: string | Uint8Array
  }): Promise<HttpAnswer | 'broken off'> =>
    new Promise((resolve) => {
      const { method, path, headers = {}, body } = given
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
      const sent = { ...headers, ...length }
      const asked = request({ host: '127.0.0.1', port, agent, method, path, headers: sent }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', () => resolve('broken off'))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            text: Buffer.concat(chunks).toString(),
          }),
        )
      })
      asked.on('error', () => resolve('broken off'))
      asked.end(body)
    })
  return { send, close: () => agent.destroy() }
}

/** Sends raw bytes over a connection of their own, and gives what came back until it closed or was quiet. */
export function sendRaw(port: number, bytes: Uint8Array, quietMs: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = connect({ host: '127.0.0.1', port })
    const end = () => {
      socket.destroy()
      resolve(Buffer.concat(chunks))
    }
    socket.setTimeout(quietMs, end)
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', end)
    socket.on('close', end)
    socket.write(bytes)
  })
}
