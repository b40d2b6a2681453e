import { modelDefinitions } from '#meter-agent/sunspec/models.ts'
import { type PlacedGroup, placeGroups } from '#meter-agent/sunspec/place-groups.ts'
import type { Registers } from './modbus-serial.ts'

/** A model to put into an image: raw point values by path (`Crv[1].Pt[0].V`), counts before what they count; the rest reads 0. */
export interface ImageModel {
  readonly id: number
  readonly length: number
  readonly points?: Readonly<Record<string, number | string>>
}

export const common = (length = 66): ImageModel => ({
  id: 1,
  length,
  points: { Mn: 'Commonwatt', Md: 'Test meter', SN: 'T-1', Vr: '1.0' },
})

/** A SunSpec register image: mark, models, and the end mark unless the chain is to break off. */
export function sunspecImage(
  models: readonly ImageModel[],
  options?: { base?: number; end?: 'marked' | 'cut' },
): Registers {
  const base = options?.base ?? 40_000
  const words: number[] = [0x5375, 0x6e53]
  for (const model of models) words.push(...modelWords(model))
  if (options?.end !== 'cut') words.push(0xffff, 0)
  return new Map(words.map((word, i) => [base + i, word]))
}

function modelWords(model: ImageModel): readonly number[] {
  const words = new Array<number>(model.length + 2).fill(0)
  words[0] = model.id
  words[1] = model.length
  const definition = modelDefinitions.get(model.id)
  for (const [path, value] of Object.entries(model.points ?? {})) {
    const places = definition === undefined ? [] : placesOf(placeGroups(definition, words, words.length))
    const place = places.find((one) => one.path === path)
    if (place === undefined) throw new Error(`model ${model.id} has no point ${path}`)
    for (const [i, word] of wordsOf(value, place).entries()) words[place.at + i] = word
  }
  return words
}

interface Place {
  readonly path: string
  readonly at: number
  readonly type: string
  readonly size: number
}

function placesOf(group: PlacedGroup, within = ''): readonly Place[] {
  const own = group.points.map(({ name, offset, type, size }) => ({
    path: within + name,
    at: group.start + offset,
    type,
    size,
  }))
  const inner = group.groups.flatMap(({ name, times, repetitions }) =>
    repetitions.flatMap((one, i) => placesOf(one, `${within}${name}${times === 'once' ? '' : `[${i}]`}.`)),
  )
  return [...own, ...inner]
}

function wordsOf(value: number | string, point: { readonly type: string; readonly size: number }): number[] {
  const bytes = new Uint8Array(point.size * 2)
  const view = new DataView(bytes.buffer)
  if (typeof value === 'string') bytes.set(new TextEncoder().encode(value))
  else if (point.type === 'float32') view.setFloat32(0, value)
  else if (point.size === 4) view.setBigInt64(0, BigInt(value))
  else if (point.size === 2) view.setInt32(0, value)
  else view.setInt16(0, value)
  return Array.from({ length: point.size }, (_, i) => view.getUint16(2 * i))
}

/** The image of a home: inverter, meter and, if wanted, battery. */
export function homeImage(meter: {
  readonly powerW: number
  readonly importWh: number
  readonly exportWh: number
  readonly battery?: boolean
}): Registers {
  return sunspecImage([
    common(),
    { id: 103, length: 50, points: { W: 1080, WH: 21_707_970, PhVphA: 2304, V_SF: -1, Hz: 5001, Hz_SF: -2 } },
    {
      id: 203,
      length: 105,
      points: {
        W: meter.powerW,
        TotWhImp: meter.importWh,
        TotWhExp: meter.exportWh,
        PhVphA: 2301,
        PhVphB: 2302,
        PhVphC: 2303,
        V_SF: -1,
        AphA: 45,
        AphB: -32_768,
        AphC: 0,
        A_SF: -2,
        Hz: 4999,
        Hz_SF: -2,
      },
    },
    ...(meter.battery === true ? [{ id: 802, length: 62, points: { W: 500, SoC: 555, SoC_SF: -1, W_SF: 0 } }] : []),
  ])
}
