/** Transaction, protocol and length; behind them come `length` bytes, the first of which is the unit. */
const HEADER_BYTES = 6
/** A unit, a function and a byte at least; 253 bytes of a function and its data at most (Modbus TCP guide, 4.1). */
const LENGTHS = { least: 3, most: 254 }

/**
 * Follows the frames in what comes over a Modbus TCP connection, in whatever pieces, and tells the first header that is
 * none: another protocol, or a length that no frame has. After that nothing of the connection means anything.
 */
export function mbapWatch(fault: (detail: string) => void): (chunk: Uint8Array) => void {
  const header = new Uint8Array(HEADER_BYTES)
  let known = 0
  let behind = 0
  let over = false
  return (chunk) => {
    for (let at = 0; at < chunk.length && !over; ) {
      if (behind > 0) {
        const step = Math.min(behind, chunk.length - at)
        behind -= step
        at += step
        continue
      }
      header[known++] = chunk[at++] ?? 0
      if (known < HEADER_BYTES) continue
      known = 0
      const [, , protocolHigh = 0, protocolLow = 0, lengthHigh = 0, lengthLow = 0] = header
      const protocol = (protocolHigh << 8) | protocolLow
      behind = (lengthHigh << 8) | lengthLow
      over = protocol !== 0 || behind < LENGTHS.least || behind > LENGTHS.most
      if (over) fault(protocol === 0 ? `a frame of ${behind} bytes` : `a frame of protocol ${protocol}`)
    }
  }
}
