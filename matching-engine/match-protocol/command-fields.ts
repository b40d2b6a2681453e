import { BadCommand } from './bad-command.ts'

/** Reads the fields of one JSON object strictly: each by its name and type, and none that was not asked for. */
export class CommandFields {
  readonly #fields: ReadonlyMap<string, unknown>

  constructor(fields: ReadonlyMap<string, unknown>) {
    this.#fields = fields
  }

  has(field: string): boolean {
    return this.#fields.has(field)
  }

  /** Throws BadCommand for a field that the command does not have. */
  allowOnly(names: readonly string[]): void {
    for (const [field, value] of this.#fields) {
      if (!names.includes(field)) throw new BadCommand({ field, value, expected: `one of ${names.join(', ')}` })
    }
  }

  /** Throws BadCommand with the reason if the field is there. */
  refuse(field: string, reason: string): void {
    if (this.has(field)) throw new BadCommand({ field, value: this.#fields.get(field), expected: `none: ${reason}` })
  }

  text(field: string): string {
    const value = this.#fields.get(field)
    if (typeof value !== 'string') throw new BadCommand({ field, value, expected: 'a string' })
    return value
  }

  /** Any JSON number: what the market makes of a fraction or a zero is its own rule. */
  number(field: string): number {
    const value = this.#fields.get(field)
    if (typeof value !== 'number') throw new BadCommand({ field, value, expected: 'a number' })
    return value
  }

  integer(field: string): number {
    const value = this.#fields.get(field)
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
      throw new BadCommand({ field, value, expected: 'a whole number within ±(2^53 − 1)' })
    }
    return value
  }

  flag(field: string): boolean {
    const value = this.#fields.get(field)
    if (typeof value !== 'boolean') throw new BadCommand({ field, value, expected: 'true or false' })
    return value
  }

  list(field: string): readonly unknown[] {
    const value = this.#fields.get(field)
    if (!isList(value)) throw new BadCommand({ field, value, expected: 'a list' })
    return value
  }

  choice<T extends string>(field: string, choices: readonly T[]): T {
    const value = this.#fields.get(field)
    const choice = choices.find((candidate) => candidate === value)
    if (choice === undefined) throw new BadCommand({ field, value, expected: `one of ${choices.join(', ')}` })
    return choice
  }
}

export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The fields of one NDJSON line. Throws BadCommand (field `line`) if it is not one JSON object. */
export function fieldsOf(line: string): CommandFields {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw new BadCommand({ field: 'line', value: line, expected: `one JSON object (${(error as Error).message})` })
  }
  if (!isRecord(value)) {
    throw new BadCommand({ field: 'line', value, expected: 'one JSON object' })
  }
  return new CommandFields(new Map(Object.entries(value)))
}
