import type { Duplex } from 'node:stream'
import { problemAnswer } from './answer.ts'
import type { DoorCounts } from './door-counts.ts'
import { HttpProblem } from './problems.ts'

/** What a request is answered that no HTTP parser could read, or that took too long to arrive; then it is cut off. */
export function refuseBroken(error: NodeJS.ErrnoException, socket: Duplex, counts: DoorCounts): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const problem = new HttpProblem({ code: 'BAD_REQUEST', detail: `it cannot be read: ${error.message}` })
  counts.refused(problem.code)
  counts.answered(problem.status)
  const { status, headers, body } = problemAnswer(problem)
  const head = { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' }
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`)
  socket.end([`HTTP/1.1 ${status} Bad Request`, ...lines, '', body].join('\r\n'))
}
