import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, type Scope } from 'effect'
import modbus from 'modbus-serial'
import { afterAll, describe, expect, it } from 'vitest'
import { emulateRecording, loadRecording, type Recording } from '#sim/index.ts'

const ModbusRTU = modbus.default
const HOST = '127.0.0.1'
const folder = mkdtempSync(join(tmpdir(), 'recording-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

const recorded = (content: unknown) => {
  const file = join(folder, `${++files}.json`)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return loadRecording(file)
}
const test = <A, E>(steps: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(steps))
const serve = (content: unknown) =>
  Effect.flatMap(recorded(content), (recording) => emulateRecording({ recording, host: HOST, port: 25_020 }))

/** What a client of its own reads: words, or the exception's number, or silence, if nothing comes for so long. */
const asking = (port: number, silenceMs = 10_000) => {
  const client = new ModbusRTU()
  client.setTimeout(silenceMs)
  const ask = (unit: number, address: number, count: number, table: 'holding' | 'input' = 'holding') =>
    Effect.promise(async () => {
      client.setID(unit)
      try {
        const { data } =
          table === 'holding'
            ? await client.readHoldingRegisters(address, count)
            : await client.readInputRegisters(address, count)
        return data
      } catch (error) {
        const { modbusCode, errno } = error as { modbusCode?: number; errno?: string }
        return modbusCode ?? errno
      }
    })
  return Effect.as(
    Effect.acquireRelease(
      Effect.promise(() => client.connectTCP(HOST, { port })),
      () => Effect.sync(() => client.close(() => undefined)),
    ),
    ask,
  )
}

describe('a recorded device on a port', () => {
  it('answers with its registers as its unit, refuses all others, and is silent as another unit', () =>
    test(
      Effect.gen(function* () {
        const port = yield* serve({
          name: 'map',
          function: 'holding',
          unit_id: 247,
          registers: [
            { address: 100, hex: '0001000a' },
            { address: 102, hex: 'ffff' },
            { address: 65_535, hex: '0007' },
          ],
        })
        const ask = yield* asking(port)
        expect(yield* ask(247, 100, 3)).toEqual([1, 10, 65_535])
        expect(yield* ask(247, 65_535, 1)).toEqual([7])
        expect(yield* ask(247, 99, 2)).toBe(2)
        expect(yield* ask(247, 102, 2)).toBe(2)
        expect(yield* ask(247, 100, 1, 'input')).toBe(2)
        const askInVain = yield* asking(port, 300)
        expect(yield* askInVain(1, 100, 1)).toBe('ETIMEDOUT')
      }),
    ))

  it('on a line with others answers as each of them, from the table that was read', () =>
    test(
      Effect.gen(function* () {
        const port = yield* serve({
          name: 'line',
          expected: [
            { request: '01040000000271cb', response: '0104044367af55e210' },
            { request: '0103000b0001f5c8', response: '01030200a8b9fa' },
            { request: '020400080002f03a', response: '020404408b6a894268' },
          ],
        })
        const ask = yield* asking(port)
        expect(yield* ask(1, 0, 2, 'input')).toEqual([0x4367, 0xaf55])
        expect(yield* ask(1, 11, 1)).toEqual([0xa8])
        expect(yield* ask(2, 8, 2, 'input')).toEqual([0x408b, 0x6a89])
        expect(yield* ask(2, 0, 2, 'input')).toBe(2)
        expect(yield* ask(3, 0, 2, 'input')).toBe(11)
      }),
    ))

  it('that is a P1 port sends its telegram at once and then every second, to all who listen', () =>
    test(
      Effect.gen(function* () {
        const telegram = '/CWT5test\r\n\r\n1-0:1.7.0(00.001*kW)\r\n!\r\n'
        const port = yield* serve({ name: 'p1', telegram })
        const heard = (bytes: number) =>
          Effect.callback<string>((resume) => {
            let text = ''
            const socket = connect(port, HOST)
            socket.on('data', (data) => {
              text += data.toString('latin1')
              if (text.length < bytes) return
              socket.destroy()
              resume(Effect.succeed(text))
            })
          })
        // Seconds as this process has them: where it stood still, the meter did as well.
        let seconds = 0
        yield* Effect.acquireRelease(
          Effect.sync(() => setInterval(() => seconds++, 1_000)),
          (clock) => Effect.sync(() => clearInterval(clock)),
        )
        const [once, twice] = yield* Effect.all([heard(telegram.length), heard(2 * telegram.length)], {
          concurrency: 'unbounded',
        })
        expect([once, twice]).toEqual([telegram, telegram + telegram])
        expect(seconds).toBeLessThan(3)
      }),
    ))

  it('is a P1 port where its file is a bare telegram, with the line ends that its checksum is of', () =>
    test(
      Effect.gen(function* () {
        const recording = yield* recorded('/CWT5test\n\n1-0:1.7.0(00.001*kW)\n!\n')
        const telegram = '/CWT5test\r\n\r\n1-0:1.7.0(00.001*kW)\r\n!\r\n'
        expect(recording).toMatchObject({ type: 'p1', telegram })
        expect((yield* Effect.flip(recorded('/CWT5test\r\n1-0:1.7.0(00.001*kW)\r\n'))).message).toContain(
          'telegram: expected a P1 telegram from its "/" to the line with its "!"',
        )
      }),
    ))

  it.each<[string, unknown, RegExp]>([
    ['is not there', null, /no-such-file.*expected a JSON file/],
    ['is no JSON', 'x', /expected a JSON file that can be read/],
    ['holds no object', '7', /expected a JSON object, not 7/],
    ['has no name', { registers: [] }, /name: expected/],
    ['has nothing recorded', { name: 'x' }, /expected registers, frames, .*not only name/],
    ['has half a word', { name: 'x', registers: [{ address: 1, hex: '00' }] }, /registers\.0\.hex: expected .*"00"/],
    [
      'has a word of megabytes',
      { name: 'x', registers: [{ address: 0, hex: '0'.repeat(4_000_000) }] },
      /registers\.0\.hex: expected 1 to 65536 words/,
    ],
    ['has no register at all', { name: 'x', registers: [] }, /registers\.0: expected a value, not nothing/],
    ['has no address', { name: 'x', registers: [{ hex: '0000' }] }, /registers\.0\.address: expected .*nothing/],
    [
      'has a register too many',
      { name: 'x', registers: [{ address: 65_535, hex: '00000000' }] },
      /past register 65535/,
    ],
    ['has a unit that cannot be', { name: 'x', unit_id: 0, registers: [] }, /unit_id: expected/],
    [
      'has an answer to another request',
      { name: 'x', expected: [{ request: '01040000000271cb', response: '01030200a8b9fa' }] },
      /expected\.0\.response: expected an answer of 2 registers/,
    ],
    ['has a telegram that does not begin', { name: 'x', telegram: 'ISK5' }, /telegram: expected/],
  ])('is refused where the file %s', async (_, content, message) => {
    const loading: Effect.Effect<Recording, { readonly _tag: string; readonly message: string }> =
      content === null ? loadRecording('/no-such-file.json') : recorded(content)
    const refused = await Effect.runPromise(Effect.flip(loading))
    expect(refused._tag).toBe('RecordingRefused')
    expect(refused.message).toMatch(message)
  })
})
