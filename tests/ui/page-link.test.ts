import { describe, expect, it } from 'vitest'
import { linkOf } from '../../ui/src/link/link-of.ts'
import { placeName, placeOf } from '../../ui/src/link/map-place.ts'
import { type View, viewOf } from '../../ui/src/link/page-link.ts'
import { Selection } from '../../ui/src/selection.ts'

const view: View = {
  ...{ run: '3f9c12ab34cd56ef', sequence: 4_711, mode: 'playing', speed: 0.5 },
  ...{ slot: 1_982_000, home: 3, mine: 0, zoom: '0.25,0.5,2', panel: 'flows', theme: 'dark' },
}

describe('a link to a picture', () => {
  it('brings back all that makes it', () => {
    expect(viewOf(linkOf(view))).toEqual(view)
    expect(viewOf(linkOf({ ...view, mode: 'paused' }))).toEqual({ ...view, mode: 'paused' })
  })

  it('leaves out what nobody chose', () => {
    const nothing = { slot: null, home: null, mine: null, zoom: null, theme: null }
    expect(viewOf(linkOf({ ...view, ...nothing, mode: 'live' }))).toEqual({ panel: 'flows' })
  })

  it('takes nothing that is not right', () => {
    expect(viewOf('#run=../x&at=x&speed=1e9&slot=1.5&home=1e3&zoom=<b>&panel=attic&theme=pink')).toEqual({})
    expect(viewOf('#map')).toEqual({})
    expect(viewOf(`#run=${'a'.repeat(17)}`)).toEqual({})
    expect(viewOf(`#at=${'9'.repeat(30)}`)).toEqual({})
  })

  it('holds a place of the map, and all of it as none', () => {
    const place = { middle: { x: 0.25, y: 1 / 3 }, k: 2.5 }
    const back = placeOf(placeName(place) ?? '')
    expect(back?.k).toBe(2.5)
    expect(back?.middle.y).toBeCloseTo(1 / 3, 6)
    expect(placeName({ ...place, k: 1 })).toBeNull()
    for (const wrong of ['', '1,2', '0.5,0.5,0.5', '2,0.5,2', '0.5,0.5,2,1', 'a,b,c']) expect(placeOf(wrong)).toBeNull()
  })
})

describe('the selection', () => {
  it('is what was kept where what the address asked for is not here, and keeps nothing of that', () => {
    const kept: unknown[] = []
    const keep = { read: () => ({ mine: 2 }), write: (of: unknown) => kept.push(of) }
    const selection = new Selection(keep, { mine: 7, home: 5, slot: 9, theme: 'dark' })
    selection.withoutLink()
    expect(selection.choices).toMatchObject({ mine: 2, home: null, slot: null, theme: null })
    expect(kept).toEqual([])
  })

  it('tells what has changed, and keeps one’s own home and theme', () => {
    const kept: unknown[] = []
    const told: string[][] = []
    const selection = new Selection({ read: () => ({ mine: 2 }), write: (of) => kept.push(of) }, { home: 5 })
    selection.subscribe((changed) => told.push([...changed]))
    expect(selection.choices).toMatchObject({ mine: 2, home: 5, slot: null })
    selection.choose({ home: 5 })
    selection.choose({ home: null, slot: 7 })
    selection.choose({ mine: null, theme: 'dark' })
    expect(told).toEqual([
      ['home', 'slot'],
      ['mine', 'theme'],
    ])
    expect(kept).toEqual([{ mine: null, theme: 'dark' }])
  })
})
