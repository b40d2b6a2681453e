import { describe, expect, it } from 'vitest'
import { ReadingQuality } from '#protocol/reading-quality.ts'
import { billSentence } from '../../ui/src/home/bill-sentence.ts'
import { qualitySentence } from '../../ui/src/home/quality-sentence.ts'

describe('the bill of a home in words', () => {
  const bill = (costWithoutMarketMicroEur: number, costMicroEur: number) => ({
    ...{ costWithoutMarketMicroEur, costMicroEur, slots: 96 },
  })

  it('says what the market has saved, and of what share of the tariffs’ cost', () => {
    expect(billSentence(bill(2_000_000, 1_500_000))).toBe('Better off by €0.50 (25.0 %) in 96 final slots.')
  })

  it('a loss is a loss', () => {
    expect(billSentence(bill(2_000_000, 2_100_000))).toBe('Worse off by €0.10 (5.0 %) in 96 final slots.')
  })

  it('gives no share where the tariffs cost nothing', () => {
    expect(billSentence(bill(-1_000_000, -1_400_000))).toBe('Better off by €0.40 in 96 final slots.')
  })

  it('tells apart what nobody says here and what is not final yet', () => {
    expect(billSentence(null)).toContain('not told')
    expect(billSentence({ costWithoutMarketMicroEur: 0, costMicroEur: 0, slots: 0 })).toContain('final yet')
  })
})

describe('the quality of a reading in words', () => {
  it('names each reason and what trust it leaves', () => {
    expect(qualitySentence(0)).toBe('Nothing speaks against this reading.')
    expect(qualitySentence(ReadingQuality.afterGap | ReadingQuality.frozen)).toBe(
      'Trust 0.38: the link was lost, the power stands still.',
    )
  })

  it('admits what it does not know', () => {
    expect(qualitySentence(2 ** 20)).toBe('Trust 0.40: something that this version does not know.')
  })
})
