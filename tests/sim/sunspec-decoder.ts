/** A reader of SunSpec registers with its own small tables (offsets from a model's first register), for the tests. */
type Type = 'u16' | 'i16' | 'u32'
const TABLES: Readonly<
  Record<
    number,
    { readonly length: number; readonly points: Readonly<Record<string, readonly [number, Type, number?]>> }
  >
> = {
  101: {
    length: 50,
    points: {
      A: [2, 'u16', 6],
      AphB: [4, 'u16'],
      PhVphA: [10, 'u16', 13],
      W: [14, 'i16', 15],
      Hz: [16, 'u16', 17],
      VA: [18, 'i16'],
      WH: [24, 'u32', 26],
      DCW_SF: [32, 'i16'],
      St: [38, 'u16'],
      Evt1: [40, 'u32'],
      EvtVnd4: [50, 'u32'],
    },
  },
  103: {
    length: 50,
    points: {
      A: [2, 'u16', 6],
      AphB: [4, 'u16', 6],
      PhVphC: [12, 'u16', 13],
      W: [14, 'i16', 15],
      Hz: [16, 'u16', 17],
      WH: [24, 'u32', 26],
      TmpCab: [33, 'i16', 37],
      St: [38, 'u16'],
    },
  },
  203: {
    length: 105,
    points: {
      A: [2, 'i16', 6],
      PhV: [7, 'i16', 15],
      Hz: [16, 'i16', 17],
      W: [18, 'i16', 22],
      WphA: [19, 'i16', 22],
      WphB: [20, 'i16', 22],
      WphC: [21, 'i16', 22],
      VA: [23, 'i16'],
      PF_SF: [37, 'i16'],
      TotWhExp: [38, 'u32', 54],
      TotWhExpPhA: [40, 'u32'],
      TotWhImp: [46, 'u32', 54],
      Evt: [105, 'u32'],
    },
  },
  802: {
    length: 62,
    points: {
      WHRtg: [3, 'u16', 53],
      WChaRteMax: [4, 'u16', 54],
      SoC: [11, 'u16', 56],
      DoD: [12, 'u16'],
      NCyc: [14, 'u32'],
      ChaSt: [16, 'u16'],
      Typ: [21, 'u16'],
      V: [34, 'u16', 59],
      A: [44, 'i16', 61],
      W: [47, 'i16', 63],
      SetOp: [50, 'u16'],
    },
  },
}

export interface DecodedModel {
  readonly id: number
  readonly address: number
  readonly length: number
  readonly points: Readonly<Record<string, number>>
}

const signed = (word: number) => (word >= 0x8000 ? word - 0x10000 : word)

/** Walks a device's registers from base 40000 and decodes what the tables know; raw words without a scale factor. */
export function decodeSunspec(registers: readonly number[]): { serial: string; models: DecodedModel[] } {
  const at = (index: number) => registers[index] ?? Number.NaN
  if (at(0) !== 0x5375 || at(1) !== 0x6e53) throw new Error('no SunS')
  const models: DecodedModel[] = []
  let serial = ''
  let start = 2
  for (; at(start) !== 0xffff; start += 2 + at(start + 1)) {
    const [id, length] = [at(start), at(start + 1)]
    if (id === 1) {
      serial = String.fromCharCode(
        ...registers.slice(start + 50, start + 66).flatMap((word) => [word >> 8, word & 255]),
      )
      serial = serial.replace(/\0+$/, '')
    }
    const table = TABLES[id]
    if (table !== undefined && table.length !== length) throw new Error(`model ${id} has length ${length}`)
    const points: Record<string, number> = {}
    for (const [name, [offset, type, scale]] of Object.entries(table?.points ?? {})) {
      const high = at(start + offset)
      const raw = type === 'u32' ? high * 0x10000 + at(start + offset + 1) : type === 'i16' ? signed(high) : high
      points[name] = scale === undefined ? raw : raw * 10 ** signed(at(start + scale))
    }
    models.push({ id, address: 40_000 + start, length, points })
  }
  if (at(start + 1) !== 0 || registers.length !== start + 2) throw new Error('no end model')
  return { serial, models }
}
