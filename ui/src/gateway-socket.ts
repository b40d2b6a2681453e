import type { ClientToServer, ServerToClient } from '#protocol/messages.ts'

/** What a connection tells, in the order it happens. */
export interface ConnectionListener extends ServerToClient {
  readonly connect: () => void
  readonly disconnect: () => void
}

/** How long to wait before the next try, ms; the last for ever. */
const RETRIES_MS = [200, 400]
/** Silence that is longer than the gateway's own rhythm by so much is a connection that has died. Ms. */
const GRACE_MS = 2_000
/** A gateway that has not answered for so long is not there. */
const KNOCK_PATIENCE_MS = 5_000

/**
 * The page's line to the gateway that served it: it speaks socket.io's protocol (Engine.IO 4 over one WebSocket, text
 * only), which is all that this page needs of it, and a tenth of its size. After a loss it tries again, for ever.
 */
export class GatewaySocket implements ClientToServer {
  readonly #address: URL
  /** what happens before there is one nobody is told: who listens later looks at `isConnected` first */
  listener: ConnectionListener | null = null
  #socket: WebSocket | null = null
  #isConnected = false
  #tries = 0
  #retry: ReturnType<typeof setTimeout> | undefined
  #knocks = 0
  #silenceMs = 60_000
  #watch: ReturnType<typeof setTimeout> | undefined

  /** `address` is that of the page. Nothing happens before `open`. */
  constructor(address: string) {
    this.#address = new URL('socket.io/?EIO=4&transport=websocket', address)
  }

  open(): void {
    const address = new URL(this.#address)
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new WebSocket(address)
    this.#socket = socket
    this.#listen()
    // Its greeting says nothing that has to be known first.
    socket.addEventListener('open', () => socket.send('40'))
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.#socket && typeof data === 'string') this.#take(data)
    })
    // An error is always followed by the end of the connection.
    socket.addEventListener('close', () => {
      if (socket === this.#socket) this.#lost()
    })
  }

  /** There may be a network again: what waits for it waits no longer, and what was begun without it is begun anew. */
  hurry(): void {
    if (this.#isConnected) return
    this.#leave()
    void this.#again()
  }

  /** Whether the gateway hears what is said now. */
  get isConnected(): boolean {
    return this.#isConnected
  }

  readonly resume = (sequence: number, log?: string) => this.#say('resume', sequence, log)
  readonly seen = (sequence: number) => this.#say('seen', sequence)
  readonly subscribe = (subscription: { readonly slot: number }) => this.#say('subscribe', subscription)
  readonly unsubscribe = (subscription: { readonly slot: number }) => this.#say('unsubscribe', subscription)

  /** Only while connected: what was said before is said anew by whoever means it still. */
  #say(...said: readonly [event: keyof ClientToServer, ...values: unknown[]]): void {
    if (this.#isConnected) this.#socket?.send(`42${JSON.stringify(said)}`)
  }

  #take(packet: string): void {
    this.#listen()
    if (packet.startsWith('42')) {
      const [event, value] = JSON.parse(packet.slice(2)) as [string, never]
      if (isEvent(event)) this.listener?.[event](value)
    } else if (packet === '2') {
      this.#socket?.send('3')
    } else if (packet.startsWith('0')) {
      const { pingInterval, pingTimeout } = JSON.parse(packet.slice(1)) as Record<string, number>
      this.#silenceMs = (pingInterval ?? 25_000) + (pingTimeout ?? 20_000)
    } else if (packet.startsWith('40')) {
      this.#isConnected = true
      this.#tries = 0
      this.listener?.connect()
    } else if (packet.startsWith('41') || packet.startsWith('44') || packet === '1') {
      this.#lost()
    }
  }

  /** A connection may end without a word: who has not spoken for too long is gone. */
  #listen(): void {
    clearTimeout(this.#watch)
    this.#watch = setTimeout(() => this.#lost(), this.#silenceMs + GRACE_MS)
  }

  #leave(): void {
    clearTimeout(this.#watch)
    clearTimeout(this.#retry)
    this.#socket?.close()
    this.#socket = null
  }

  #lost(): void {
    this.#leave()
    if (this.#isConnected) this.listener?.disconnect()
    this.#isConnected = false
    this.#tryLater()
  }

  #tryLater(): void {
    const waitMs = RETRIES_MS[Math.min(this.#tries++, RETRIES_MS.length - 1)] as number
    this.#retry = setTimeout(() => void this.#again(), waitMs)
  }

  /**
   * A browser lets WebSockets of a page wait when many have failed, each for seconds in the end: after the first that did,
   * none is opened before somebody answers at its address.
   */
  async #again(): Promise<void> {
    const knock = ++this.#knocks
    const isThere = this.#tries === 1 || (await isAnswered(this.#address))
    // Another has begun meanwhile.
    if (knock !== this.#knocks) return
    if (isThere) this.open()
    else this.#tryLater()
  }
}

const events = ['snapshot', 'frame', 'status', 'depth'] as const
const isEvent = (name: string): name is (typeof events)[number] => (events as readonly string[]).includes(name)

/** Whether a gateway answers there, be it with a refusal; one that is away may have somebody before it who says so. */
async function isAnswered(address: URL): Promise<boolean> {
  try {
    const { status } = await fetch(address, { signal: AbortSignal.timeout(KNOCK_PATIENCE_MS) })
    return status < 500
  } catch {
    return false
  }
}
