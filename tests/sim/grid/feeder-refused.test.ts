import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { feederJsonSchema } from '#sim/grid/feeder.ts'
import {
  EN_50160,
  type Feeder,
  type FeederRefused,
  feederPowers,
  flowReport,
  loadFeeder,
  NotConverged,
  PowerFlow,
} from '#sim/index.ts'
import { drawnFeeder } from './drawn-feeder.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-feeder-'))
afterAll(() => rmSync(folder, { recursive: true }))

const source = { bus: 'a', voltageLineToLineV: 400, perUnit: 1 }
const wire = { r1Ohm: 0.1, x1Ohm: 0.05 }
const line = (from: string, to: string, rest = {}) => ({ from, to, ...wire, ...rest })
const load = (bus: string, rest = {}) => ({ bus, phase: 'ABC', pKw: 1, qKvar: 0, ...rest })
const transformer = { ratedKva: 100, vkPercent: 4, vkrPercent: 1, highV: 400, lowV: 100 }

/** A feeder of one phase from a to b, but for what a case changes. */
const feeder = (rest = {}) => ({
  frequencyHz: 50,
  phases: 1,
  source,
  lines: [line('a', 'b')],
  loads: [load('b')],
  ...rest,
})

const write = (content: unknown) => {
  const path = join(folder, 'feeder.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const refusal = (content: unknown): FeederRefused => Effect.runSync(Effect.flip(loadFeeder(write(content))))

describe('a feeder', () => {
  it('is written as its published JSON Schema says', () => {
    const path = join(import.meta.dirname, '../../../sim/feeder.schema.json')
    // After a change of the schema: write what feederJsonSchema() gives into that file, then biome format.
    expect(feederJsonSchema()).toEqual(JSON.parse(readFileSync(path, 'utf8')))
  })

  it('may have buses of any name, lines of no length, and nothing connected', () => {
    const names = {
      lines: [line('a', '__proto__', { r1Ohm: 0, x1Ohm: 0 }), line('constructor', '__proto__')],
      loads: [],
    }
    const { tree } = Effect.runSync(loadFeeder(write(feeder(names))))
    expect(tree.buses).toEqual(['a', '__proto__', 'constructor'])
  })

  it('may be a single bus', () => {
    const { tree } = Effect.runSync(loadFeeder(write(feeder({ lines: [], loads: [load('a')] }))))
    expect(tree.buses).toEqual(['a'])
  })

  it('of 20,000 buses in one chain has its tree in a moment', () => {
    const count = 20_000
    const lines: Feeder['lines'] = Array.from({ length: count }, (_, at) => line(at === 0 ? 'a' : `${at}`, `${at + 1}`))
    const begunMs = performance.now()
    expect(refusal(feeder({ lines: [...lines, line(`${count}`, 'a')], loads: [] })).value).toMatch(
      /^the loop a – .* – … – .* – a$/,
    )
    expect(performance.now() - begunMs).toBeLessThan(5_000)
  })
})

describe('a feeder is refused', () => {
  const three = { phases: 3, lines: [line('a', 'b', { r0Ohm: 0.4, x0Ohm: 0.2 })] }
  it.each<[string, unknown, string, RegExp]>([
    ['when it is no JSON', '{', '', /expected JSON/],
    ['when it is a list', [], '', /./],
    ['without a source', feeder({ source: undefined }), 'source', /a value, not nothing/],
    ['with a field too many', feeder({ line: [] }), 'line', /no such field \(there are .*lines/],
    ['of two phases', feeder({ phases: 2 }), 'phases', /1 \| 3/],
    [
      'with a negative resistance',
      feeder({ lines: [line('a', 'b', { r1Ohm: -0.1 })] }),
      'lines.0.r1Ohm',
      /between 0 and/,
    ],
    ['with a negative reactance', feeder({ lines: [line('a', 'b', { x1Ohm: -1 })] }), 'lines.0.x1Ohm', /between 0 and/],
    [
      'with a number as text',
      feeder({ lines: [line('a', 'b', { x1Ohm: '1' })] }),
      'lines.0.x1Ohm',
      /expected number, not "1"/,
    ],
    ['with a number beyond all', '{"frequencyHz":1e999}', 'frequencyHz', /finite|between/],
    ['with a bus that is a number', feeder({ lines: [line('a', 2 as never)] }), 'lines.0.to', /string, not 2/],
    ['with an unknown phase', feeder({ loads: [load('b', { phase: 'N' })] }), 'loads.0.phase', /"ABC"/],
    ['with a load nowhere', feeder({ loads: [load('c')] }), 'loads.0.bus', /a bus of a line.*not "c"/],
    [
      'with a single-phase load among balanced ones',
      feeder({ loads: [load('b', { phase: 'A' })] }),
      'loads.0.phase',
      /ABC/,
    ],
    [
      'with a source that nothing leaves',
      feeder({ source: { ...source, bus: 'z' } }),
      'source.bus',
      /end of a line.*"z"/,
    ],
    [
      'with an island',
      feeder({ lines: [line('a', 'b'), line('c', 'd')] }),
      'lines.1.from',
      /connected with the source, "a", not "c"/,
    ],
    [
      'with a loop',
      feeder({ lines: [line('a', 'b'), line('b', 'c'), line('c', 'd'), line('d', 'b')] }),
      'lines.2',
      /radial feeder, not the loop b – c – d – b/,
    ],
    [
      'with two lines side by side',
      feeder({ lines: [line('a', 'b'), line('b', 'a')] }),
      'lines.1',
      /loop a – b – a \(lines.0 is beside it\)/,
    ],
    [
      'with the same line twice',
      feeder({ lines: [line('a', 'b'), line('a', 'b')] }),
      'lines.1',
      /lines.0 is beside it/,
    ],
    [
      'with a line that ends where it begins',
      feeder({ lines: [line('a', 'b'), line('b', 'b')] }),
      'lines.1.to',
      /another bus, not "b"/,
    ],
    [
      'with a line beside a transformer',
      feeder({ lines: [line('a', 'b')], transformers: [{ from: 'a', to: 'b', ...transformer }] }),
      'lines.0',
      /transformers.0 is beside it/,
    ],
    [
      'of three phases without zero sequence',
      feeder({ phases: 3 }),
      'lines.0.r0Ohm',
      /zero-sequence impedance \(phases is 3\)/,
    ],
    [
      'with half a zero sequence',
      feeder({ ...three, lines: [line('a', 'b', { r0Ohm: 1 })] }),
      'lines.0.x0Ohm',
      /zero-sequence/,
    ],
    [
      'of three phases with half a source',
      feeder({ ...three, source: { ...source, z1Ohm: [0, 1] } }),
      'source.z0Ohm',
      /beside z1Ohm/,
    ],
    ['with an impedance of one number', feeder({ source: { ...source, z1Ohm: [1] } }), 'source.z1Ohm.1', /./],
    [
      'with a transformer of more resistance than impedance',
      feeder({ transformers: [{ from: 'b', to: 'c', ...transformer, vkrPercent: 5 }] }),
      'transformers.0.vkrPercent',
      /at most vkPercent, 4, not 5/,
    ],
    [
      'with a transformer that is wound the other way',
      feeder({ transformers: [{ from: 'b', to: 'c', ...transformer, lowV: 4000 }] }),
      'transformers.0.lowV',
      /at most highV/,
    ],
    [
      'with a transformer that stands the other way',
      feeder({ transformers: [{ from: 'c', to: 'b', ...transformer }] }),
      'transformers.0.from',
      /the bus on the side of the source, "b", not "c"/,
    ],
    [
      'with kV for V',
      feeder({ transformers: [{ from: 'b', to: 'c', ...transformer, highV: 10_000 }] }),
      'transformers.0.highV',
      /within 20 % of the 400 V of bus "b", not 10000/,
    ],
  ])('%s', (_, content, field, message) => {
    const refused = refusal(content)
    expect(refused).toMatchObject({ _tag: 'FeederRefused', field })
    expect(refused.message).toMatch(message)
    expect(refused.file).toMatch(/feeder\.json$/)
  })

  it('when its file is not there, with the names of those that need none', () => {
    const { message } = Effect.runSync(Effect.flip(loadFeeder(join(folder, 'none.json'))))
    expect(message).toMatch(/none\.json: expected a file that can be read, or one of ieee-european-lv, rural.*ENOENT/)
  })
})

describe('a feeder with something strange in it', () => {
  /** Things that files hold where a number or name should be. */
  const strange = [null, -1, 0, 1e-300, 500_000, 1e300, '', '0', 'x', [], {}, true, [1, 2], '__proto__', 'A']

  it('is refused, solved in finite numbers, or has no solution; nothing else', () => {
    const ends = { refused: 0, solved: 0, collapsed: 0 }
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.constantFrom(...strange), (seed, place, value) => {
        const written = JSON.parse(JSON.stringify(drawnFeeder(seed)))
        const places: (() => void)[] = []
        const walk = (node: Record<string, unknown>) => {
          for (const [key, inner] of Object.entries(node)) {
            places.push(() => {
              node[key] = value
            })
            places.push(() => {
              delete node[key]
            })
            if (typeof inner === 'object' && inner !== null) walk(inner as Record<string, unknown>)
          }
        }
        walk(written)
        places[place % places.length]?.()
        const loaded = Effect.runSync(Effect.result(loadFeeder(write(JSON.stringify(written)))))
        if (loaded._tag === 'Failure') {
          expect(loaded.failure._tag).toBe('FeederRefused')
          ends.refused++
          return
        }
        const { feeder: changed, tree } = loaded.success
        const flow = new PowerFlow({ tree })
        try {
          const report = flowReport(flow, { iterations: flow.solve(feederPowers(changed)), limits: EN_50160 })
          expect(JSON.stringify(report)).not.toContain('null')
          ends.solved++
        } catch (error) {
          expect(error).toBeInstanceOf(NotConverged)
          ends.collapsed++
        }
      }),
      { numRuns: 200, seed: 7 },
    )
    expect(Math.min(ends.refused, ends.solved, ends.collapsed)).toBeGreaterThan(0)
  })
})
