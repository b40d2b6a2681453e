import { Data } from 'effect'

/** An emulated device could not be put on a port. */
export class EmulatorFailure extends Data.TaggedError('EmulatorFailure')<{
  readonly service: 'Modbus' | 'OPC UA' | 'P1'
  readonly host: string
  readonly port: number
  readonly reason: string
}> {
  override get message(): string {
    return `no ${this.service} server on ${this.host}:${this.port}: ${this.reason}`
  }
}
