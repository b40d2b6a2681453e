import { Data } from 'effect'

/** The device answers, but not as a SunSpec device. */
export class NotSunspec extends Data.TaggedError('NotSunspec')<{
  readonly unit: number
  readonly bases: readonly number[]
  readonly detail: string
}> {
  override get message(): string {
    return `unit ${this.unit} is no SunSpec device (looked at ${this.bases.join(', ')}): ${this.detail}`
  }
}
