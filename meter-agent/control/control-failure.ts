import { Data } from 'effect'

/** A register does not hold what was written to it; the device is put back to what it was. */
export class ReadBackMismatch extends Data.TaggedError('ReadBackMismatch')<{
  readonly unit: number
  readonly address: number
  /** words as four hexadecimal digits each */
  readonly written: string
  readonly read: string
}> {
  override get message(): string {
    return `unit ${this.unit}, register ${this.address}: holds ${this.read} after ${this.written} was written`
  }
}

/** Where a command was at work another device answers now; nothing is written to it. */
export class DeviceReplaced extends Data.TaggedError('DeviceReplaced')<{
  readonly unit: number
  readonly address: number
  readonly expected: string
  readonly read: string
}> {
  override get message(): string {
    return `unit ${this.unit} is another device than the one under control: register ${this.address} holds ${this.read} instead of ${this.expected}`
  }
}

/** The record of commands cannot be kept, so that none is carried out: disk full, damaged, or held by another process. */
export class ControlJournalFailure extends Data.TaggedError('ControlJournalFailure')<{
  readonly file: string
  readonly detail: string
}> {
  override get message(): string {
    return `control journal ${this.file}: ${this.detail}`
  }
}

/** A device may still do what it was told: it could not be put back. The next start puts it back before anything else. */
export class NotReverted extends Data.TaggedError('NotReverted')<{ readonly url: string; readonly detail: string }> {
  override get message(): string {
    return `${this.url} may still do what it was told, and could not be put back: ${this.detail}`
  }
}

/** The connection to a device was lost while a command was at work. It has been put back; the command has ended. */
export class ControlLost extends Data.TaggedError('ControlLost')<{ readonly url: string; readonly detail: string }> {
  override get message(): string {
    return `${this.url}: ${this.detail}; the device is back to what it was, and the command has ended`
  }
}
