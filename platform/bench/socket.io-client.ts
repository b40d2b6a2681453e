import { io, type Socket } from 'socket.io-client'
import { TOLD_SLOT } from '#matching-engine/index.ts'
import type { ClientToServer, ServerToClient } from '#protocol/messages.ts'
import { applyFrame } from '#protocol/picture/apply-frame.ts'
import { emptyPicture } from '#protocol/picture/picture.ts'
import type { PictureFrame } from '#protocol/picture/picture-frame.ts'

/** What pages have seen since they were last asked; sums over all of them. */
export interface PageFigures {
  readonly frames: number
  /** trades that came one by one, and those that came in sums only */
  readonly told: number
  readonly untold: number
  /** trades that the counts do not hold, or hold twice */
  readonly lost: number
  /** how many trades were there that many ms after their append; the last: later */
  readonly latencies: readonly number[]
}

const LATENCY_MS_MAX = 5_000
/** How often a page says up to where it has seen all. */
const SEEN_MS = 1_000

/** A page without a screen: follows the picture and one slot's book, and says what it has seen as the real one does. */
export class FollowingPage {
  readonly #socket: Socket<ServerToClient, ClientToServer>
  readonly #picture = emptyPicture()
  #isFollowing = false
  #seen = 0
  #outOfPlace = 0
  #frames = 0
  #told = 0
  #untold = 0
  #latencies = noLatencies()

  constructor(url: string) {
    this.#socket = io(url, { transports: ['websocket'], forceNew: true })
    this.#socket.on('connect', () => {
      this.#socket.emit('resume', this.#picture.sequence)
      this.#socket.emit('subscribe', { slot: TOLD_SLOT })
    })
    this.#socket.on('snapshot', (frame) => {
      this.#take(frame)
      this.#isFollowing = true
    })
    this.#socket.on('frame', (frame) => this.#take(frame))
    setInterval(() => this.#saySeen(), SEEN_MS)
  }

  get isFollowing(): boolean {
    return this.#isFollowing
  }

  get sequence(): number {
    return this.#picture.sequence
  }

  get trades(): number {
    return this.#picture.counts.trades
  }

  /** What it has seen since it was last asked, if so many trades have happened in all. */
  figures(trades: number): PageFigures {
    const figures = {
      frames: this.#frames,
      told: this.#told,
      untold: this.#untold,
      lost: Math.abs(trades - this.trades) + this.#outOfPlace,
      latencies: this.#latencies,
    }
    this.#frames = this.#told = this.#outOfPlace = this.#untold = 0
    this.#latencies = noLatencies()
    return figures
  }

  #take(frame: PictureFrame): void {
    const nowMs = Date.now()
    const { trades, untoldTrades } = applyFrame(this.#picture, frame)
    this.#frames++
    this.#told += trades.length
    this.#untold += untoldTrades
    // The newest come one by one, numbered as they happened: the last is as many as the counts say.
    for (const [index, { id }] of trades.entries()) {
      if (numberOf(id) !== this.trades - trades.length + 1 + index) this.#outOfPlace++
    }
    for (const { timeMs } of trades) {
      const ms = Math.min(Math.max(0, nowMs - timeMs), LATENCY_MS_MAX)
      this.#latencies[ms] = (this.#latencies[ms] ?? 0) + 1
    }
  }

  #saySeen(): void {
    if (this.sequence === this.#seen) return
    this.#seen = this.sequence
    this.#socket.emit('seen', this.#seen)
  }
}

/** Trades are named for their slot and how many there were before. */
const numberOf = (id: string) => Number(id.split('.')[1])

const noLatencies = (): number[] => Array.from({ length: LATENCY_MS_MAX + 1 }, () => 0)
