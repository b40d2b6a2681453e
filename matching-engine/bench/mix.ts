import type { SeededNumbers } from './seeded-numbers.ts'
import type { StreamWriter } from './stream-writer.ts'

/** What one kind of market does all day: writes the commands of a workload. */
export interface Mix {
  /** books from 0 */
  readonly books: number
  /** Writes what is there before measuring begins. */
  setUp(stream: StreamWriter): void
  /** Writes the next command, or a few that belong together. */
  next(stream: StreamWriter): void
}

/** A mix that draws all its numbers from here. */
export type MixOf = (random: SeededNumbers) => Mix
