import { Data } from 'effect'

/** Which device did not answer as it should. */
interface Where {
  /** `host:port` of the line */
  readonly line: string
}

/** No answer within the time-out. */
export class ModbusTimeout extends Data.TaggedError('ModbusTimeout')<Where & { readonly timeoutMs: number }> {
  override get message(): string {
    return `${this.line} did not answer within ${this.timeoutMs} ms`
  }
}

/** The connection could not be made, or was lost. */
export class ModbusClosed extends Data.TaggedError('ModbusClosed')<Where & { readonly detail: string }> {
  override get message(): string {
    return `no connection to ${this.line}: ${this.detail}`
  }
}

/** The device refused the request with a Modbus exception code. */
export class ModbusException extends Data.TaggedError('ModbusException')<
  Where & { readonly code: number; readonly unit: number; readonly address: number; readonly count: number }
> {
  override get message(): string {
    return `${this.line} unit ${this.unit} refused registers ${this.address}…${this.address + this.count - 1}: Modbus exception ${this.code}`
  }
}

/** The answer breaks the protocol: wrong length, wrong unit, wrong function. Nothing of it is used. */
export class ModbusProtocol extends Data.TaggedError('ModbusProtocol')<Where & { readonly detail: string }> {
  override get message(): string {
    return `${this.line} answered outside the protocol: ${this.detail}`
  }
}

/** The unit has not answered for a while, and is left alone for the sake of the others on its line. */
export class ModbusResting extends Data.TaggedError('ModbusResting')<{
  readonly unit: number
  /** until it is asked again */
  readonly restsMs: number
}> {
  override get message(): string {
    const seconds = Math.ceil(this.restsMs / 1_000)
    return `unit ${this.unit} did not answer and shares its line with others: it is asked again in ${seconds} s`
  }
}

/** Everything that can go wrong on a Modbus line. */
export type ModbusError = ModbusTimeout | ModbusClosed | ModbusException | ModbusProtocol | ModbusResting
