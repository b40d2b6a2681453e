/** What a part does to one seat, in µEUR and Wh. */
export interface SeatMovement {
  readonly seat: number
  readonly money: bigint
  readonly wh?: bigint
}

/** µEUR for the supplier, the grid and the fund. */
export type Head = readonly [supplier: bigint, grid: bigint, fund: bigint]

const LANES = 4

/**
 * A part of movements as `types/Movements.sol` has it, written a second time for the tests: any value that fits its
 * field, groups in the order of the seats given. `debit` is what the part says that it debits; the truth if left out.
 */
export function rawPart(
  seats: readonly SeatMovement[],
  head: Head = [0n, 0n, 0n],
  debit = debitOf(seats, head),
): Uint8Array<ArrayBuffer> {
  const words: { readonly group: number; readonly lanes: bigint[] }[] = []
  for (const { seat, money, wh = 0n } of seats) {
    const group = Math.floor(seat / LANES)
    if (words.at(-1)?.group !== group) words.push({ group, lanes: [0n, 0n, 0n, 0n] })
    const lane = (BigInt.asUintN(40, money) << 24n) | BigInt.asUintN(24, wh)
    ;(words.at(-1)?.lanes as bigint[])[seat % LANES] = lane
  }
  const hex = (value: bigint, digits: number) =>
    BigInt.asUintN(digits * 4, value)
      .toString(16)
      .padStart(digits, '0')
  const text = [
    ...[...head, debit].map((value) => hex(value, 16)),
    ...words.flatMap(({ group, lanes }) => [hex(BigInt(group), 4), ...lanes.map((lane) => hex(lane, 16))]),
  ].join('')
  return Uint8Array.from(Buffer.from(text, 'hex'))
}

/** One home pays another, by their seats, in µEUR. */
export function payment(from: number, to: number, money: number | bigint): Uint8Array<ArrayBuffer> {
  const seats = [
    { seat: from, money: -BigInt(money) },
    { seat: to, money: BigInt(money) },
  ]
  return rawPart(seats.sort((a, b) => a.seat - b.seat))
}

/** The sum of all that is taken, in µEUR. */
function debitOf(seats: readonly SeatMovement[], head: Head): bigint {
  const all = [...head, ...seats.map(({ money }) => money)]
  return all.reduce((sum, money) => (money < 0n ? sum - money : sum), 0n)
}

/** What a part of whole groups says: its head, what it debits, and all four seats of each group. */
export function readPart(part: Uint8Array): {
  readonly head: Head
  readonly debit: bigint
  readonly seats: readonly Required<SeatMovement>[]
} {
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength)
  const head: Head = [view.getBigInt64(0), view.getBigInt64(8), view.getBigInt64(16)]
  const seats: Required<SeatMovement>[] = []
  for (let at = 32; at < part.length; at += 34) {
    for (let lane = 0; lane < LANES; lane++) {
      const bits = view.getBigUint64(at + 2 + lane * 8)
      const [money, wh] = [BigInt.asIntN(40, bits >> 24n), BigInt.asIntN(24, bits)]
      seats.push({ seat: view.getUint16(at) * LANES + lane, money, wh })
    }
  }
  return { head, debit: view.getBigUint64(24), seats }
}
