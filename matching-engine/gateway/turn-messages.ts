import type { ServerToClient } from '#protocol/messages.ts'
import { webSocketText } from './web-socket-text.ts'

/** What is used of a client of socket.io: the connection below it. */
interface Client {
  readonly conn: {
    readonly transport: { readonly name: string }
    readonly write: (packet: string, options?: object) => unknown
  }
}

/** One message as it goes over a connection: a packet of socket.io, and that packet as a frame of its web socket. */
interface Encoded {
  readonly packet: string
  readonly frame: Buffer
}

/**
 * What clients are told in one turn. Each has all of it in one write, because a connection costs by being written to far
 * more than by what is written; what several are told is encoded once, and joined once for all that are told the same.
 */
export class TurnMessages {
  /** what each client is told: those who are told the same have the same list */
  readonly #told = new Map<Client, readonly Encoded[]>()

  tell<Event extends keyof ServerToClient>(
    clients: Iterable<Client>,
    event: Event,
    ...content: Parameters<ServerToClient[Event]>
  ): void {
    const message = encodedOf(event, content)
    const longer = new Map<readonly Encoded[], readonly Encoded[]>()
    for (const client of clients) {
      const before = this.#told.get(client) ?? nothing
      const now = longer.get(before) ?? [...before, message]
      longer.set(before, now)
      this.#told.set(client, now)
    }
  }

  /** Writes to everybody what they were told since the last time, in that order. */
  write(): void {
    const joined = new Map<readonly Encoded[], Joined>()
    for (const [{ conn }, messages] of this.#told) {
      // One that polls takes packets. Who has turned to a web socket never turns back, so none of its frames is lost.
      if (conn.transport.name !== 'websocket') {
        for (const { packet } of messages) conn.write(packet)
        continue
      }
      const { packet, options } = joined.get(messages) ?? joinedOf(messages)
      joined.set(messages, { packet, options })
      conn.write(packet, options)
    }
    this.#told.clear()
  }
}

const nothing: readonly Encoded[] = []

/** Several messages as one write: engine.io sends these bytes instead of the packet. */
interface Joined {
  readonly packet: string
  readonly options: { readonly wsPreEncodedFrame: readonly Buffer[] }
}

const joinedOf = (messages: readonly Encoded[]): Joined => ({
  packet: messages[0]?.packet ?? '',
  options: { wsPreEncodedFrame: [Buffer.concat(messages.map(({ frame }) => frame))] },
})

/** Socket.io's packet of an event (2), and that as engine.io's message (4) in a frame of a web socket. */
function encodedOf(event: string, content: readonly unknown[]): Encoded {
  const packet = `2${JSON.stringify([event, ...content])}`
  return { packet, frame: webSocketText(`4${packet}`) }
}
