import { Data } from 'effect'

/**
 * A P1 telegram of which nothing is used. `line` counts from 1, the line with the slash. It was too long, or cut off
 * by the next one (`frame`); its checksum is wrong or missing (`crc`); a line is no object (`line`), an object stands
 * there twice (`twice`), or its value is not what it should be (`value`).
 */
export class BadTelegram extends Data.TaggedError('BadTelegram')<{
  readonly line: number
  readonly reason: 'frame' | 'crc' | 'line' | 'twice' | 'value'
  readonly detail: string
}> {
  override get message(): string {
    return `P1 telegram, line ${this.line}: ${this.detail}`
  }
}
