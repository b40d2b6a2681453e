import { hash } from 'node:crypto'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../durable-file.ts'
import { ChainFailure } from './chain-failure.ts'
import type { Genesis } from './hardhat.ts'

/** A transaction that the chain took, the time of its block (Unix seconds) and the state that came out. */
export interface JournalEntry {
  readonly raw: `0x${string}`
  readonly timestamp: number
  readonly stateRoot: `0x${string}`
}

/**
 * The memory of a local chain: one line of genesis, then one a transaction (JSON). Each line ends with `chained`, the
 * SHA-256 of the `chained` before it and of its own text without that, so that a changed byte shows, and where.
 */
export interface Journal {
  readonly genesis: Genesis
  readonly entries: readonly JournalEntry[]
  /** Durable when it resolves. */
  readonly append: (entry: JournalEntry) => Promise<void>
  readonly close: () => Promise<void>
}

const FORMAT = 2

/** What the journal is called in its folder. */
export const JOURNAL_FILE = 'chain.ndjson'

/**
 * Opens or begins the journal of a chain. An unfinished last line, left by a crash before its transaction was
 * answered, is cut off. Refuses (ChainFailure) a journal whose genesis differs in anything but its time, and one
 * that is damaged elsewhere.
 */
export async function openJournal(options: { readonly path: string; readonly genesis: Genesis }): Promise<Journal> {
  const { path } = options
  const file = await open(path, 'a+', 0o600)
  try {
    const text = await file.readFile('utf8')
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    if (whole.length < text.length) await file.truncate(Buffer.byteLength(whole))
    const lines = new ChainedLines(path)
    const [first, ...entries] = whole
      .split('\n')
      .slice(0, -1)
      .map((line) => lines.read(line))
    const wanted = { format: FORMAT, ...options.genesis }
    if (first === undefined) {
      await appendLine(file, lines.write(wanted))
      await syncFolder(dirname(path))
    } else refuseOtherChain(path, wanted, first)
    const { format: _, ...genesis } = (first ?? wanted) as typeof wanted
    return {
      genesis,
      entries: entries as readonly JournalEntry[],
      append: (entry) => appendLine(file, lines.write(entry)),
      close: () => file.close(),
    }
  } catch (cause) {
    await file.close()
    throw cause
  }
}

/** The time of the last block that a journal tells of, Unix seconds; 0 where there is none. What it holds is not checked. */
export async function lastJournalledTime(path: string): Promise<number> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return ''
    throw cause
  })
  const end = text.lastIndexOf('\n')
  const lastLine = end < 0 ? '' : text.slice(text.slice(0, end).lastIndexOf('\n') + 1, end)
  const times = lastLine.matchAll(/"timestamp":(\d+)/g)
  return Math.max(0, ...[...times].map(([, seconds]) => Number(seconds)))
}

/** Lines that each carry the hash of all before them. */
class ChainedLines {
  readonly #path: string
  #count = 0
  #chained = ''

  constructor(path: string) {
    this.#path = path
  }

  write(value: object): string {
    this.#count++
    const text = JSON.stringify(value)
    this.#chained = hash('sha256', `${this.#chained}${text}`)
    return JSON.stringify({ ...value, chained: this.#chained })
  }

  /** What a line holds; throws ChainFailure unless it is, byte for byte, what was written behind the one before. */
  read(line: string): object {
    try {
      const { chained: _, ...value } = JSON.parse(line) as { chained?: unknown }
      if (this.write(value) === line) return value
    } catch {
      this.#count++
    }
    const detail = `${this.#path}:${this.#count} is damaged`
    throw new ChainFailure({ operation: 'read the chain journal', detail })
  }
}

async function appendLine(file: FileHandle, line: string): Promise<void> {
  await file.appendFile(`${line}\n`)
  await file.datasync()
}

/** The time of genesis is the journal's: the clock has moved on since. */
function refuseOtherChain(path: string, wanted: object, found: object): void {
  for (const [field, value] of Object.entries(wanted)) {
    const there = (found as Record<string, unknown>)[field]
    if (field === 'timestamp' || there === value) continue
    throw new ChainFailure({
      operation: 'open the chain journal',
      detail: `${path} is of another chain: its ${field} is ${there}, this program's is ${value}`,
    })
  }
}
