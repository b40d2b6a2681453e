import { describe, expect, it } from 'vitest'
import type { AttachRefusal } from '#matching-engine/index.ts'
import type { AttachProfile } from '#protocol/attach.ts'
import { problemWords } from '../../ui/src/attach/attach-client.ts'
import { deviceOfDraft, newDraft } from '../../ui/src/attach/attach-draft.ts'
import { flowOf, flowWords } from '../../ui/src/attach/flow.ts'

const profile = (speaks: AttachProfile['speaks']): AttachProfile => ({
  name: 'any',
  title: 'Any',
  speaks,
})
const filled = { ...newDraft(), address: ' 10.0.0.9 ', unit: 3, user: 'me', passwordFile: '/p' }

describe('the sentence about the sign', () => {
  it.each([
    [1_234, 'import', 'You are importing 1.23\u00a0kW'],
    [-1_200, 'export', 'You are exporting 1.20\u00a0kW'],
    [20, 'import', 'You are importing 0.02\u00a0kW'],
  ])('of %i W names the way that it flows', (powerW, direction, sentence) => {
    const flow = flowOf(powerW)
    expect([flow.direction, flowWords(flow)]).toEqual([direction, sentence])
  })

  it('claims no way where nobody could check it', () => {
    expect([0, 19, -19, null].map((powerW) => flowOf(powerW).direction)).toEqual(['rest', 'rest', 'rest', 'unknown'])
  })
})

describe('the device of a draft', () => {
  it('says what its kind has a use for, and nothing else', () => {
    expect(deviceOfDraft({ ...filled, profile: profile('modbus') })).toEqual({
      profile: 'any',
      address: '10.0.0.9',
      unit: 3,
    })
    expect(deviceOfDraft({ ...filled, profile: profile('p1') })).toEqual({ profile: 'any', address: '10.0.0.9' })
    for (const speaks of ['opcua', 'mqtt'] as const) {
      expect(deviceOfDraft({ ...filled, profile: profile(speaks), sign: 'turned' })).toEqual({
        profile: 'any',
        address: '10.0.0.9',
        user: 'me',
        passwordFile: '/p',
        sign: 'turned',
      })
    }
  })
})

describe('what a problem says', () => {
  const problem = { code: 'METER_UNREADABLE', error: 'ModbusClosed', field: null, detail: 'no connection' }
  it('is what to look at, and what the street said', () => {
    expect(problemWords(problem)).toMatch(/^Nobody answers there\..*\(no connection\)$/)
  })
  it('is by the field where one cannot be used, and by its code else', () => {
    const refused = { ...problem, error: null }
    expect(problemWords({ ...refused, code: 'BAD_ATTACH', field: 'unit' })).toBe(
      'There is no such unit. (no connection)',
    )
    expect(problemWords({ ...refused, code: 'HOME_TAKEN', field: 'home' })).toMatch(/^There is a home of this name/)
    expect(problemWords({ ...refused, code: 'HOME_NOT_JOINED', error: 'NEIGHBOURHOOD_FULL' })).toMatch(/^The neighb/)
    expect(problemWords({ ...refused, code: 'HOME_NOT_JOINED', error: 'Strange' })).toMatch(/^The home could not join/)
    expect(problemWords({ ...refused, code: 'NO_ANSWER', detail: '' })).toBe('The street does not answer.')
  })
  it('is known for every code by which a meter does not go with what is there', () => {
    const codes: Readonly<Record<AttachRefusal, true>> = {
      ATTACH_NOT_NOW: true,
      HOME_ATTACHED: true,
      HOME_TAKEN: true,
      HOME_NOT_JOINED: true,
      METER_ATTACHED: true,
      METER_SETTLES_NOTHING: true,
      METERS_FULL: true,
      LINE_SET_OTHERWISE: true,
      ORDERS_STAY: true,
    }
    const mute = Object.keys(codes).filter((code) => problemWords({ ...problem, error: null, code }) === problem.detail)
    expect(mute).toEqual([])
  })
  it('is what the street said where there is no advice', () => {
    expect(problemWords({ ...problem, error: 'toString' })).toBe('no connection')
    expect(problemWords({ ...problem, error: '__proto__' })).toBe('no connection')
    expect(problemWords({ ...problem, code: 'BAD_ATTACH', error: null, field: 'constructor' })).not.toContain(
      'function',
    )
  })
})
