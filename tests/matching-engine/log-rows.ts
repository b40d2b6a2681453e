import { DatabaseSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'

interface Row {
  readonly partition: string
  readonly first_sequence: number
  readonly count: number
  readonly bytes: Uint8Array
}

/**
 * Changes the JSON of one event in the rows of a log's file, as a failing disk would do it (checksums left) or somebody
 * who knows the file (checksums fit). Written by the file's description, without the code that it tests.
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
  const row = database
    .prepare('SELECT * FROM batches WHERE first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1')
    .get(sequence) as unknown as Row
  const lines = Buffer.from(row.bytes).toString('utf8').split('\n')
  const index = sequence - row.first_sequence
  const [own, json] = [lines[index]?.slice(0, 8), change(lines[index]?.slice(9) ?? '')]
  lines[index] = `${checksum === 'fit' ? crc32(json).toString(16).padStart(8, '0') : own} ${json}`
  const bytes = Buffer.from(lines.join('\n'))
  const set = database.prepare('UPDATE batches SET bytes = ? WHERE first_sequence = ?')
  set.run(bytes, row.first_sequence)
  if (checksum === 'leave') return
  const place = `${row.partition}\0${row.first_sequence}\0${row.count}\0events\0`
  const fitting = database.prepare('UPDATE batches SET checksum = ? WHERE first_sequence = ?')
  fitting.run(crc32(bytes, crc32(place)), row.first_sequence)
}

/** Changes a byte at the end of a kept snapshot's last part, as a failing disk would do it. */
export function changeSnapshot(file: string, partition: string, sequence: number): void {
  using database = new DatabaseSync(file)
  const last = database
    .prepare('SELECT part, bytes FROM snapshots WHERE partition = ? AND sequence = ? ORDER BY part DESC LIMIT 1')
    .get(partition, sequence) as unknown as { readonly part: number; readonly bytes: Uint8Array }
  last.bytes.set([(last.bytes.at(-1) ?? 0) ^ 1], last.bytes.length - 1)
  const set = database.prepare('UPDATE snapshots SET bytes = ? WHERE partition = ? AND sequence = ? AND part = ?')
  set.run(last.bytes, partition, sequence, last.part)
}
