import { Data } from 'effect'

/** A line that is not a command of `match`: which field, what stood there (undefined: nothing), what would be right. */
export class BadCommand extends Data.TaggedError('BadCommand')<{
  readonly field: string
  readonly value: unknown
  readonly expected: string
}> {
  override get message(): string {
    const found = this.value === undefined ? 'is missing' : `is ${shortened(JSON.stringify(this.value))}`
    return `"${this.field}" ${found}; expected ${this.expected}`
  }
}

const LONGEST_QUOTE = 200

function shortened(text: string): string {
  return text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE)}…`
}
