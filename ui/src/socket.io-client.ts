import { io, type Socket } from 'socket.io-client'
import type { ClientToServer, ServerToClient } from '#protocol/messages.ts'

/** What a connection tells, in the order it happens. */
export interface ConnectionListener extends ServerToClient {
  readonly connect: () => void
  readonly disconnect: () => void
}

/** Connects to the gateway that served this page and stays with it: after a loss it tries again, for ever. */
export function connect(listener: () => ConnectionListener): ClientToServer {
  const socket: Socket<ServerToClient, ClientToServer> = io({
    transports: ['websocket', 'polling'],
    reconnectionDelay: 500,
    reconnectionDelayMax: 4_000,
  })
  socket.on('connect', () => listener().connect())
  socket.on('disconnect', () => listener().disconnect())
  socket.on('snapshot', (snapshot) => listener().snapshot(snapshot))
  socket.on('frame', (frame) => listener().frame(frame))
  socket.on('status', (status) => listener().status(status))
  // Only while connected: socket.io would keep what is sent before, and say it twice.
  return { resume: (sequence) => void (socket.connected && socket.emit('resume', sequence)) }
}
