import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, Option } from 'effect'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { BadInput } from '#platform/bad-input.ts'
import { solveFeeder } from '#platform/solve-feeder.ts'
import { commonwatt } from '../line/command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-powerflow-'))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string) => {
  const path = join(folder, `${name}.json`)
  writeFileSync(path, text)
  return path
}
const twoBuses = (name: string, pKw: number, rest = {}) =>
  write(
    name,
    JSON.stringify({
      frequencyHz: 50,
      phases: 1,
      source: { bus: '1', voltageLineToLineV: 400, perUnit: 1 },
      lines: [{ from: '1', to: '2', r1Ohm: 0.1, x1Ohm: 0.05 }],
      loads: [{ bus: '2', phase: 'ABC', pKw, qKvar: 0 }],
      ...rest,
    }),
  )

describe('commonwatt powerflow', () => {
  it('takes the file that its page shows, and prints the fields that it tells of', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/powerflow.md'), 'utf8')
    const [, shown = ''] = /```json\n([^`]*)```/.exec(page) ?? []
    const { code, stdout, stderr } = await commonwatt(['powerflow', write('shown', shown), '--json', '--hosting'])
    expect([code, stderr]).toEqual([0, ''])
    const solved = JSON.parse(stdout)
    expect(solved.sourceKw).toBeCloseTo(solved.lossKw - 0.6, 6)
    for (const field of Object.keys(solved)) expect(page).toContain(`\`${field}\``)
  })

  it('says loudly that there is no solution, and nothing of voltages', async () => {
    const { code, stdout, stderr } = await commonwatt(['powerflow', twoBuses('collapse', 378), '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toEqual({ converged: false, iterations: expect.any(Number), bus: '2' })
    expect(stderr).toMatch(/^commonwatt: no power flow: the voltage at bus "2" .*cannot carry these loads\n$/)
  })

  it('refuses a file by name, field and what would be right', async () => {
    const lines = [1, 2, 3].map((at) => ({ from: `${at}`, to: `${(at % 3) + 1}`, r1Ohm: 1, x1Ohm: 1 }))
    const { code, stdout, stderr } = await commonwatt(['powerflow', twoBuses('meshed', 1, { lines }), '--json'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/meshed\.json: lines\.1: expected a radial feeder, not the loop 1 – 2 – 3 – 1\n$/)
  })
})

describe('a solved feeder', () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  afterEach(() => log.mockClear())
  const plain = { losses: Option.none(), hosting: false, print: false, json: false }
  const printed = async (given: Partial<Parameters<typeof solveFeeder>[0]> & { feeder: string }) => {
    await Effect.runPromise(solveFeeder({ ...plain, ...given }))
    return String(log.mock.calls[0]?.[0])
  }

  it('is one JSON document: voltages, currents, losses', async () => {
    // The closed form of two buses.
    expect(JSON.parse(await printed({ feeder: twoBuses('ten', 10), json: true }))).toMatchObject({
      converged: true,
      lossKw: expect.closeTo(0.0632943, 6),
      sourceKw: expect.closeTo(10.0632943, 6),
      buses: { 1: { perUnit: 1 }, 2: { perUnit: expect.closeTo(0.99370547, 7), volts: expect.closeTo(229.4864, 3) } },
      lines: [{ from: '1', to: '2', amps: expect.closeTo(14.52519, 4) }],
      violations: [],
    })
  })

  it('is told to people: limits, losses and what a built-in street can host', async () => {
    const words = await printed({ feeder: 'rural', hosting: true, losses: Option.some('marginal') })
    expect(words).toMatch(/^rural: 30 buses, 28 lines, 1 transformer; \d iterations\n/)
    expect(words).toMatch(/\nhosting {2}[\d.]+ kW more generation at every load; above: overload of grid – station/)
    expect(words).toMatch(/\nloss of {2}home-14 \(ABC\): [\d.]+ W\nlimits {3}all hold$/)
    log.mockClear()
    const broken = await printed({ feeder: twoBuses('broken', 300) })
    expect(broken).toMatch(/\nlimits {3}1 broken\n {2}undervoltage at 2: 0\.\d{4} per unit, at least 0\.9$/)
  })

  it('gives a terminal no commands that stand in the names of a file', async () => {
    const lines = [{ from: '1', to: '\u001b[31m2', r1Ohm: 0.1, x1Ohm: 0.05 }]
    const loads = [{ bus: '\u001b[31m2', phase: 'ABC', pKw: 300, qKvar: 0 }]
    const words = await printed({ feeder: twoBuses('red', 300, { lines, loads }) })
    expect(words).toContain('undervoltage at \ufffd[31m2')
    expect(words).not.toContain('\u001b')
  })

  it('shares losses of too many loads not by Shapley', async () => {
    const refused = Effect.flip(solveFeeder({ ...plain, feeder: 'village', losses: Option.some('shapley') }))
    const error = await Effect.runPromise(refused)
    expect(error).toBeInstanceOf(BadInput)
    expect(error.message).toMatch(/at most 16 loads, not 37; marginal comes close/)
  })

  it('can be printed as the file that it is', async () => {
    const file = write('village', await printed({ feeder: 'village', print: true }))
    log.mockClear()
    const fromFile = await printed({ feeder: file, json: true })
    log.mockClear()
    expect(fromFile).toBe(await printed({ feeder: 'village', json: true }))
  })
})
