import { Data } from 'effect'

/** A message of a device cannot be used: which topic, where in it, what is wrong there. */
export class BadMqttMessage extends Data.TaggedError('BadMqttMessage')<{
  readonly topic: string
  /** `$.ENERGY.Total`; `$` for the whole payload */
  readonly path: string
  readonly detail: string
}> {
  override get message(): string {
    return `MQTT topic ${this.topic}, ${this.path}: ${this.detail}`.replace(/\p{Cc}/gu, '\ufffd')
  }
}
