import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import type { Bus } from '#meter-agent/drivers/bus.ts'
import { decodeModel, type Points } from '#meter-agent/sunspec/decode-model.ts'
import { modelDefinitions } from '#meter-agent/sunspec/models.ts'
import { readModel } from '#meter-agent/sunspec/read-model.ts'
import { common, type ImageModel, sunspecImage } from './sunspec-image.ts'

/** The words of one model as they stand in an image, from its id on. */
function wordsOf(model: ImageModel): number[] {
  return [...sunspecImage([common(), model]).values()].slice(70, 72 + model.length)
}
function decoded(model: ImageModel): Points {
  const definition = modelDefinitions.get(model.id)
  if (definition === undefined) throw new Error(`no model ${model.id}`)
  return decodeModel(definition, { words: wordsOf(model), blockOf: () => 0 })
}

describe('a group of points', () => {
  it('that is there once nests under its name', () => {
    const points = { PF_SF: -3, 'PFWInj.PF': 950, 'PFWInj.Ext': 1, 'PFWAbsRvrt.PF': 0xffff }
    expect(decoded({ id: 704, length: 65, points })).toMatchObject({
      PFWInj: { PF: 0.95, Ext: 1 },
      PFWAbsRvrt: { PF: null, Ext: 0 },
    })
    expect(Object.keys(decoded({ id: 704, length: 59 }))).toContain('PFWInj')
    expect(Object.keys(decoded({ id: 704, length: 57 }))).not.toContain('PFWInj')
  })

  it('that fills the rest of its model comes as often as it fits whole', () => {
    const points = { DCA_SF: -2, 'module[0].DCA': 150, 'module[1].IDStr': 'roof', 'module[1].DCA': 0xffff }
    const model = decoded({ id: 160, length: 48 + 19, points })
    expect(model.module).toMatchObject([{ DCA: 1.5 }, { IDStr: 'roof', DCA: null }])
    expect(decoded({ id: 160, length: 8 }).module).toEqual([])
    const bank = { NStr: 2, SoC_SF: -1, A_SF: -2, 'string[1].StrSoC': 555, 'string[1].StrA': -1250 }
    expect(decoded({ id: 803, length: 26 + 64, points: bank }).string).toMatchObject([
      { StrSoC: 0 },
      { StrSoC: 55.5, StrA: -12.5 },
    ])
  })

  it('that a point counts comes so often, with the scale factors from outside', () => {
    const points = {
      NCtl: 2,
      Db_SF: -3,
      K_SF: -2,
      RspTms_SF: 0,
      'Ctl[1].DbOf': 36,
      'Ctl[1].KOf': 5,
      'Ctl[1].PMin': -100,
    }
    const { Ctl } = decoded({ id: 711, length: 12 + 30, points })
    expect(Ctl).toHaveLength(2)
    expect(Ctl).toMatchObject([{ DbOf: 0 }, { DbOf: 0.036, KOf: 0.05, PMin: -100, ReadOnly: 0 }])
  })

  it('nests in another, behind its own points, as the counts of the model say', () => {
    const points = {
      NPt: 2,
      NCrv: 2,
      V_SF: -1,
      DeptRef_SF: -2,
      RspTms_SF: 32_768,
      'Crv[0].Pt[1].Var': -4400,
      'Crv[1].ActPt': 2,
      'Crv[1].RspTms': 5,
      'Crv[1].Pt[0].V': 920,
      'Crv[1].Pt[1].V': 1080,
    }
    const { Crv } = decoded({ id: 705, length: 13 + 2 * 14, points })
    expect(Crv).toMatchObject([
      {
        ActPt: 0,
        Pt: [
          { V: 0, Var: 0 },
          { V: 0, Var: -44 },
        ],
      },
      { ActPt: 2, RspTms: null, Pt: [{ V: 92 }, { V: 108 }] },
    ])
  })

  it('nests through groups that are there once', () => {
    const points = {
      NPt: 2,
      NCrvSet: 1,
      V_SF: 0,
      Tms_SF: -2,
      'Crv[0].MayTrip.ActPt': 2,
      'Crv[0].MayTrip.Pt[1].Tms': 1600,
    }
    expect(decoded({ id: 707, length: 7 + 22, points }).Crv).toMatchObject([
      { MustTrip: { Pt: [{}, {}] }, MayTrip: { ActPt: 2, Pt: [{ Tms: 0 }, { Tms: 16 }] }, MomCess: { ActPt: 0 } },
    ])
  })

  it('that is counted beyond the end of its model is not believed at all', () => {
    // A combiner of an older edition: eight strings of 13 words, where ours have 14.
    const combiner = { id: 402, length: 124, points: { N: 8, DCV_SF: -1, DCV: 3385 } }
    expect(decoded(combiner)).toMatchObject({ DCV: 338.5, string: [] })
    expect(decoded({ id: 711, length: 42, points: { NCtl: 65_534 } }).Ctl).toEqual([])
    expect(decoded({ id: 705, length: 67, points: { NPt: 65_534, NCrv: 3 } }).Crv).toEqual([])
    expect(decoded({ id: 707, length: 105, points: { NPt: 65_534, NCrvSet: 2 } }).Crv).toEqual([])
    expect(decoded({ id: 711, length: 42, points: { NCtl: 0xffff } }).Ctl).toEqual([])
  })

  it('may have numbered points', () => {
    const points = { V_SF: -1, DeptRef_SF: 0, 'curve[1].V20': 1100, 'curve[1].VAr20': -30, 'curve[1].CrvNam': 'night' }
    expect(decoded({ id: 126, length: 10 + 108, points }).curve).toMatchObject([
      { V1: 0 },
      { V20: 110, VAr20: -30, CrvNam: 'night' },
    ])
  })
})

describe('a model longer than a request', () => {
  it('is cut between its points, so that no number is put together of two', async () => {
    const model = { NPt: 4, NCrvSet: 3, Tms_SF: 0, V_SF: 0 }
    const length = 7 + 3 * 40
    const at = (Tms: number) => wordsOf({ id: 707, length, points: { ...model, 'Crv[2].MomCess.Pt[2].Tms': Tms } })
    // The duration stands at words 124 and 125, where a request ends; it goes from 65535 to 65536 behind the first one.
    const asked: number[] = []
    const bus: Bus = {
      connect: Effect.void,
      read: ({ address, count }) => {
        asked.push(address)
        return Effect.succeed(at(asked.length === 1 ? 65_535 : 65_536).slice(address, address + count))
      },
    }
    const read = await Effect.runPromise(readModel(bus, 1, { id: 707, address: 0, length }))
    expect(asked).toEqual([0, 124, 0])
    const definition = modelDefinitions.get(707)
    const { Crv } = definition === undefined ? {} : decodeModel(definition, read)
    const durations = (Crv as readonly Points[]).map(
      ({ MomCess }) => ((MomCess as Points).Pt as readonly Points[])[2]?.Tms,
    )
    expect(durations).toEqual([0, 0, 65_536])
  })
})
