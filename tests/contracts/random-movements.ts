import { rawPart, type SeatMovement } from './raw-part.ts'

/** A random number from 0 up to 1. */
type Random = () => number

const MONEY_MIN = -(2n ** 39n)
const MONEY_MAX = 2n ** 39n - 1n
const WH_MIN = -(2n ** 23n)
const WH_MAX = 2n ** 23n - 1n

/** A whole number below `below`. */
export const below = (random: Random, below: number) => Math.floor(random() * below)
const oneOf = <A>(random: Random, all: readonly A[]) => all[below(random, all.length)] as A

/**
 * A sound part over some of the seats from 4 to `seats - 1`: one home, a few far apart, or all of them; movements from
 * nothing to both ends of their fields; what they do not sum to is the supplier's, and in energy that of as many homes
 * as it takes.
 */
export function soundPart(random: Random, seats: number): Uint8Array<ArrayBuffer> {
  const density = oneOf(random, [0.05, 0.3, 1])
  const moved: SeatMovement[] = []
  for (let seat = 4; seat < seats; seat++) {
    if (random() >= density) continue
    moved.push({ seat, money: anyMoney(random), wh: anyWh(random) })
  }
  const homes = balanced(moved)
  const [grid, fund] = [anyHead(random), anyHead(random)]
  const rest = homes.reduce((sum, { money }) => sum + money, grid + fund)
  return rawPart(homes, [-rest, grid, fund])
}

function anyMoney(random: Random): bigint {
  const small = BigInt(below(random, 2_000_001) - 1_000_000)
  const large = BigInt(below(random, 2 ** 40)) + MONEY_MIN
  return oneOf(random, [0n, small, small, small * 100n, large, MONEY_MIN, MONEY_MAX])
}

function anyWh(random: Random): bigint {
  const small = BigInt(below(random, 20_001) - 10_000)
  return oneOf(random, [0n, small, small, BigInt(below(random, 2 ** 24)) + WH_MIN, WH_MIN, WH_MAX])
}

const anyHead = (random: Random) =>
  oneOf(random, [0n, BigInt(below(random, 1_000_000)), BigInt(below(random, 2 ** 41) - 2 ** 40)])

/** Takes what the energy does not sum to from one home after the other, as far as each field goes. */
function balanced(moved: readonly SeatMovement[]): readonly SeatMovement[] {
  let excess = moved.reduce((sum, { wh = 0n }) => sum + wh, 0n)
  return moved.map(({ wh = 0n, ...movement }) => {
    const wanted = wh - excess
    const given = wanted < WH_MIN ? WH_MIN : wanted > WH_MAX ? WH_MAX : wanted
    excess += given - wh
    return { ...movement, wh: given }
  })
}

/** Something about the bytes of a part is not as it was. Often it is not sound any more, sometimes it is. */
export function mutated(random: Random, part: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(part)
  const groups = (part.length - 32) / 34
  const at = 32 + 34 * below(random, Math.max(1, groups))
  const other = 32 + 34 * below(random, Math.max(1, groups))
  const flip = (place: number) => bytes.set([(bytes[place] ?? 0) ^ (1 << below(random, 8))], place)
  switch (oneOf(random, ['bit', 'head', 'swap', 'twice', 'cut', 'end', 'empty', 'seat', 'pay', 'carry'])) {
    case 'bit':
      flip(below(random, bytes.length))
      return bytes
    case 'head':
      flip(below(random, 32))
      return bytes
    case 'swap': // two groups in each other's place
      bytes.set(part.slice(at, at + 34), other)
      bytes.set(part.slice(other, other + 34), at)
      return bytes.slice(0, part.length)
    case 'twice': // one group again, behind itself
      return Uint8Array.from([...part.slice(0, at + 34), ...part.slice(at, at + 34), ...part.slice(at + 34)])
    case 'cut':
      return part.slice(0, below(random, part.length + 1))
    case 'end':
      return Uint8Array.from([...part, ...new Uint8Array(below(random, 69))])
    case 'empty': // a group of nothing, at the end
      return Uint8Array.from([...part, 0, below(random, 24), ...new Uint8Array(32)])
    case 'seat': // a group elsewhere
      if (groups > 0) flip(at + 1)
      return bytes
    case 'pay': // the same amount from one home to another: sound if the debits still say so
      return movedBetweenLanes(bytes, at, other)
    default: // what leaves one lane at its low end comes in at the high end of the next
      if (groups > 0) bytes.set([0xff, 0xff, 0xff, 0xff], at + 2 + 8 * below(random, 4) + 4)
      return bytes
  }
}

function movedBetweenLanes(bytes: Uint8Array<ArrayBuffer>, from: number, to: number): Uint8Array<ArrayBuffer> {
  if (bytes.length < 66) return bytes
  const view = new DataView(bytes.buffer)
  const [giver, taker] = [from + 2, to + 10]
  view.setBigUint64(giver, BigInt.asUintN(64, view.getBigUint64(giver) - (5n << 24n)))
  view.setBigUint64(taker, BigInt.asUintN(64, view.getBigUint64(taker) + (5n << 24n)))
  return bytes
}
