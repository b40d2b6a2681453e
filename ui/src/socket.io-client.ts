import { io, type Socket } from 'socket.io-client'
import type { ClientToServer, ServerToClient } from '#protocol/messages.ts'

/** What a connection tells, in the order it happens. */
export interface ConnectionListener extends Omit<ServerToClient, 'depth'> {
  readonly connect: () => void
  readonly disconnect: () => void
}

/** How long to wait where socket.io would not try again by itself: the gateway said goodbye, or no. */
const RETRY_MS = 2_000

/** Connects to the gateway that served this page and stays with it: after a loss it tries again, for ever. */
export function connect(listener: () => ConnectionListener): Pick<ClientToServer, 'resume'> {
  const socket: Socket<ServerToClient, ClientToServer> = io({
    transports: ['websocket', 'polling'],
    reconnectionDelay: 500,
    reconnectionDelayMax: 4_000,
  })
  socket.on('connect', () => listener().connect())
  const retryIfGivenUp = () => {
    if (!socket.active) setTimeout(() => socket.connect(), RETRY_MS)
  }
  socket.on('disconnect', () => {
    listener().disconnect()
    retryIfGivenUp()
  })
  socket.on('connect_error', retryIfGivenUp)
  socket.on('snapshot', (snapshot) => listener().snapshot(snapshot))
  socket.on('frame', (frame) => listener().frame(frame))
  socket.on('status', (status) => listener().status(status))
  // Only while connected: socket.io would keep what is sent before, and say it twice.
  return { resume: (sequence) => void (socket.connected && socket.emit('resume', sequence)) }
}
