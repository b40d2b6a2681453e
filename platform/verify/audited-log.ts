import { type BuiltBatch, type Delivery, deliveriesOf, emptySettlementBook, foldEvent } from '#contracts/index.ts'
import { commandOf, MarketRerun } from '#matching-engine/index.ts'
import type { Enrolment } from '#protocol/enrolment.ts'
import type { LoggedEvent, MarketEventOf } from '#protocol/market-event.ts'
import { AuditedStatements } from './audited-statements.ts'
import { checkArchive, checkBatch } from './batch-step.ts'
import { EventBounds } from './event-bounds.ts'
import { type Evidence, eventPlace } from './evidence.ts'
import { shown } from './first-difference.ts'
import { divergenceFailure } from './match-step.ts'
import type { OpenedArchives } from './opened-archives.ts'
import { ProofFailed } from './proof-failed.ts'
import { rebuiltBatch } from './rebuilt-batch.ts'
import type { Logged } from './trade-story.ts'

type Hex = `0x${string}`

/**
 * A log done again, event by event: every command taken and matched anew, every statement made from its readings, every
 * batch from its slots. Throws ProofFailed at the first difference.
 */
export class AuditedLog {
  readonly counts = { events: 0, signatures: 0, readings: 0, orders: 0, trades: 0 }
  readonly statements = new AuditedStatements()
  readonly homes = new Map<Hex, string>()
  /** account → its device as it was enrolled */
  readonly devices = new Map<Hex, Pick<Enrolment, 'deviceId' | 'deviceSigner'>>()
  /** every batch that the log tells of, made again, in order */
  readonly batches: BuiltBatch[] = []
  /** what the log tells of each of them, by batch number from 1 */
  readonly proposed: (Logged<'BatchProposed'> | undefined)[] = [undefined]
  readonly final: (Logged<'BatchFinalized'> | undefined)[] = [undefined]
  /** what it tells of the homes' balances, in order */
  readonly funds: Logged<'FundsChanged'>[] = []
  /** what it tells of their devices, in order */
  readonly toldDevices: Logged<'DevicesChanged'>[] = []
  opened: MarketEventOf<'NeighbourhoodOpened'> | null = null
  readonly #evidence: Pick<Evidence, 'folder' | 'node' | 'archiveKey'>
  readonly #archives: OpenedArchives | null
  /** of batches that set something aside */
  readonly #whole = new Map<number, readonly Delivery[]>()
  readonly #bounds = new EventBounds()
  readonly #rerun = new MarketRerun()
  readonly #book = emptySettlementBook()

  /** @param archives opens what of the archives is for somebody's key */
  constructor(evidence: Pick<Evidence, 'folder' | 'node' | 'archiveKey'>, archives: OpenedArchives | null = null) {
    this.#evidence = evidence
    this.#archives = archives
  }

  /** Takes the next event. */
  take(logged: LoggedEvent): void {
    const { sequence, event } = logged
    this.#bounds.check(logged)
    const divergence = this.#rerun.next(logged)
    if (divergence !== null) throw divergenceFailure('log', divergence)
    this.#count(logged)
    if (event.type === 'NeighbourhoodOpened') this.opened = event
    if (event.type === 'HomeEnrolled') {
      const { account, home, deviceId, deviceSigner } = event.enrolment.body
      this.homes.set(account, home)
      this.devices.set(account, { deviceId, deviceSigner })
    }
    if (event.type === 'BatchProposed') {
      const { number, setAside } = event.batch
      const built = this.rebuild(event.batch)
      if (built === null) {
        const expected = 'a batch of slots that are all settling'
        throw new ProofFailed({
          step: 'batches',
          place: eventPlace(logged, 'batch'),
          expected,
          got: shown(event.batch),
        })
      }
      checkBatch('batches', { sequence, event }, built)
      checkArchive('archive', this.#evidence.folder, built)
      this.#archives?.take(built)
      this.batches.push(built)
      const whole = setAside === undefined ? null : deliveriesOf(this.#book, number)
      if (whole !== null) this.#whole.set(number, whole.deliveries)
      this.proposed.push({ sequence, event })
    }
    if (event.type === 'FundsChanged') this.funds.push({ sequence, event })
    if (event.type === 'DevicesChanged') this.toldDevices.push({ sequence, event })
    if (event.type === 'BatchFinalized') this.final.push({ sequence, event })
    this.statements.take(logged, this.opened?.rules.slotMinutes ?? 15)
    foldEvent(this.#book, logged)
  }

  /** After the last event. */
  end(): void {
    this.statements.end()
    const { missing } = this.#rerun
    if (missing === null) return
    const place = `log.sqlite after event ${this.counts.events}`
    throw new ProofFailed({ step: 'log', place, expected: shown(missing), got: 'the end of the log' })
  }

  /** A batch made of what the log says so far; null while its slots are not all settling. */
  rebuild(told: Parameters<typeof rebuiltBatch>[2]): BuiltBatch | null {
    return rebuiltBatch(this.#evidence, this.#book, told)
  }

  /** What the log has of a batch's slots, with what the batch sets aside; null while they are not all settling. */
  deliveriesOf(number: number): readonly Delivery[] | null {
    const built = this.batches[number - 1]
    return this.#whole.get(number) ?? built?.deliveries ?? deliveriesOf(this.#book, number)?.deliveries ?? null
  }

  #count({ event }: LoggedEvent): void {
    this.counts.events++
    if (commandOf(event) !== null) this.counts.signatures++
    if (event.type === 'ReadingAccepted') this.counts.readings++
    if (event.type === 'OrderPlaced') this.counts.orders++
    if (event.type === 'TradeMatched') this.counts.trades++
  }
}
