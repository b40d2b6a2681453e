import { Effect, Stream } from 'effect'
import { type BuiltBatch, emptySettlementBook, foldEvent } from '#contracts/index.ts'
import { type Divergence, MarketRerun } from '#matching-engine/index.ts'
import type { LoggedEvent, MarketEventOf, MarketEventType } from '#protocol/market-event.ts'
import { BadInput } from '../bad-input.ts'
import { EventBounds } from './event-bounds.ts'
import { type Evidence, eventPlace } from './evidence.ts'
import type { ProofFailed } from './proof-failed.ts'
import { proving } from './proving.ts'
import { rebuiltBatch } from './rebuilt-batch.ts'

/** An event of one type in its place. */
export type Logged<T extends MarketEventType> = { readonly sequence: number; readonly event: MarketEventOf<T> }

/** Everything in the log that one trade rests on. */
export interface TradeStory {
  readonly opened: Logged<'NeighbourhoodOpened'>
  readonly enrolments: ReadonlyMap<string, Logged<'HomeEnrolled'>>
  /** by stream key: what lets it sign readings */
  readonly sessions: ReadonlyMap<string, readonly Logged<'SessionAuthorised'>[]>
  readonly trade: Logged<'TradeMatched'>
  /** by order id: the order as it was placed, and its changes before the trade */
  readonly orders: ReadonlyMap<string, readonly (Logged<'OrderPlaced'> | Logged<'OrderAmended'>)[]>
  /** commands of its slot up to the trade */
  readonly commands: number
  /** where the log stops being what its commands make of it, from its slot's first to the trade; null: nowhere */
  readonly divergence: Divergence | null
  readonly statements: ReadonlyMap<string, Logged<'StatementAccepted'>>
  /** the batch that holds its slot, as logged and as its records make it; null while it is not proposed */
  readonly batch: {
    readonly proposed: Logged<'BatchProposed'>
    readonly built: BuiltBatch
  } | null
  readonly finalized: Logged<'BatchFinalized'> | null
}

/** Gathers a trade's story in one pass over the log. BadInput if the log holds no such trade. */
export const tradeStory = (evidence: Evidence, id: string): Effect.Effect<TradeStory, BadInput | ProofFailed> =>
  Effect.gen(function* () {
    const slot = /^\d{1,16}\.\d{1,16}$/.test(id) ? Number(id.split('.')[0]) : null
    if (slot === null) {
      return yield* new BadInput({ detail: `${id} is not a trade: its id is SLOT.NUMBER, like 1978132.1` })
    }
    const teller = new StoryTeller(evidence, { id, slot })
    yield* Stream.runForEachArray(evidence.events, (events) =>
      Effect.forEach(events, (event) => teller.take(event), { discard: true }),
    )
    const { opened, trade } = teller
    if (opened === null || trade === null) {
      return yield* new BadInput({ detail: `${id} is not in the log of ${evidence.node.neighbourhood}` })
    }
    return { ...teller, opened, trade }
  })

class StoryTeller {
  opened: Logged<'NeighbourhoodOpened'> | null = null
  readonly enrolments = new Map<string, Logged<'HomeEnrolled'>>()
  readonly sessions = new Map<string, Logged<'SessionAuthorised'>[]>()
  trade: Logged<'TradeMatched'> | null = null
  readonly orders = new Map<string, (Logged<'OrderPlaced'> | Logged<'OrderAmended'>)[]>()
  commands = 0
  divergence: Divergence | null = null
  readonly statements = new Map<string, Logged<'StatementAccepted'>>()
  batch: TradeStory['batch'] = null
  finalized: Logged<'BatchFinalized'> | null = null
  readonly #book = emptySettlementBook()
  readonly #bounds = new EventBounds()
  readonly #rerun: MarketRerun
  readonly #evidence: Evidence
  readonly #id: string
  readonly #slot: number

  constructor(evidence: Evidence, trade: { readonly id: string; readonly slot: number }) {
    this.#evidence = evidence
    this.#id = trade.id
    this.#slot = trade.slot
    this.#rerun = new MarketRerun({ onlySlot: trade.slot })
  }

  take(logged: LoggedEvent): Effect.Effect<void, ProofFailed> {
    return proving({ step: 'log', place: eventPlace(logged) }, () => {
      this.#bounds.check(logged)
      this.#note(logged)
      foldEvent(this.#book, logged)
    })
  }

  #note(logged: LoggedEvent): void {
    const { sequence, event } = logged
    if (this.trade === null) this.divergence ??= this.#rerun.next(logged)
    switch (event.type) {
      case 'NeighbourhoodOpened':
        this.opened ??= { sequence, event }
        return
      case 'HomeEnrolled':
        this.enrolments.set(event.enrolment.body.account, { sequence, event })
        return
      case 'SessionAuthorised':
        this.#authorise({ sequence, event })
        return
      case 'OrderPlaced':
      case 'OrderAmended':
        if (event.order.body.slot === this.#slot && this.trade === null) {
          this.commands++
          this.orders.set(event.orderId, [
            ...(this.orders.get(event.orderId) ?? []),
            { sequence, event } as Logged<'OrderPlaced'>,
          ])
        }
        return
      case 'OrderCancelled':
        if (event.cancel.body.slot === this.#slot && this.trade === null) this.commands++
        return
      case 'TradeMatched':
        if (event.trade.id === this.#id) this.trade ??= { sequence, event }
        return
      case 'StatementAccepted': {
        const { body } = event.statement
        if (body.slot === this.#slot) this.statements.set(body.account, { sequence, event })
        return
      }
      case 'BatchProposed':
        if (event.batch.firstSlot <= this.#slot && this.#slot <= event.batch.lastSlot) {
          this.batch ??= this.#rebuilt({ sequence, event })
        }
        return
      case 'BatchFinalized':
        if (event.number === this.batch?.proposed.event.batch.number) this.finalized ??= { sequence, event }
        return
      default:
        return
    }
  }

  #authorise(logged: Logged<'SessionAuthorised'>): void {
    const { streamKey } = logged.event.session.body
    this.sessions.set(streamKey, [...(this.sessions.get(streamKey) ?? []), logged])
  }

  #rebuilt(proposed: Logged<'BatchProposed'>): NonNullable<TradeStory['batch']> {
    const { number } = proposed.event.batch
    const built = rebuiltBatch(this.#evidence, this.#book, proposed.event.batch)
    if (built === null) throw new Error(`batch ${number} has no slots that are settling`)
    return { proposed, built }
  }
}
