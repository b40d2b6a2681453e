import { deserialize, serialize } from 'node:v8'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { type Columns, columnsOf, rowsOf } from '#protocol/columns.ts'
import type { Hash32 } from '#protocol/ids.ts'
import type { Depth } from '#protocol/messages.ts'
import { advancePicture } from '#protocol/picture/advance-picture.ts'
import { applyFrame } from '#protocol/picture/apply-frame.ts'
import { frameSince } from '#protocol/picture/frame-since.ts'
import { emptyPicture, type Picture } from '#protocol/picture/picture.ts'
import type { PictureEvent } from '#protocol/picture/picture-event.ts'
import type { PictureFrame } from '#protocol/picture/picture-frame.ts'
import type { Run } from '#protocol/picture/run.ts'
import { MarketData, type MarketDataState } from '../market-data/market-data.ts'
import { type OpenOrder, PictureEvents, type PictureEventsState } from '../picture/picture-events.ts'
import { type RunEntry, timeMsOf } from './run-entry.ts'
import type { RunSource } from './run-source.ts'

type ShownSlot = MarketDataState['slots'][number]
type ShownOrder = ShownSlot['orders'] extends ReadonlyMap<unknown, infer Order> ? Order : never

/** What a fold goes on from. Orders as columns: of many that is quicker to read again than an object each. */
interface FoldState {
  readonly frame: PictureFrame
  readonly pictureEvents: PictureEventsState
  readonly orderIds: readonly Hash32[]
  readonly orders: Columns<OpenOrder>
  readonly marketData: MarketDataState
  /** of each of its slots */
  readonly shownOrders: readonly Columns<ShownOrder>[]
}

/** Fast, and small enough: what is packed is mostly numbers. */
const PACKING = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** A run at one of its sequences, and what it needs to go on from there. */
export class RunFold {
  readonly picture: Picture = emptyPicture()
  readonly #pictureEvents: PictureEvents
  readonly #marketData: MarketData
  readonly #books: Run['books']

  /** At the beginning, or where packed bytes say. */
  constructor({ names, grid, kind }: Pick<RunSource, 'names' | 'grid' | 'kind'>, packed?: Uint8Array) {
    this.#books = kind === 'simulated' ? 'not-kept' : 'kept'
    const state = packed === undefined ? null : (deserialize(zstdDecompressSync(packed)) as FoldState)
    this.#pictureEvents = new PictureEvents({ names, grid, ...(state === null ? {} : { state: toldIn(state) }) })
    this.#marketData = new MarketData(state === null ? undefined : shownIn(state))
    if (state !== null) applyFrame(this.picture, state.frame)
  }

  get sequence(): number {
    return this.picture.sequence
  }

  /** The orders that are open, where the run tells of orders. */
  get orders(): PictureEventsState['orders'] {
    return this.#pictureEvents.orders
  }

  /** All that is needed to go on from here, in bytes. */
  pack(): Uint8Array {
    const { sequence, slots } = this.#marketData.state
    const state: FoldState = {
      frame: frameSince(this.picture, 0),
      pictureEvents: { ...this.#pictureEvents.state, orders: new Map() },
      orderIds: [...this.orders.keys()],
      orders: columnsOf([...this.orders.values()]),
      marketData: { sequence, slots: slots.map((slot) => ({ ...slot, orders: new Map() })) },
      shownOrders: slots.map(({ orders }) => columnsOf([...orders.values()])),
    }
    return zstdCompressSync(serialize(state), PACKING)
  }

  /** Takes the next entry; gives what it came to. */
  next(entry: RunEntry): readonly PictureEvent[] {
    const { picture } = this
    const { sequence } = entry
    const timeMs = timeMsOf(entry)
    const told = 'event' in entry ? this.#pictureEvents.of(entry) : entry.tell(picture)
    advancePicture(picture, { sequence, timeMs }, told)
    // One by one: an order that is under way rests, for the moment, where it can be seen.
    if ('event' in entry) this.#marketData.push([entry])
    return told
  }

  /** The whole book of a slot; null where the run keeps none. */
  depth(slot: number): Depth | null {
    if (this.#books === 'not-kept') return null
    return this.#marketData.depthAfter(slot, null)
  }
}

function toldIn({ pictureEvents, orderIds, orders }: FoldState): PictureEventsState {
  const rows = rowsOf<OpenOrder>(orders)
  return { ...pictureEvents, orders: new Map(rows.map((order, row) => [orderIds[row] as Hash32, order])) }
}

function shownIn({ marketData, shownOrders }: FoldState): MarketDataState {
  const slots = marketData.slots.map((slot, index): ShownSlot => {
    const rows = rowsOf<ShownOrder>(shownOrders[index] ?? {})
    return { ...slot, orders: new Map(rows.map((order) => [order.orderId, order])) }
  })
  return { ...marketData, slots }
}
