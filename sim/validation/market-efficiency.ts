import type { TraderName } from '#meter-agent/index.ts'
import { classicalSession } from '../market-quality/classical-market.ts'
import { between, inWords, type ValidationCase } from './validation-case.ts'
import type { ValidationSubject } from './validation-subject.ts'

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

interface Played {
  readonly words: string
  readonly name: TraderName
  readonly sessions: number
  readonly low: number
  readonly high: number
  /** The Bristol Stock Exchange's mean efficiency of the same market, where it has this trader. */
  readonly bristol?: number
}

/** Gode and Sunder 1993; Cliff 1997; Vytelingum, Cliff and Jennings 2008; Gjerstad and Dickhaut 1998, Tesauro and Bredin 2002. */
const played: readonly Played[] = [
  { words: 'ZIC, zero intelligence', name: 'zero-intelligence', sessions: 100, low: 0.92, high: 0.96, bristol: 0.9393 },
  { words: 'GVWY, truthful', name: 'truthful', sessions: 100, low: 0.6, high: 0.74, bristol: 0.6703 },
  { words: 'ZIP', name: 'zip', sessions: 100, low: 0.96, high: 1, bristol: 0.9027 },
  { words: 'AA, adaptive-aggressive', name: 'adaptive-aggressive', sessions: 50, low: 0.96, high: 1 },
  { words: 'GDX', name: 'gdx', sessions: 25, low: 0.94, high: 1 },
]

/** How much of what there is to gain a book lets its traders have, where all trade the same way. */
export function marketEfficiency(): ValidationSubject {
  const results = played.map((one) => {
    const sessions = Array.from({ length: one.sessions }, (_, index) => classicalSession(one.name, index + 1))
    return {
      ...one,
      efficiency: mean(sessions.map(({ efficiency }) => efficiency)),
      alpha: mean(sessions.map(({ alpha }) => alpha ?? 0)),
      trades: mean(sessions.map(({ trades }) => trades)),
    }
  })
  const cases = results.map(({ words, sessions, low, high, efficiency, alpha, trades }): ValidationCase => {
    const name = `${words}, ${sessions} sessions`
    const judged = between({ name, low, high, got: efficiency, unit: '', decimals: 4 })
    return {
      ...judged,
      got: `${judged.got} (${inWords(trades, 2)} trades, Smith's alpha ${inWords(100 * alpha, 1)} %)`,
    }
  })
  return {
    title: 'Market efficiency',
    about:
      'The classical market: 11 buyers and 11 sellers of one unit each, limits of 50 to 150, equilibrium 100, 6 trades and a surplus of 300, through the order book. Surplus made over the largest possible. The Bristol Stock Exchange (BSE) at commit 6ebc415 made the figures that ZIC and GVWY are held to; learning traders are held to be better than zero intelligence.',
    cases,
    missing: [
      {
        name: 'ZIC with 50 and with 100 a side',
        expected: '0.9655 and 0.9645',
        why: 'Their limits are not published.',
      },
      {
        name: 'SHVR and SNPR, shavers and snipers',
        expected: '0.8297 and 0.8433',
        why: 'Shavers and snipers live off what others quote; no home here trades so.',
      },
    ],
    peers: results
      .filter(({ name, bristol }) => name === 'zip' && bristol !== undefined)
      .map(({ words, bristol = Number.NaN, efficiency }) => ({
        name: words,
        peer: 'BSE',
        theirs: inWords(bristol, 4),
        ours: inWords(efficiency, 4),
        why: 'Cliff (1997) found ZIP to be better than zero intelligence. In BSE it comes out below its own ZIC (0.9393): 4.84 of 6 trades come about.',
      })),
  }
}
