import { ReadingQuality } from '#protocol/reading-quality.ts'
import { reasonsOf, trustOf } from '#protocol/trust.ts'
import { fixed } from '../format.ts'
import { laterWords } from '../words/later-words.ts'

/** Whether a reading can be trusted, and what speaks against it. */
export function qualitySentence(quality: number): string {
  if (quality === 0) return laterWords.homePanel.good
  const reasons = reasonsOf(quality).map((reason) => laterWords.reason[reason])
  const known = Object.values(ReadingQuality).reduce((bits, bit) => bits | bit, 0)
  if (quality > known) reasons.push(laterWords.homePanel.unknownReason)
  return laterWords.homePanel.doubted(fixed(trustOf(quality), 2), reasons.join(', '))
}
