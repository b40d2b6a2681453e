import { bls12_381 } from '@noble/curves/bls12-381'
import { type BlsKey, signTogether } from '#contracts/bench/bls.ts'

type Hex = `0x${string}`

export {
  type BlsKey,
  blsKey,
  consentDomain,
  g1Words,
  g2Words,
  possessionDomain,
  signTogether,
} from '#contracts/bench/bls.ts'

const G1 = bls12_381.G1.ProjectivePoint
const G2 = bls12_381.G2.ProjectivePoint
type G1Point = typeof G1.BASE
type G2Point = typeof G2.BASE

/** A signature of a 32-byte message. */
export const signBls = (key: BlsKey, message: Hex, domain: string): G2Point => signTogether([key], message, domain)

/** A point of the keys' curve y² = x³ + 4 that is not in the group of prime order. */
export function outsideG1(): G1Point {
  const { Fp } = bls12_381.fields
  for (let x = 1n; ; x++) {
    const y = root(() => Fp.sqrt(Fp.add(Fp.pow(x, 3n), 4n)))
    if (y === null) continue
    const point = G1.fromAffine({ x, y })
    if (!point.isTorsionFree()) return point
  }
}

/** A point of the signatures' curve y² = x³ + 4 (1 + i) that is not in the group of prime order. */
export function outsideG2(): G2Point {
  const { Fp2 } = bls12_381.fields
  for (let c0 = 1n; ; c0++) {
    const x = { c0, c1: 0n }
    const y = root(() => Fp2.sqrt(Fp2.add(Fp2.pow(x, 3n), { c0: 4n, c1: 4n })))
    if (y === null) continue
    const point = G2.fromAffine({ x, y })
    if (!point.isTorsionFree()) return point
  }
}

/** What a square root is, or null where there is none. */
function root<A>(find: () => A): A | null {
  try {
    return find()
  } catch {
    return null
  }
}

/** Infinity in each group. */
export const g1Infinity = G1.ZERO
export const g2Infinity = G2.ZERO
