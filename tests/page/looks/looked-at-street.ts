import { StreetStory, slot, startMs } from '../../ui/street-story.ts'

const HOMES = 24
const SLOTS_BEFORE = 24
const SLOTS_AHEAD = 20

/** A street at noon as a story: every glyph, phase and sign that the page has is somewhere in it, always the same. */
export function lookedAtStreet(): StreetStory {
  const story = new StreetStory()
  story.join(...Array.from({ length: HOMES }, (_, home) => `${home + 1} Linden Street`))
  for (let of = slot - SLOTS_BEFORE; of < slot + SLOTS_AHEAD; of++) {
    story.timeMs = startMs + Math.min(0, of - slot - 4) * 15 * 60_000
    story.phase('continuous', of)
    const trades = of < slot + 6 ? 3 + (of % 5) : 0
    for (let trade = 0; trade < trades; trade++) {
      story.tell({
        type: 'traded',
        trade: {
          ...{ id: `${of}.${trade + 1}`, slot: of, makerSide: trade % 2 === 0 ? 'sell' : 'buy' },
          ...{ seller: (of + trade * 5) % HOMES, buyer: (of * 3 + trade * 7 + 1) % HOMES },
          ...{ priceEurPerMWh: 100 + ((of * 13 + trade * 29) % 90), energyWh: 90 + ((of * 31 + trade * 57) % 700) },
        },
      })
    }
    if (of < slot) delivered(story, of)
  }
  story.timeMs = startMs + 7 * 60_000
  for (let home = 0; home < HOMES - 1; home++) {
    const sun = home % 3 === 0
    story.read({ home, powerW: sun ? -(900 + 140 * home) : home % 7 === 5 ? 12 : 180 + 95 * home })
  }
  return story
}

/** What becomes of a slot that is over: stated by all, and settled once it is old enough. */
function delivered(story: StreetStory, of: number): void {
  story.phase('closed', of)
  story.phase('delivering', of)
  story.phase('metering', of)
  for (let home = 0; home < HOMES; home++) {
    const exportWh = home % 3 === 0 ? 200 + 11 * home : 0
    story.tell({ type: 'stated', home, slot: of, importWh: exportWh > 0 ? 0 : 60 + 9 * home, exportWh, by: 'meter' })
  }
  story.phase('settling', of)
  if (of >= slot - 8) return
  const number = of - (slot - SLOTS_BEFORE) + 1
  story.propose(number, {
    ...{ trades: 4, tradedWh: 1_400, tradedMicroEur: 210_000, localChargeMicroEur: 154_000 },
    ...{ importWh: 2_700, exportWh: 2_400, coveredWh: 2_400 },
    ...{ costMicroEur: 512_000, costWithoutMarketMicroEur: 640_000, creditsWh: 1_400 },
  })
  story.finish(number)
  story.phase('settled', of)
}
