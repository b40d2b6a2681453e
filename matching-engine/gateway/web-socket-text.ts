const FINAL_TEXT = 0x81

/** A text as a server's frame of a web socket: whole, unmasked, with its length before it (RFC 6455, 5.2). */
export function webSocketText(text: string): Buffer {
  const payload = Buffer.from(text)
  return Buffer.concat([headerOf(payload.length), payload])
}

function headerOf(length: number): Buffer {
  if (length < 126) return Buffer.from([FINAL_TEXT, length])
  const isShort = length < 65_536
  const header = Buffer.alloc(isShort ? 4 : 10)
  header[0] = FINAL_TEXT
  header[1] = isShort ? 126 : 127
  if (isShort) header.writeUInt16BE(length, 2)
  else header.writeBigUInt64BE(BigInt(length), 2)
  return header
}
