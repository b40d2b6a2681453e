import type { HostileAnswer } from './hostile-device.ts'

/** Modbus TCP, nearly right, wrong, in pieces, too much, or not at all. */
export const modbusAnswer: HostileAnswer = (socket, request, input) => {
  const right = rightAnswer(request)
  switch (input.below(8)) {
    case 0:
      return void socket.destroy()
    case 1:
      return void socket.write(input.bytes(300))
    case 2: {
      const exception = Buffer.concat([request.subarray(0, 8), Buffer.from([input.below(256)])])
      exception.writeUInt16BE(3, 4)
      exception.writeUInt8(exception.readUInt8(7) | 0x80, 7)
      return void socket.write(exception)
    }
    case 3:
      for (const byte of right) socket.write(Buffer.from([byte]))
      return
    case 4:
      return void socket.write(Buffer.concat([right, right, input.bytes(50)]))
    case 5:
      return // silent
    default:
      return void socket.write(input.mutatedBytes(right))
  }
}

function rightAnswer(request: Buffer): Buffer {
  if (request.length < 12) return request
  const count = request.readUInt16BE(10) % 126
  const answered = Buffer.alloc(9 + 2 * count)
  request.copy(answered, 0, 0, 8)
  answered.writeUInt16BE(3 + 2 * count, 4)
  answered.writeUInt8(2 * count, 8)
  return answered
}
