import { hash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'

/**
 * Changes the JSON of one event in the rows of a log's file, as a failing disk would do it (checksum left) or somebody
 * who knows the file (checksum fits).
 */
export function changeEvent(
  file: string,
  options: {
    readonly sequence: number
    readonly change: (json: string) => string
    readonly checksum: 'leave' | 'fit'
  },
): void {
  using database = new DatabaseSync(file)
  const { sequence, change, checksum } = options
  const row = database.prepare('SELECT partition, event FROM events WHERE sequence = ?').get(sequence)
  const changed = change(String(row?.event))
  database.prepare('UPDATE events SET event = ? WHERE sequence = ?').run(changed, sequence)
  if (checksum === 'leave') return
  const fitting = hash('sha256', `${row?.partition}/${sequence}/${changed}`)
  database.prepare('UPDATE events SET checksum = ? WHERE sequence = ?').run(fitting, sequence)
}
