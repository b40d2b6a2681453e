import type { HostileAnswer } from './hostile-device.ts'
import type { SeededInput } from './seeded-input.ts'

/** A message of OPC UA's TCP mapping (part 6): type, chunk, length, body. */
function message(type: string, body: Uint8Array): Buffer {
  const head = Buffer.alloc(8)
  head.write(type, 'latin1')
  head.writeUInt32LE(8 + body.length, 4)
  return Buffer.concat([head, body])
}

const limits = (count: number) => Buffer.from(new Uint32Array([0, 65_536, 65_536, 0, 0]).buffer, 0, 4 * count)
const url = Buffer.from('opc.tcp://127.0.0.1:4840')
const urlLength = Buffer.from(new Uint32Array([url.length]).buffer)

/** What every client says first. */
export const hello = message('HELF', Buffer.concat([limits(5), urlLength, url]))
const acknowledge = message('ACKF', limits(5))

/** Something that a client might say, nearly right or wrong. */
export function opcuaFrame(input: SeededInput): Buffer {
  const type = input.pick(['OPNF', 'MSGF', 'CLOF', 'HELF', 'MSGC', 'MSGA', 'XXXF'])
  const frame = input.chance(0.3) ? hello : message(type, input.bytes(200))
  return input.chance(0.5) ? frame : input.mutatedBytes(frame)
}

/** What a server might answer, nearly right, wrong, or not at all. */
export const opcuaAnswer: HostileAnswer = (socket, _request, input) => {
  switch (input.below(6)) {
    case 0:
      return void socket.destroy()
    case 1:
      return void socket.write(input.bytes(300))
    case 2:
      return void socket.write(message(input.pick(['ERRF', 'OPNF', 'MSGF', 'ACKF']), input.bytes(100)))
    case 3:
      return void socket.write(input.mutatedBytes(acknowledge))
    case 4:
      return // silent
    default:
      return void socket.write(Buffer.concat([acknowledge, input.bytes(40)]))
  }
}
