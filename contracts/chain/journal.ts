import { type FileHandle, open } from 'node:fs/promises'
import { ChainFailure } from './chain-failure.ts'
import type { Genesis } from './hardhat.ts'

/** A transaction that the chain took, the time of its block (Unix seconds) and the state that came out. */
export interface JournalEntry {
  readonly raw: `0x${string}`
  readonly timestamp: number
  readonly stateRoot: `0x${string}`
}

/** The memory of a local chain: one line of genesis, then one a transaction (JSON). */
export interface Journal {
  readonly genesis: Genesis
  readonly entries: readonly JournalEntry[]
  /** Durable when it resolves. */
  readonly append: (entry: JournalEntry) => Promise<void>
  readonly close: () => Promise<void>
}

const FORMAT = 1

/**
 * Opens or begins the journal of a chain. An unfinished last line, left by a crash before its transaction was
 * answered, is cut off. Refuses (ChainFailure) a journal whose genesis differs in anything but its time, and one
 * that is damaged elsewhere.
 */
export async function openJournal(options: { readonly path: string; readonly genesis: Genesis }): Promise<Journal> {
  const file = await open(options.path, 'a+', 0o600)
  try {
    const text = await file.readFile('utf8')
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    if (whole.length < text.length) await file.truncate(Buffer.byteLength(whole))
    const [first, ...rest] = whole.split('\n').slice(0, -1)
    const { path } = options
    if (first === undefined) {
      await appendLine(file, { format: FORMAT, ...options.genesis })
      return journalOf(file, options.genesis, [])
    }
    const { format, ...genesis } = parse<Genesis & { format: number }>(path, first, 1)
    refuseOtherChain(path, { format: FORMAT, ...options.genesis }, { format, ...genesis })
    return journalOf(
      file,
      genesis,
      rest.map((line, index) => parse<JournalEntry>(path, line, index + 2)),
    )
  } catch (cause) {
    await file.close()
    throw cause
  }
}

function journalOf(file: FileHandle, genesis: Genesis, entries: readonly JournalEntry[]): Journal {
  return { genesis, entries, append: (entry) => appendLine(file, entry), close: () => file.close() }
}

async function appendLine(file: FileHandle, line: object): Promise<void> {
  await file.appendFile(`${JSON.stringify(line)}\n`)
  await file.datasync()
}

function parse<T>(path: string, line: string, number: number): T {
  try {
    return JSON.parse(line) as T
  } catch {
    throw new ChainFailure({ operation: 'read the chain journal', detail: `${path}:${number} is damaged` })
  }
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
