/** Modbus exceptions that an emulator answers with. */
export const EXCEPTION = { illegalFunction: 1, illegalAddress: 2, illegalValue: 3, noSuchUnit: 11 } as const

/** A request that a device refuses with a Modbus exception. The field's name is what modbus-serial looks for. */
export class ModbusException extends Error {
  readonly modbusErrorCode: number

  constructor(code: number) {
    super(`Modbus exception ${code}`)
    this.modbusErrorCode = code
  }
}

/** The most registers one read may ask for (Modbus application protocol 1.1b3, 6.3). */
const READ_MAX = 125

/**
 * A part of an image whose first register has the address `base`. Throws ModbusException 3 on a bad count, 2 on an
 * address outside.
 */
export function registersAt(
  image: readonly number[],
  request: { readonly base: number; readonly address: number; readonly count: number },
): number[] {
  const { base, address, count } = request
  if (count < 1 || count > READ_MAX) throw new ModbusException(EXCEPTION.illegalValue)
  const from = address - base
  if (from < 0 || from + count > image.length) throw new ModbusException(EXCEPTION.illegalAddress)
  return image.slice(from, from + count)
}

/** Recorded registers. Throws ModbusException 3 on a bad count, 2 where one of them was not recorded. */
export function recordedAt(
  registers: ReadonlyMap<number, number>,
  request: { readonly address: number; readonly count: number },
): number[] {
  const { address, count } = request
  if (count < 1 || count > READ_MAX) throw new ModbusException(EXCEPTION.illegalValue)
  return Array.from({ length: count }, (_, i) => {
    const word = registers.get(address + i)
    if (word === undefined) throw new ModbusException(EXCEPTION.illegalAddress)
    return word
  })
}
