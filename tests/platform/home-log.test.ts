import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Effect } from 'effect'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readHomeLog } from '#meter-agent/home-log.ts'
import { keyOfText, newKeyText } from '#meter-agent/keys/key-text.ts'
import { HomeLogCheck, nextHash } from '#platform/home-log/home-log-check.ts'
import { ProofFailed } from '#platform/verify/proof-failed.ts'
import { openRecordedHome } from '../meter-agent/recorded-home.ts'
import { serveGateway } from '../meter-agent/test-gateway.ts'

const folder = mkdtempSync(join(tmpdir(), 'home-log-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** How many logs are made that do not hold; `npm run test:long` asks for more. */
const ALTERED = Number(process.env.COMMONWATT_TEST_ALTERED ?? 60)

/** The lines of a printed log of two sessions, without its end. */
let lines: readonly string[] = []
beforeAll(async () => {
  lines = await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const gateway = yield* serveGateway({ nowMs: () => 0 })
        const deviceKey = keyOfText(newKeyText('p256'))
        const opened = openRecordedHome({ folder, gatewayUrl: gateway.url, deviceKey })
        const record = Effect.gen(function* () {
          const home = yield* opened
          for (let i = 0; i < 11; i++) yield* home.record()
          yield* home.publish
        })
        yield* Effect.scoped(record)
        rmSync(join(folder, 'stream-1')) // a lost key: the next one needs a session of its own
        yield* Effect.scoped(record)
        return [...(yield* readHomeLog(join(folder, 'outbox.sqlite')))].map(({ text }) => text)
      }),
    ),
  )
})

const endOf = (texts: readonly string[]) =>
  JSON.stringify({ kind: 'end', lines: texts.length, hash: texts.reduce(nextHash, `0x${'0'.repeat(64)}`) })

/** What is wrong with a log of these lines; null: nothing. */
function fault(texts: readonly string[], as: 'a file' | 'an outbox'): ProofFailed | null {
  const check = new HomeLogCheck()
  try {
    for (const [index, text] of texts.entries()) check.take({ place: `log:${index + 1}`, text })
    check.finish(as)
    return null
  } catch (cause) {
    if (cause instanceof ProofFailed) return cause
    throw cause
  }
}

const kindsOf = (texts: readonly string[]) => texts.map((text) => JSON.parse(text).kind as string)

describe("a home's log", () => {
  it('holds as it was recorded, session and statements in their places', () => {
    const kinds = kindsOf(lines)
    expect(kinds.slice(0, 5)).toEqual(['log', 'enrolment', 'session', 'registers', 'reading'])
    expect(kinds.filter((kind) => kind === 'session')).toHaveLength(2)
    expect(kinds.filter((kind) => kind === 'reading')).toHaveLength(22)
    expect(kinds.filter((kind) => kind === 'statement').length).toBeGreaterThan(3)
    expect(kinds.some((kind) => kind.startsWith('unsigned'))).toBe(false)
    expect(fault([...lines, endOf(lines)], 'a file')).toBeNull()
    expect(fault(lines, 'an outbox')).toBeNull()
  })

  it(
    'does not hold with any line changed, deleted, doubled, or in another place, and says where',
    () => {
      const printed = [...lines, endOf(lines)]
      const index = fc.nat(printed.length - 1)
      const change = fc
        .tuple(index, fc.nat(), fc.constantFrom(...'0123456789abcdef,:"x '))
        .map(([at, anywhere, other]) => {
          const text = printed[at] ?? ''
          const place = anywhere % text.length
          return { at, texts: printed.with(at, text.slice(0, place) + other + text.slice(place + 1)) }
        })
        .filter(({ at, texts }) => texts[at] !== printed[at])
      const deleted = index.map((at) => ({ at, texts: printed.toSpliced(at, 1) }))
      const doubled = fc
        .tuple(index, index)
        .map(([at, to]) => ({ at: Math.min(at, to), texts: printed.toSpliced(to, 0, printed[at] ?? '') }))
      const moved = fc
        .tuple(index, index)
        .filter(([at, to]) => at !== to)
        .map(([at, to]) => ({
          at: Math.min(at, to),
          texts: printed.toSpliced(at, 1).toSpliced(to, 0, printed[at] ?? ''),
        }))
      fc.assert(
        fc.property(fc.oneof(change, deleted, doubled, moved), ({ at, texts }) => {
          const found = fault(texts, 'a file')
          expect(found).not.toBeNull()
          const [, line] = /^log:(\d+) /.exec(found?.place ?? '') ?? []
          expect(line === undefined ? found?.place : Number(line)).toSatisfy((place) =>
            typeof place === 'string' ? place.startsWith('the end ') : place > at,
          )
          expect(found?.expected).not.toBe('')
        }),
        { numRuns: ALTERED },
      )
    },
    Math.max(30_000, ALTERED * 500),
  )

  it.each([
    ['a reading', 'reading', /reading 2|registers/],
    ['its registers', 'registers', /registers/],
    ['a statement', 'statement', /statement of slot \d+, which reading \d+ ends/],
    ['a session', 'session', /a key that a session before lets sign/],
  ])('misses %s by name where it is an outbox, which has no end', (_, kind, expected) => {
    const at = kindsOf(lines).indexOf(kind)
    const second = kindsOf(lines).indexOf(kind, at + 1)
    // Registers are let go from the oldest on, so the first ones may be missing.
    for (const place of kind === 'registers' ? [second] : [second, at]) {
      const found = fault(lines.toSpliced(place, 1), 'an outbox')
      expect(`${found?.expected} ${found?.place}`).toMatch(expected)
    }
  })

  it('misses its last reading, whose hash it names itself', () => {
    const last = kindsOf(lines).lastIndexOf('registers')
    expect(fault(lines.slice(0, last), 'an outbox')).toMatchObject({ expected: 'reading 22', got: 'nothing' })
  })

  it('begins behind the holes that an earlier version has left, and has none after that', async () => {
    const changed = async (change: string) => {
      const file = join(folder, 'changed.sqlite')
      rmSync(file, { force: true })
      using original = new DatabaseSync(join(folder, 'outbox.sqlite'))
      original.prepare('VACUUM INTO ?').run(file)
      using copy = new DatabaseSync(file)
      copy.exec(change)
      const read = await Effect.runPromise(Effect.scoped(Effect.map(readHomeLog(file), (found) => [...found])))
      return read.map(({ text }) => text)
    }
    const earlier = await changed(`
      UPDATE reading SET session = NULL, signature = NULL WHERE sequence <= 7;
      UPDATE statement SET envelope = NULL WHERE slot % 2 = 0;
      DELETE FROM reading WHERE sequence IN (1, 2, 4);
      UPDATE reading SET registers = NULL WHERE sequence <= 5`)
    expect(JSON.parse(earlier[0] ?? '')).toMatchObject({ first: 5, head: { sequence: 22 } })
    expect(kindsOf(earlier).filter((kind) => kind === 'unsigned-reading')).toHaveLength(3)
    expect(fault(earlier, 'an outbox')).toBeNull()
    expect(fault(await changed('DELETE FROM reading WHERE sequence = 4'), 'an outbox')?.expected).toContain('reading 4')
    expect(fault(await changed('DELETE FROM statement WHERE slot % 2 = 0'), 'an outbox')?.expected).toContain(
      'statement',
    )
    expect(fault(await changed("UPDATE session SET body = '{}', envelope = NULL"), 'an outbox')).not.toBeNull()
    const gone = 'UPDATE reading SET session = NULL, signature = NULL; DELETE FROM reading WHERE sequence'
    for (const which of ['> 0', '> 20'])
      await expect(changed(`${gone} ${which}`)).rejects.toThrow('from the next one on')
    const other = 'UPDATE reading SET body = replace(body, \'"importWh":\', \'"importWh":1\') WHERE sequence = 22'
    expect(fault(await changed(other), 'an outbox')?.place).toMatch(/ signature$/)
  })

  it('does not hold with a signature left out, or by a key that nobody has named', () => {
    const at = kindsOf(lines).indexOf('session')
    const session = JSON.parse(lines[at] ?? '')
    const stranger = { ...session, signer: keyOfText(newKeyText('p256')).signer }
    expect(fault(lines.with(at, JSON.stringify(stranger)), 'an outbox')?.place).toBe(`log:${at + 1} signer`)
    const { signature: _, ...without } = session
    expect(fault(lines.with(at, JSON.stringify(without)), 'an outbox')?.expected).toBe('a line of a home log')
  })
})
