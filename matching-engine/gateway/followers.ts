import type { PictureFrame } from '#protocol/picture/picture-frame.ts'
import { LiveGroup } from './live-group.ts'
import { PageReader } from './page-reader.ts'
import type { PictureFeed } from './picture-feed.ts'

/**
 * As many have their turn at one moment: a connection costs what is written to it less than being written to at all, and
 * nobody else shall wait long for that. Those who are more take turns, and have as much fewer frames a second.
 */
const TURN_CLIENTS_MAX = 250
/** Frames made for those who are not where the others are, at one moment; who comes later waits for the next. */
const CATCH_UPS_MAX = 64
/** Nor more than so many rows in them: some 10 ms. One frame is always made, however large. */
const CATCH_UP_ROWS_MAX = 10_000

/** One that is not where the others are. */
interface CatchUp<Client> {
  readonly client: Client
  readonly reader: PageReader
  readonly sequence: number
  readonly becomes: 'live' | 'behind'
}

/** Who follows the picture. All that is kept of a client is how far it has come, so nothing piles up for anybody. */
export class Followers<Client> {
  readonly #feed: PictureFeed
  readonly #send: (clients: readonly Client[], frame: PictureFrame) => void
  readonly #readers = new Map<Client, PageReader>()
  readonly #groups: LiveGroup<Client>[] = [new LiveGroup()]
  #turn = 0

  constructor(options: {
    readonly feed: PictureFeed
    readonly send: (clients: readonly Client[], frame: PictureFrame) => void
  }) {
    this.#feed = options.feed
    this.#send = options.send
  }

  /** All that keep up. */
  get live(): readonly Client[] {
    return this.#groups.flatMap(({ clients }) => [...clients])
  }

  /** Whether a client can be told something else at this turn: it keeps up and it is its turn, or it does not follow. */
  hasTurn(client: Client): boolean {
    if (this.#readers.get(client)?.isBehind) return false
    return this.#groups.every(({ clients }, index) => index === this.#turn || !clients.has(client))
  }

  /** The client asks for everything after a sequence. */
  resume(client: Client, sequence: number): void {
    this.#leave(client)
    const reader = this.#readers.get(client) ?? new PageReader()
    this.#readers.set(client, reader)
    reader.resume(sequence)
  }

  /** The client says that it has seen everything up to a sequence. */
  see(client: Client, sequence: number, nowMs: number): void {
    this.#readers.get(client)?.see(sequence, nowMs)
  }

  /** The client is gone. */
  forget(client: Client): void {
    this.#leave(client)
    this.#readers.delete(client)
  }

  /** Sends those whose turn it is what they lack, and all others who lack something of their own. Call it in rhythm. */
  sendFrames(options: { readonly nowMs: number; readonly waitingPackets: (client: Client) => number }): void {
    if (!this.#feed.isComplete) return
    const { nowMs, waitingPackets } = options
    const group = this.#groups[this.#turn]
    if (group === undefined) throw new Error('somebody has the turn')
    const dueSequence = group.dueSequence(nowMs)
    const catchUps: CatchUp<Client>[] = []
    for (const [client, reader] of this.#readers) {
      if (reader.isLive && !group.clients.has(client)) continue
      const moment = { nowMs, waitingPackets: waitingPackets(client), liveSequence: group.sequence, dueSequence }
      const step = reader.next(moment)
      if (step.type === 'leave') group.clients.delete(client)
      if (step.type === 'send') catchUps.push({ client, reader, sequence: step.sequence, becomes: step.becomes })
    }
    this.#sendLive(group, nowMs)
    this.#catchUp(group, catchUps, nowMs)
    this.#nextTurn()
  }

  #sendLive(group: LiveGroup<Client>, nowMs: number): void {
    const { sequence } = this.#feed
    if (sequence === group.sequence) return
    if (group.clients.size > 0) this.#send([...group.clients], this.#feed.frameSince(group.sequence))
    group.sent(sequence, nowMs)
  }

  /** Those who have come equally far are told together, and then they are where the group is. */
  #catchUp(group: LiveGroup<Client>, catchUps: readonly CatchUp<Client>[], nowMs: number): void {
    const room = Math.max(0, TURN_CLIENTS_MAX - group.clients.size)
    const bySequence = Map.groupBy(catchUps.slice(0, room), ({ sequence }) => sequence)
    let rows = 0
    for (const [sequence, alike] of [...bySequence].slice(0, CATCH_UPS_MAX)) {
      if (rows >= CATCH_UP_ROWS_MAX) return
      const hasAll = sequence === group.sequence
      if (!hasAll) {
        const frame = this.#feed.frameSince(sequence)
        rows += rowsOf(frame)
        this.#send(
          alike.map(({ client }) => client),
          frame,
        )
      }
      for (const { client, reader, becomes } of alike) {
        reader.sent(group.sequence, hasAll ? 'live' : becomes, nowMs)
        if (reader.isLive) group.clients.add(client)
      }
    }
  }

  /** As many groups as there are to be; who was in one of too many catches up with another. */
  #nextTurn(): void {
    const wanted = Math.max(1, Math.ceil(this.#readers.size / TURN_CLIENTS_MAX))
    while (this.#groups.length < wanted) this.#groups.push(new LiveGroup())
    for (const { clients, sequence } of this.#groups.splice(wanted)) {
      for (const client of clients) this.#readers.get(client)?.move(sequence)
    }
    this.#turn = (this.#turn + 1) % wanted
  }

  #leave(client: Client): void {
    for (const { clients } of this.#groups) clients.delete(client)
  }
}

const rowsOf = ({ homes, slots, batches, trades }: PictureFrame): number =>
  (homes.powerW?.length ?? 0) + (slots.slot?.length ?? 0) + batches.length + (trades.id?.length ?? 0)
