import type { Server as HttpServer } from 'node:http'
import { Server, type Socket } from 'socket.io'
import type { ClientToServer, ServerToClient, Status } from '#protocol/messages.ts'
import type { MarketData } from '../market-data/market-data.ts'
import { DepthSubscriptions } from './depth-subscriptions.ts'
import type { FrameFeed } from './frame-feed.ts'
import { fieldOf } from './lane-of.ts'
import { isSameOrigin } from './same-origin.ts'

const MAX_CLIENTS = 2_000
/** The largest message a page may send: `resume` or `subscribe` and its number are far below it. */
const MAX_MESSAGE_BYTES = 4_096
/** Packets a client may have waiting (two seconds of frames) before it counts as too slow for single frames. */
const MAX_WAITING_PACKETS = 40
/** The room of those who have everything so far: one frame is encoded once for all of them. */
const LIVE = 'live'

/** Where a client stands: `catching-up` from what it has (null: nothing), `live`, or `slow` until it has drained. */
type Standing =
  | { readonly type: 'catching-up'; readonly sequence: number | null }
  | { readonly type: 'live' }
  | { readonly type: 'slow' }

type Client = Socket<ClientToServer, ServerToClient>

/** The live connections of a gateway. Nothing is sent but by `sendFrames` and `sendStatus`; call them in rhythm. */
export class PageConnections {
  readonly #server: Server<ClientToServer, ServerToClient>
  readonly #feed: FrameFeed
  readonly #standing = new Map<Client, Standing>()
  readonly #depths: DepthSubscriptions<Client>
  #liveSequence = 0

  constructor(options: { readonly http: HttpServer; readonly feed: FrameFeed; readonly marketData: MarketData }) {
    this.#feed = options.feed
    this.#depths = new DepthSubscriptions({
      marketData: options.marketData,
      send: (clients, depth) => this.#server.to(clients.map(({ id }) => id)).emit('depth', depth),
    })
    this.#server = new Server(options.http, {
      serveClient: false,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      allowRequest: (request, decide) => {
        decide(null, isSameOrigin(request) && this.#server.engine.clientsCount < MAX_CLIENTS)
      },
    })
    this.#server.on('connection', (client) => this.#welcome(client))
  }

  /** How many are connected. */
  get size(): number {
    return this.#server.engine.clientsCount
  }

  /** Sends each client what it lacks. At most 20 times a second. */
  sendFrames(): void {
    // Looked at before anything is sent: what is sent now waits for a moment with everybody.
    const drained = new Set<Client>()
    for (const client of this.#server.sockets.sockets.values()) if (waitingPackets(client) === 0) drained.add(client)
    this.#depths.sendDepths((client) => drained.has(client))
    this.#sendFrames(drained)
  }

  #sendFrames(drained: ReadonlySet<Client>): void {
    for (const [client, standing] of this.#standing) {
      const waiting = waitingPackets(client)
      if (standing.type === 'live' && waiting > MAX_WAITING_PACKETS) this.#drop(client)
      // What it missed is gone for it: it begins again with a snapshot.
      if (standing.type === 'slow' && waiting === 0) this.#standing.set(client, { type: 'catching-up', sequence: null })
    }
    const update = this.#feed.updateSince(this.#liveSequence)
    if (update.type === 'frame') this.#server.to(LIVE).emit('frame', update.frame)
    // Too much at once for a frame (a long pause of this process): all begin again.
    if (update.type === 'snapshot') this.#server.to(LIVE).emit('snapshot', update.snapshot)
    if (update.type === 'frame') this.#liveSequence = update.frame.toSequence
    if (update.type === 'snapshot') this.#liveSequence = update.snapshot.sequence
    for (const [client, standing] of this.#standing) {
      // One that asks again and again without reading would pile up snapshots here.
      if (standing.type === 'catching-up' && drained.has(client)) this.#catchUp(client, standing.sequence)
    }
  }

  /** Sends the status to everybody who is not too slow. */
  sendStatus(status: Status): void {
    this.#server.to(LIVE).emit('status', status)
  }

  /** Closes every connection and the HTTP server. */
  close(): Promise<void> {
    return this.#server.close()
  }

  #welcome(client: Client): void {
    client.on('resume', (sequence: unknown) => {
      if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence) || sequence < 0) {
        client.disconnect(true)
        return
      }
      void client.leave(LIVE)
      this.#standing.set(client, { type: 'catching-up', sequence: sequence === 0 ? null : sequence })
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
      this.#standing.delete(client)
      this.#depths.forget(client)
    })
  }

  #drop(client: Client): void {
    void client.leave(LIVE)
    this.#standing.set(client, { type: 'slow' })
  }

  #catchUp(client: Client, sequence: number | null): void {
    const update = this.#feed.updateSince(sequence)
    if (update.type === 'frame') client.emit('frame', update.frame)
    if (update.type === 'snapshot') client.emit('snapshot', update.snapshot)
    const reached =
      update.type === 'frame'
        ? update.frame.toSequence
        : update.type === 'snapshot'
          ? update.snapshot.sequence
          : sequence
    // A snapshot can be ahead of the events that have come in: the client waits until they have.
    if (reached !== this.#liveSequence) {
      this.#standing.set(client, { type: 'catching-up', sequence: reached })
      return
    }
    void client.join(LIVE)
    this.#standing.set(client, { type: 'live' })
  }
}

/** The slot that a subscription names, or null: what came may be anything. */
function slotOf(subscription: unknown): number | null {
  const slot = fieldOf(subscription, 'slot')
  return typeof slot === 'number' && Number.isSafeInteger(slot) && slot >= 0 ? slot : null
}

/** How many packets wait for the client's connection. Engine.io keeps them here, but its types call it private. */
function waitingPackets(client: Client): number {
  return (client.conn as unknown as { readonly writeBuffer: readonly unknown[] }).writeBuffer.length
}
