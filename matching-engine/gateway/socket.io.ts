import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { Server, type Socket } from 'socket.io'
import type { ClientToServer, ServerToClient, Status } from '#protocol/messages.ts'
import type { MarketData } from '../market-data/market-data.ts'
import { AddressCounts } from './address-counts.ts'
import { askerOf } from './asker.ts'
import { DepthSubscriptions } from './depth-subscriptions.ts'
import { Followers } from './followers.ts'
import { fieldOf } from './lane-of.ts'
import type { PictureFeed } from './picture-feed.ts'
import { isSameOrigin } from './same-origin.ts'
import { type Pace, TokenBucket } from './token-bucket.ts'
import { TurnMessages } from './turn-messages.ts'

const MAX_CLIENTS = 2_000
/** Of one address, if that is not this machine's own: the pages of a house, or of an office. */
const MAX_CLIENTS_OF_ADDRESS = 64
/** What a client may say: a subscription for each slot at once, then what a page says while it follows. */
const MESSAGES: Pace = { burst: 300, perSecond: 20 }
/** The largest message a page may send: `resume` or `subscribe` and its number are far below it. */
const MAX_MESSAGE_BYTES = 4_096
type Client = Socket<ClientToServer, ServerToClient>

/** The live connections of a gateway. Nothing is sent but by `sendFrames`. */
export class PageConnections {
  readonly #server: Server<ClientToServer, ServerToClient>
  readonly #feed: PictureFeed
  readonly #followers: Followers<Client>
  readonly #depths: DepthSubscriptions<Client>
  readonly #messages = new TurnMessages()
  readonly #status: () => Status
  /** who is to be told the status at their turn */
  #dueStatus = new Set<Client>()
  readonly #addresses = new AddressCounts(MAX_CLIENTS_OF_ADDRESS)

  constructor(options: {
    readonly http: HttpServer
    readonly feed: PictureFeed
    readonly marketData: MarketData
    readonly status: () => Status
  }) {
    this.#feed = options.feed
    this.#status = options.status
    this.#followers = new Followers({
      feed: this.#feed,
      // A frame of everything is a snapshot: it takes the place of what there was.
      send: (clients, frame) => this.#messages.tell(clients, frame.fromSequence === 0 ? 'snapshot' : 'frame', frame),
    })
    this.#depths = new DepthSubscriptions({
      marketData: options.marketData,
      send: (clients, depth) => this.#messages.tell(clients, 'depth', depth),
    })
    this.#server = new Server(options.http, {
      serveClient: false,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      allowRequest: (request, decide) => {
        const isRoom = this.#server.engine.clientsCount < MAX_CLIENTS
        decide(null, isSameOrigin(request) && isRoom && this.#addresses.hasRoom(askerOfSocket(request)))
      },
    })
    this.#server.engine.on('connection', (connection: EngineSocket) => {
      const asker = askerOfSocket(connection.request)
      this.#addresses.enter(asker)
      connection.once('close', () => this.#addresses.leave(asker))
    })
    this.#server.on('connection', (client) => this.#welcome(client))
  }

  /** How many are connected. */
  get size(): number {
    return this.#server.engine.clientsCount
  }

  /** Sends those whose turn it is what they lack. Call it 20 times a second. */
  sendFrames(): void {
    this.#tellStatus()
    this.#depths.sendDepths((client) => waitingPackets(client) === 0 && this.#followers.hasTurn(client))
    this.#followers.sendFrames({ nowMs: performance.now(), waitingPackets })
    // Last: what is written waits for a moment with everybody.
    this.#messages.write()
  }

  /** Sends the status, as it is at their turn, to everybody who is not too slow. */
  sendStatus(): void {
    this.#dueStatus = new Set(this.#followers.live)
  }

  /** Closes every connection and the HTTP server. */
  close(): Promise<void> {
    return this.#server.close()
  }

  #tellStatus(): void {
    const now = [...this.#dueStatus].filter((client) => this.#followers.hasTurn(client))
    if (now.length > 0) this.#messages.tell(now, 'status', this.#status())
    for (const client of now) this.#dueStatus.delete(client)
  }

  #welcome(client: Client): void {
    const messages = new TokenBucket(MESSAGES, performance.now())
    client.use((_message, next) => {
      if (messages.take(performance.now())) next()
      else client.disconnect(true)
    })
    client.on('resume', (sequence: unknown, log: unknown) => {
      if (!isSequence(sequence) || !(log === undefined || typeof log === 'string')) {
        client.disconnect(true)
        return
      }
      // Of another log its sequence says nothing: it needs all of this one.
      const isOurs = log === undefined || log === this.#feed.log
      this.#followers.resume(client, isOurs ? sequence : 0)
    })
    client.on('seen', (sequence: unknown) => {
      if (isSequence(sequence)) this.#followers.see(client, sequence, performance.now())
      else client.disconnect(true)
    })
    client.on('subscribe', (subscription: unknown) => {
      const slot = slotOf(subscription)
      if (slot === null || !this.#depths.subscribe(client, slot)) client.disconnect(true)
    })
    client.on('unsubscribe', (subscription: unknown) => {
      const slot = slotOf(subscription)
      if (slot === null) client.disconnect(true)
      else this.#depths.unsubscribe(client, slot)
    })
    client.on('disconnect', () => {
      this.#followers.forget(client)
      this.#depths.forget(client)
      this.#dueStatus.delete(client)
    })
  }
}

/** The connection below a client's; socket.io does not export its type. */
interface EngineSocket {
  readonly request: IncomingMessage
  readonly once: (event: 'close', listener: () => void) => void
}

const askerOfSocket = ({ socket, headers }: IncomingMessage) => askerOf({ from: socket.remoteAddress, headers })

const isSequence = (sequence: unknown): sequence is number => Number.isSafeInteger(sequence) && Number(sequence) >= 0

/** The slot that a subscription names, or null: what came may be anything. */
function slotOf(subscription: unknown): number | null {
  const slot = fieldOf(subscription, 'slot')
  return typeof slot === 'number' && Number.isSafeInteger(slot) && slot >= 0 ? slot : null
}

/** How many packets wait for the client's connection. Engine.io keeps them here, but its types call it private. */
function waitingPackets(client: Client): number {
  return (client.conn as unknown as { readonly writeBuffer: readonly unknown[] }).writeBuffer.length
}
