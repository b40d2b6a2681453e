import { verifiedDigest } from '#protocol/signing.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import { eventPlace } from './evidence.ts'
import { ProofFailed } from './proof-failed.ts'
import type { TradeStory } from './trade-story.ts'

type Hex = `0x${string}`

/** One side of a trade, by the enrolment that its account has signed. */
export interface Party {
  readonly role: 'seller' | 'buyer'
  readonly account: Hex
  readonly home: string
  readonly deviceId: string
  readonly deviceSigner: Hex
}

/** Who stands behind a side of a trade. Throws ProofFailed if the account never enrolled, or did not sign that. */
export function partyOf(story: TradeStory, role: Party['role'], domain: SigningDomain): Party {
  const account = story.trade.event.trade[role]
  const enrolled = story.enrolments.get(account)
  const step = `${role}: enrolment`
  if (enrolled === undefined) {
    const place = eventPlace(story.trade, `trade.${role}`)
    throw new ProofFailed({ step, place, expected: 'an account that has enrolled a home', got: account })
  }
  const { enrolment } = enrolled.event
  if (enrolment.signer !== account || verifiedDigest({ domain, envelope: enrolment }) === null) {
    const place = eventPlace(enrolled, 'enrolment.signature')
    throw new ProofFailed({ step, place, expected: `${account}'s signature`, got: enrolment.signature })
  }
  const { home, deviceId, deviceSigner } = enrolment.body
  return { role, account, home, deviceId, deviceSigner }
}
