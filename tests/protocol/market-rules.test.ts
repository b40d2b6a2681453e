import { Schema } from 'effect'
import { describe, expect, it } from 'vitest'
import { laterRules } from '#protocol/later-rules.ts'
import { defaultMarketRules, MarketRules } from '#protocol/market-rules.ts'

const decode = Schema.decodeUnknownSync(MarketRules)

describe('rules that joined later', () => {
  const older = Object.fromEntries(Object.entries(defaultMarketRules).filter(([rule]) => !(rule in laterRules)))

  it('are read as off, or as wide as ever, where they are left out', () => {
    expect(Object.keys(laterRules).length).toBeGreaterThan(0)
    expect(decode(older)).toEqual({ ...defaultMarketRules, ...laterRules })
  })

  it('stand where they are named, and are checked like the others', () => {
    expect(decode({ ...older, bandEurPerMWh: 70 })).toMatchObject({ bandEurPerMWh: 70, haltMs: laterRules.haltMs })
    for (const wrong of [
      { bandEurPerMWh: -1 },
      { haltMs: 0 },
      { maxOrdersPerAccountAndSlot: 1.5 },
      { haltMs: '9' },
      { openingCallMs: -1 },
      { priceRule: 'dearest' },
      { protocolFeeBp: 101 },
    ]) {
      expect(() => decode({ ...older, ...wrong })).toThrow(Object.keys(wrong)[0])
    }
  })

  it('are the defaults of a new market, so that an old data folder goes on with them', () => {
    expect(defaultMarketRules).toMatchObject(laterRules)
  })
})
