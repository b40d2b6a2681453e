import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, Exit, Scope } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { openDurableBooks } from '#matching-engine/engine/durable-books.ts'
import { StaleAppend } from '#matching-engine/event-log/node-sqlite.ts'
import { seededRandom } from '#meter-agent/seeded-random.ts'
import { AccountBooks, type AccountCommand, bufferOf, stateAfter } from './account-books.ts'
import { cutWrite, type DiskImage, readImage, tornWrite, writeImage } from './disk-image.ts'
import { SimulatedJournal } from './simulated-journal.ts'

/** How many simulated disks; `npm run test:long` asks for more. */
const seeds = Number(process.env.COMMONWATT_TEST_FAULTS ?? 50)
/** Crashes a seed, and damages that are tried on what each leaves. */
const LIVES = 4
const DAMAGES_A_LIFE = 2
const PARTITION = 'p'

// What a disk would keep is simulated, so it need not be waited for.
const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'commonwatt-faults-'))
afterAll(() => rmSync(root, { recursive: true }))

/** Everything that happens to one log, drawn from a seed. */
class FaultSimulation {
  readonly #random: () => number
  readonly #folder: string
  /** a snapshot of several parts in some runs, of one in others */
  readonly #ballast: number
  readonly #commands: AccountCommand[] = []
  /** how far outcomes have been given to whoever asked */
  #acknowledged = 0
  #files = 0
  readonly seen = { crashes: 0, damages: 0, refusals: 0, full: 0, snapshots: 0, stale: 0, checkpoints: 0 }

  constructor(seed: number) {
    this.#random = seededRandom(`log faults ${seed}`)
    this.#folder = join(root, `${seed}`)
    mkdirSync(this.#folder)
    this.#ballast = this.#chance(0.3) ? 600_000 : 0
  }

  async run(): Promise<void> {
    let image: DiskImage | null = null
    for (let life = 0; life < LIVES; life++) {
      image = await this.#live(image)
      for (let damage = 0; damage < DAMAGES_A_LIFE; damage++) await this.#damage(image)
    }
    rmSync(this.#folder, { recursive: true })
  }

  /** Opens what a crash has left, checks it, works with it, and crashes again. */
  async #live(found: DiskImage | null): Promise<DiskImage> {
    const file = this.#newFile()
    if (found !== null) writeImage(file, found)
    const maxBytes = this.#chance(0.2) ? (found?.database.length ?? 0) + 40_000 + this.#below(200_000) : undefined
    const scope = await Effect.runPromise(Scope.make())
    let journal: SimulatedJournal | undefined
    const books = new AccountBooks(this.#ballast)
    const durable = await Effect.runPromise(
      Scope.provide(
        openDurableBooks({
          file,
          partition: PARTITION,
          books,
          snapshotEveryCommands: 100 + this.#below(2_000),
          ...(maxBytes === undefined ? {} : { maxBytes }),
          openJournal: SimulatedJournal.opener((opened) => {
            journal = opened
          }),
        }),
        scope,
      ),
    )
    if (journal === undefined) throw new Error('the books opened no journal')
    const { sequence, snapshotSequence } = durable.recovery
    this.#expectWhole(sequence, books)
    if (snapshotSequence > 0) this.seen.snapshots++
    // Nobody has heard of what is not there, so it is sent again, and may be something else.
    this.#commands.length = sequence

    // Some lives end as soon as the write-ahead log is copied into the file, the others after a number of steps.
    const endsAtCheckpoint = this.#chance(0.25)
    for (let steps = endsAtCheckpoint ? 60 : 3 + this.#below(25); ; steps--) {
      for (let submits = this.#below(4); submits > 0; submits--)
        this.#submit(durable.submit, endsAtCheckpoint ? 0.3 : 0.05)
      if (this.#chance(0.2)) this.#appendStale(journal)
      const { synced } = journal
      const before = steps <= 0 || endsAtCheckpoint ? readImage(file) : null
      if (!journal.step()) continue
      await this.#hear(journal, this.#below(4))
      if (journal.isOver) this.seen.full++
      if (before === null && !journal.isOver) continue
      const after = readImage(file)
      const isCheckpoint = before !== null && !journal.isOver && !after.database.equals(before.database)
      if (isCheckpoint) this.seen.checkpoints++
      if (steps > 0 && !isCheckpoint && !journal.isOver) continue
      // A disk that is full leaves a file that is closed; what was heard of is on it for certain.
      const isSettled = before === null || journal.isOver || this.#acknowledged > synced
      journal.kill()
      this.seen.crashes++
      return isSettled ? after : this.#crashBetween(before, after)
    }
  }

  /** A new group of commands at a time that jumps about; what of them is acknowledged is noted. */
  #submit(submit: (commands: ReturnType<typeof bufferOf>) => Effect.Effect<void, unknown>, large: number): void {
    const count = this.#chance(large) ? 1 + this.#below(2_000) : 1 + this.#below(30)
    const group = Array.from({ length: count }, () => ({
      id: this.#below(1_000_000),
      account: this.#below(64),
      qty: this.#below(5),
      nowMs: 1_700_000_000_000 + this.#below(10_000_000) - (this.#chance(0.1) ? 1_000_000_000 : 0),
    }))
    this.#commands.push(...group)
    const last = this.#commands.length
    const acknowledge = Effect.sync(() => {
      this.#acknowledged = Math.max(this.#acknowledged, last)
    })
    Effect.runFork(Effect.ignore(Effect.andThen(submit(bufferOf(group)), acknowledge)))
  }

  /** Reports arrive late, and some never. */
  async #hear(journal: SimulatedJournal, reports: number): Promise<void> {
    journal.deliver(reports)
    await new Promise((resolve) => setImmediate(resolve))
  }

  /** A batch that comes again, or before the one it follows: from an owner that does not know that it was replaced. */
  #appendStale(journal: SimulatedJournal): void {
    const { file, synced } = journal
    const count = 1 + this.#below(5)
    const expected = this.#chance(0.5) ? this.#below(synced) : synced + 1 + this.#below(10)
    if (expected === synced) return
    const bytes = bufferOf(this.#commands.slice(0, 1)).bytes
    const append = () =>
      file.transaction(() => file.append(PARTITION, expected, [{ count, encoding: 'commands', bytes }]))
    expect(append).toThrow(StaleAppend)
    expect(file.head(PARTITION)).toBe(synced)
    this.seen.stale++
  }

  /**
   * What the disk holds when the power goes between two syncs. Either while the write-ahead log is written, any of whose
   * sectors may be there by then; or after that, while it is copied into the file.
   */
  #crashBetween(before: DiskImage, after: DiskImage): DiskImage {
    const share = this.#random()
    const scattered = () => this.#chance(share)
    switch (this.#below(4)) {
      case 0:
        return { ...before, wal: cutWrite(before.wal, after.wal, this.#below(after.wal.length + 1)) }
      case 1:
        return { ...before, wal: tornWrite(before.wal, after.wal, scattered) }
      case 2:
        return { ...before, wal: after.wal, database: tornWrite(before.database, after.database, scattered) }
      default:
        return after
    }
  }

  /** Whatever else becomes of the bytes, what was acknowledged is there, or the log is refused. Never less, unseen. */
  async #damage(image: DiskImage): Promise<void> {
    const part = (['database', 'wal', 'witness'] as const)[this.#below(3)] ?? 'wal'
    const bytes = Buffer.from(image[part])
    if (bytes.length === 0) return
    if (this.#chance(0.3) && part !== 'witness') {
      await this.#expectWholeOrRefused({ ...image, [part]: bytes.subarray(0, this.#below(bytes.length)) })
    } else {
      const at = this.#below(bytes.length)
      bytes.writeUInt8((bytes.readUInt8(at) + 1 + this.#below(255)) % 256, at)
      await this.#expectWholeOrRefused({ ...image, [part]: bytes })
    }
    this.seen.damages++
  }

  async #expectWholeOrRefused(image: DiskImage): Promise<void> {
    const file = this.#newFile()
    writeImage(file, image)
    const books = new AccountBooks(this.#ballast)
    let journal: SimulatedJournal | undefined
    const opening = openDurableBooks({
      file,
      partition: PARTITION,
      books,
      openJournal: SimulatedJournal.opener((opened) => {
        journal = opened
      }),
    })
    const scope = await Effect.runPromise(Scope.make())
    const exit = await Effect.runPromiseExit(Scope.provide(opening, scope))
    journal?.kill()
    if (Exit.isSuccess(exit)) return this.#expectWhole(exit.value.recovery.sequence, books)
    this.seen.refusals++
    expect(exit.cause.reasons.map((reason) => reason._tag === 'Fail' && reason.error._tag)).toEqual(['LogFailure'])
  }

  /** No acknowledged command is missing, none was run twice or out of its turn. */
  #expectWhole(sequence: number, books: AccountBooks): void {
    expect(sequence).toBeGreaterThanOrEqual(this.#acknowledged)
    expect(sequence).toBeLessThanOrEqual(this.#commands.length)
    expect(books.stateHash()).toBe(stateAfter(this.#commands.slice(0, sequence)))
  }

  #newFile(): string {
    return join(this.#folder, `${++this.#files}.sqlite`)
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  #chance(probability: number): boolean {
    return this.#random() < probability
  }
}

describe(`a journal whose disk and process fail in ${seeds} ways`, () => {
  it('has every acknowledged command once, or is refused', { timeout: 10_000 + seeds * 2_000 }, async () => {
    const total: Record<string, number> = {}
    for (let seed = 1; seed <= seeds; seed++) {
      const simulation = new FaultSimulation(seed)
      try {
        await simulation.run()
      } catch (cause) {
        throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
      }
      for (const [what, count] of Object.entries(simulation.seen)) total[what] = (total[what] ?? 0) + count
    }
    // Each of the faults has really been there.
    for (const [what, count] of Object.entries(total)) expect(count, what).toBeGreaterThan(seeds / 10)
  })
})
