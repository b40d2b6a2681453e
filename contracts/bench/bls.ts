import { bls12_381 } from '@noble/curves/bls12-381'

type Hex = `0x${string}`

/** A point as `types/Bls12381.sol` takes it: the words of its coordinates, high and low. */
export interface PointWords {
  readonly [word: string]: Hex
}

const G1 = bls12_381.G1.ProjectivePoint
const G2 = bls12_381.G2.ProjectivePoint
type G1Point = typeof G1.BASE
type G2Point = typeof G2.BASE

/** The domains of `ConsentKeys.sol`. */
export const consentDomain = 'COMMONWATT-V1-CONSENT-BLS12381G2_XMD:SHA-256_SSWU_RO_'
export const possessionDomain = 'COMMONWATT-V1-POSSESSION-BLS12381G2_XMD:SHA-256_SSWU_RO_'

const half = (value: bigint): readonly [Hex, Hex] => {
  const digits = value.toString(16).padStart(128, '0')
  return [`0x${digits.slice(0, 64)}`, `0x${digits.slice(64)}`]
}

/** A point of the keys' curve, in words; infinity is all zero. */
export function g1Words(point: G1Point): PointWords {
  const { x, y } = point.equals(G1.ZERO) ? { x: 0n, y: 0n } : point.toAffine()
  const [[xHigh, xLow], [yHigh, yLow]] = [half(x), half(y)]
  return { xHigh, xLow, yHigh, yLow }
}

/** A point of the signatures' curve, in words; infinity is all zero. */
export function g2Words(point: G2Point): PointWords {
  const nothing = { c0: 0n, c1: 0n }
  const { x, y } = point.equals(G2.ZERO) ? { x: nothing, y: nothing } : point.toAffine()
  const [[x0High, x0Low], [x1High, x1Low]] = [half(x.c0), half(x.c1)]
  const [[y0High, y0Low], [y1High, y1Low]] = [half(y.c0), half(y.c1)]
  return { x0High, x0Low, x1High, x1Low, y0High, y0Low, y1High, y1Low }
}

/** A key pair whose secret is a small number that a bench or a test names: nothing to keep money behind. */
export function blsKey(secret: number | bigint): { readonly secret: bigint; readonly point: G1Point } {
  return { secret: BigInt(secret), point: G1.BASE.multiply(BigInt(secret)) }
}
export type BlsKey = ReturnType<typeof blsKey>

/** The sum of signatures of a 32-byte message. */
export function signTogether(keys: readonly BlsKey[], message: Hex, domain: string): G2Point {
  const { x, y } = bls12_381.G2.hashToCurve(Buffer.from(message.slice(2), 'hex'), { DST: domain }).toAffine()
  const hashed = G2.fromAffine({ x, y })
  return keys.reduce((sum, { secret }) => sum.add(hashed.multiply(secret)), G2.ZERO)
}
