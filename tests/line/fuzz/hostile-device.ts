import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { SeededInput } from './seeded-input.ts'

/** Answers a request as an input wants it to. */
export type HostileAnswer = (socket: Socket, request: Buffer, input: SeededInput) => void

/** A device on a free port that answers as the present input wants it to. */
export async function openHostileDevice(answer: HostileAnswer): Promise<{
  readonly port: number
  behave: (input: SeededInput) => void
  readonly close: () => Promise<void>
}> {
  const sockets = new Set<Socket>()
  let input: SeededInput | null = null
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (request) => {
      if (input !== null) answer(socket, request, input)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    behave: (next) => {
      input = next
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}
