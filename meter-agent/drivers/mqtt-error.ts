import { Data } from 'effect'

/** The MQTT broker could not be reached, or was lost. */
export class MqttClosed extends Data.TaggedError('MqttClosed')<{
  /** `host:port` */
  readonly broker: string
  readonly detail: string
}> {
  override get message(): string {
    return `no connection to the MQTT broker ${this.broker}: ${this.detail}`
  }
}

/** The MQTT broker does not let us in, or not to a topic. */
export class MqttRefused extends Data.TaggedError('MqttRefused')<{
  /** `host:port` */
  readonly broker: string
  readonly detail: string
}> {
  override get message(): string {
    return `the MQTT broker ${this.broker} refuses: ${this.detail}`
  }
}

/** A device published nothing new within the time in which its family does; what a broker kept is not new. */
export class MqttSilent extends Data.TaggedError('MqttSilent')<{
  /** `host:port` */
  readonly broker: string
  readonly topics: readonly string[]
  readonly waitedMs: number
  /** kept messages that came instead */
  readonly retained: number
}> {
  override get message(): string {
    const kept = this.retained === 0 ? '' : `, only ${this.retained} that the broker had kept`
    return `nothing new in ${this.topics.join(', ')} at ${this.broker} within ${this.waitedMs} ms${kept}`
  }
}

/** Everything that can go wrong on the way to a broker; what is wrong within a message is a BadMqttMessage. */
export type MqttError = MqttClosed | MqttRefused | MqttSilent
