import { existsSync, readFileSync } from 'node:fs'
import { Effect, Exit, type Scope } from 'effect'
import { describe, expect, it } from 'vitest'
import type { Bus } from '#meter-agent/drivers/bus.ts'
import { openModbusLine } from '#meter-agent/drivers/modbus-line.ts'
import { registerValue } from '#meter-agent/profiles/register-value.ts'
import { decodeModel } from '#meter-agent/sunspec/decode-model.ts'
import { modelDefinitions } from '#meter-agent/sunspec/models.ts'
import type { PointType } from '#meter-agent/sunspec/point-type.ts'
import { rawValueOf } from '#meter-agent/sunspec/point-value.ts'
import { profileOf } from './profile-json.ts'
import { serveFrames } from './serve-frames.ts'
import { sunspecImage } from './sunspec-image.ts'
import { againAfterStandstill } from './turns.ts'

interface Case {
  readonly id: string
  readonly layer: 'tcp' | 'rtu' | 'decode' | 'series' | 'sunspec'
  readonly request?: string
  readonly response?: string | null
  readonly type?: string
  readonly hex?: string
  readonly expect: { readonly exception?: number; readonly reason?: string; readonly value?: number | null }
}

const file = new URL('../../../shared/reference/meter/malformed.json', import.meta.url)
const there = existsSync(file)
if (!there) console.warn(`skipped: hostile replies are not at ${file.pathname}`)
const cases: readonly Case[] = there ? (JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] }).cases : []
const of = (layer: Case['layer'], also: (one: Case) => boolean = () => true) =>
  cases.filter((one) => one.layer === layer && also(one)).map((one) => [one.id, one] as const)
const wordsOf = (hex: string) => (hex.match(/.{4}/g) ?? []).map((word) => Number.parseInt(word, 16))

const TIMEOUT_MS = 5_000
/** of a device that does not reply */
const SHORT_MS = 150
const withLine = <A, E>(
  line: { readonly transport: 'tcp' | 'rtu+tcp'; readonly port: number; readonly timeoutMs?: number },
  use: (bus: Bus) => Effect.Effect<A, E, Scope.Scope>,
) => {
  const { timeoutMs = TIMEOUT_MS, ...at } = line
  return Effect.flatMap(openModbusLine({ line: { ...at, host: '127.0.0.1' }, timeoutMs }), use)
}
const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))

/** What each reason is called here. */
const errors: Readonly<Record<string, string>> = {
  length: 'ModbusProtocol',
  unit: 'ModbusProtocol',
  protocol: 'ModbusProtocol',
  timeout: 'ModbusTimeout',
}

describe.skipIf(!there)('a hostile reply', () => {
  it.each(of('tcp', ({ request }) => request !== undefined))('%s makes no value', (_, { response, expect: wanted }) => {
    const answer = typeof response === 'string' ? Buffer.from(response, 'hex') : null
    const steps = Effect.gen(function* () {
      const { port } = yield* serveFrames((request, socket) => {
        if (answer === null) return
        answer[0] = request[0] ?? 0 // the transaction is the request's
        answer[1] = request[1] ?? 0
        socket.write(answer)
      })
      const timeoutMs = answer === null ? SHORT_MS : TIMEOUT_MS
      const said = yield* withLine({ transport: 'tcp', port, timeoutMs }, (bus) =>
        Effect.flip(bus.read({ unit: 1, address: 0, count: 2 })),
      )
      expect(said).toMatchObject(
        wanted.exception === undefined
          ? { _tag: errors[wanted.reason ?? ''] }
          : { _tag: 'ModbusException', code: wanted.exception },
      )
    })
    return run(answer === null ? againAfterStandstill(SHORT_MS, steps) : steps)
  })

  it('two responses in one segment are the answers of two requests, or of none', () =>
    run(
      Effect.gen(function* () {
        const kept: Buffer[] = []
        const { port } = yield* serveFrames((request, socket) => {
          const words = request.readUInt16BE(8) === 0 ? [7, 8] : [9, 10]
          kept.push(
            Buffer.from([request[0] ?? 0, request[1] ?? 0, 0, 0, 0, 7, 1, 3, 4, 0, words[0] ?? 0, 0, words[1] ?? 0]),
          )
          // The second request brings the first answer again, before its own.
          socket.write(Buffer.concat(kept))
        })
        yield* withLine({ transport: 'tcp', port }, (bus) =>
          Effect.gen(function* () {
            expect(yield* bus.read({ unit: 1, address: 0, count: 2 })).toEqual([7, 8])
            const second = yield* Effect.exit(bus.read({ unit: 1, address: 2, count: 2 }))
            if (Exit.isSuccess(second)) expect(second.value).toEqual([9, 10])
          }),
        )
      }),
    ))

  it.each(of('rtu'))('%s gives the value or a clean error', (_, { response }) =>
    run(
      Effect.gen(function* () {
        const { port } = yield* serveFrames((_request, socket) => socket.write(Buffer.from(response ?? '', 'hex')))
        const read = yield* withLine({ transport: 'rtu+tcp', port }, (bus) =>
          Effect.exit(bus.read({ unit: 1, table: 'input', address: 0, count: 2 })),
        )
        if (Exit.isSuccess(read)) expect(read.value).toEqual([0x4367, 0xaf55])
        else expect(String(read.cause)).toMatch(/Modbus(Protocol|Timeout)/)
      }),
    ),
  )

  it.each(of('decode', ({ id }) => /^(sentinel|acc-zero)/.test(id)))('%s decodes as it says', (_, one) => {
    const value = rawValueOf(one.type as PointType, wordsOf(one.hex ?? ''))
    expect(value === null ? null : Number(value)).toBe(one.expect.value)
  })

  it('sf-na: a scale factor that is none makes the value none', () => {
    const definition = modelDefinitions.get(103)
    if (definition === undefined) throw new Error('model 103 is known')
    const { hex = '' } = cases.find(({ id }) => id === 'sf-na') ?? {}
    const points = { W: Number.parseInt(hex, 16), W_SF: -32_768 }
    const words = [...sunspecImage([{ id: 103, length: 50, points }]).values()].slice(2, 54)
    expect(decodeModel(definition, { words, blockOf: () => 0 }).W).toBeNull()
  })

  it.each([
    ['vendor-nan-int32max', { notAvailable: ['7fffffff'] }, null],
    ['word-order-e3dc', { wordOrder: 'low-first' }, -979],
  ])('%s is what its profile says', (id, spelling, value) => {
    const { hex = '', expect: wanted } = cases.find((one) => one.id === id) ?? { expect: {} }
    const profile = profileOf()
    const register = { address: 0, type: 's32', unit: 'W', ...spelling } as never
    expect(registerValue({ profile, register, words: wordsOf(hex) })).toBe(wanted.value)
    expect(wanted.value).toBe(value)
  })
})
