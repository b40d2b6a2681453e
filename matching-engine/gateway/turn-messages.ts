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
  readonly #encoded: Encoded[] = []
  /** which messages each client is told, by their places */
  readonly #told = new Map<Client, readonly number[]>()

  tell<Event extends keyof ServerToClient>(
    clients: Iterable<Client>,
    event: Event,
    ...content: Parameters<ServerToClient[Event]>
  ): void {
    const place = this.#encoded.push(encodedOf(event, content)) - 1
    for (const client of clients) this.#told.set(client, [...(this.#told.get(client) ?? []), place])
  }

  /** Writes to everybody what they were told since the last time, in that order. */
  write(): void {
    const joined = new Map<string, Buffer>()
    for (const [client, places] of this.#told) {
      const messages = places.flatMap((place) => this.#encoded[place] ?? [])
      // One that polls takes packets. Who has turned to a web socket never turns back, so none of its frames is lost.
      if (client.conn.transport.name !== 'websocket') {
        for (const { packet } of messages) client.conn.write(packet)
        continue
      }
      const alike = places.join()
      const frames = joined.get(alike) ?? Buffer.concat(messages.map(({ frame }) => frame))
      joined.set(alike, frames)
      // Engine.io sends these bytes instead of the packet.
      client.conn.write(messages[0]?.packet ?? '', { wsPreEncodedFrame: [frames] })
    }
    this.#told.clear()
    this.#encoded.length = 0
  }
}

/** Socket.io's packet of an event (2), and that as engine.io's message (4) in a frame of a web socket. */
function encodedOf(event: string, content: readonly unknown[]): Encoded {
  const packet = `2${JSON.stringify([event, ...content])}`
  return { packet, frame: webSocketText(`4${packet}`) }
}
