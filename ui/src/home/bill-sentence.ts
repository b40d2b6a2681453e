import type { HomeDetail } from '#protocol/picture/run.ts'
import { count, money, percent } from '../format.ts'
import { laterWords } from '../words/later-words.ts'

/** What the market has saved a home, or cost it more, and over which slots. */
export function billSentence(bill: HomeDetail['bill']): string {
  if (bill === null) return laterWords.homePanel.noBill
  if (bill.slots === 0) return laterWords.homePanel.nothingFinal
  const { costMicroEur, costWithoutMarketMicroEur: without } = bill
  const saved = without - costMicroEur
  const share = without > 0 ? ` (${percent(Math.abs(saved) / without)})` : ''
  const amount = `${money(Math.abs(saved))}${share}`
  return saved < 0
    ? laterWords.homePanel.costMore(amount, count(bill.slots))
    : laterWords.homePanel.saved(amount, count(bill.slots))
}
