import { describe, expect, it } from 'vitest'
import { type HomeOrder, sortHomes } from '../../ui/src/table/sort-homes.ts'
import { StreetStory } from './street-story.ts'

const story = new StreetStory()
story.join('home 10', 'home 2', 'Ärztehaus', 'home 1', 'home 3')
story.read({ home: 0, powerW: 900 })
story.timeMs += 60_000
story.read({ home: 1, powerW: -2_000 })
story.timeMs += 60_000
story.read({ home: 2, powerW: 5 })
story.read({ home: 3, powerW: 900 })
const { homes } = story.picture

const sorted = (by: HomeOrder['by'], direction: HomeOrder['direction'] = 'ascending') =>
  sortHomes(homes, { by, direction }, { nameOf: (home) => homes[home]?.name ?? '', locale: 'en-GB' }).map(
    ({ home }) => home,
  )

describe('the homes as a table', () => {
  it('by name: as people count, and with their letters', () => {
    expect(sorted('name')).toEqual([2, 3, 1, 4, 0])
    expect(sorted('name', 'descending')).toEqual([0, 4, 1, 3, 2])
  })

  it('by power, equals by number; one that never spoke comes last either way', () => {
    expect(sorted('power')).toEqual([1, 2, 0, 3, 4])
    expect(sorted('power', 'descending')).toEqual([0, 3, 2, 1, 4])
  })

  it('by the age of the last reading, the youngest first; one that never spoke comes last either way', () => {
    expect(sorted('age')).toEqual([2, 3, 1, 0, 4])
    expect(sorted('age', 'descending')).toEqual([0, 1, 2, 3, 4])
  })

  it('by state: who gives, who takes, who rests, who is silent', () => {
    expect(sorted('state')).toEqual([1, 0, 3, 2, 4])
  })

  it('leaves the picture’s own order alone', () => {
    sorted('power')
    expect(homes.map(({ home }) => home)).toEqual([0, 1, 2, 3, 4])
  })
})
