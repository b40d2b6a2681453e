import { Data } from 'effect'

/** A command to a device that is not carried out, and nothing is written: which part of it, what stood there, what would be right. */
export class ControlRefused extends Data.TaggedError('ControlRefused')<{
  readonly reason:
    | 'forged'
    | 'not-authorised'
    | 'other-device'
    | 'expired'
    | 'replayed'
    | 'lease-too-long'
    | 'not-allowed'
    | 'out-of-range'
    | 'too-often'
    | 'not-capable'
  readonly field: string
  readonly value: string
  readonly expected: string
}> {
  override get message(): string {
    return `refused (${this.reason}): ${this.field} ${this.value}; expected ${this.expected}`
  }
}
