import { describe, expect, it } from 'vitest'
import { csvAddress } from '../../ui/src/take-away/csv-address.ts'

const of = {
  run: '3f9c12ab34cd56ef',
  table: 'trades',
  slot: 1_010,
  present: 1_000,
  first: 900,
  slotMinutes: 15,
} as const
const slots = (range: Parameters<typeof csvAddress>[0]['range'], more: Partial<typeof of> = {}) => {
  const query = new URLSearchParams(csvAddress({ ...of, ...more, range }).split('?')[1])
  return [Number(query.get('fromSlot')), Number(query.get('toSlot'))]
}

describe('the address of a table', () => {
  it('is of the slots that were chosen, and none before the run', () => {
    expect(csvAddress({ ...of, range: 'slot' })).toBe(
      'api/v1/runs/3f9c12ab34cd56ef/trades.csv?fromSlot=1010&toSlot=1010',
    )
    expect(slots('hours-4')).toEqual([984, 1_010])
    expect(slots('day')).toEqual([904, 1_010])
    expect(slots('all')).toEqual([900, 1_010])
    expect(slots('day', { first: 950 as 900 })).toEqual([950, 1_010])
  })

  it('is of the last slots of a run that is longer than a gateway tells at once', () => {
    const [from = 0, to = 0] = slots('all', { first: 0 as 900, present: 1_000_000 as 1_000 })
    expect(to).toBe(1_000_000)
    expect(from).toBeGreaterThan(900_000)
  })
})
