import { Effect } from 'effect'
import { TestClock } from 'effect/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Bus, RegisterRange } from '#meter-agent/drivers/bus.ts'
import { ModbusException, ModbusTimeout } from '#meter-agent/drivers/modbus-error.ts'
import { groupOf, lengthOf, planReads, type Span, type SpanGroup } from '#meter-agent/planning/plan-reads.ts'
import { makePlannedReader, QUARANTINE_MS } from '#meter-agent/planning/planned-reader.ts'
import { profilePlan } from '#meter-agent/planning/profile-plan.ts'
import { builtInModbusProfiles, loadModbusProfile } from '#meter-agent/profiles/load-modbus-profile.ts'
import { tableOf, wordsOf } from '#meter-agent/profiles/modbus-profile.ts'

const span = fc
  .record({ table: fc.constantFrom('holding', 'input'), first: fc.nat(300), length: fc.integer({ min: 1, max: 4 }) })
  .map(({ table, first, length }): Span => ({ table, first, end: first + length }))

/** Groups of at most 20 words, as a profile's are at most a block's. */
const group = fc.array(span, { minLength: 1, maxLength: 3 }).map(([first, ...others]): SpanGroup => {
  if (first === undefined) throw new Error('none')
  const near = others.map(({ first: at, end }) => {
    const moved = first.first + (at % 16)
    return { table: first.table, first: moved, end: moved + (end - at) }
  })
  return groupOf([first, ...near])
})
const plans = fc.record({
  groups: fc.array(group, { maxLength: 20 }),
  words: fc.integer({ min: 20, max: 125 }),
  gap: fc.nat(30),
})
const contains = (outer: Span, inner: Span) =>
  outer.table === inner.table && outer.first <= inner.first && inner.end <= outer.end

describe('a plan of reads', () => {
  it('holds each group whole, asks for no more words than a block may have, and fills no gap that is too large', () => {
    fc.assert(
      fc.property(plans, ({ groups, words, gap }) => {
        const blocks = planReads({ groups, words, gap })
        for (const one of groups) expect(blocks.filter((block) => block.groups.includes(one))).toHaveLength(1)
        for (const block of blocks) {
          expect(lengthOf(block)).toBeLessThanOrEqual(words)
          let end = block.first
          for (const one of block.groups) {
            expect(contains(block, one)).toBe(true)
            expect(one.first - end).toBeLessThanOrEqual(gap)
            end = Math.max(end, one.end)
          }
        }
      }),
    )
  })

  it('asks twice for nothing that one request would bring', () => {
    fc.assert(
      fc.property(plans, ({ groups, words, gap }) => {
        const blocks = planReads({ groups, words, gap })
        for (const [i, block] of blocks.entries()) {
          const next = blocks[i + 1]
          if (next === undefined || next.table !== block.table || next.first - block.end > gap) continue
          const head = next.groups[0] as SpanGroup
          expect(Math.max(block.end, head.end) - block.first).toBeGreaterThan(words)
        }
      }),
    )
  })

  it.each(builtInModbusProfiles())('of %s has every value with its scale factor in one block', async (name) => {
    const profile = await Effect.runPromise(loadModbusProfile(name))
    const plan = profilePlan(profile)
    for (const register of Object.values(profile.registers)) {
      const parts = [register, ...(register.scaleFactor === undefined ? [] : [profile.registers[register.scaleFactor]])]
      const spans = parts.flatMap((part): Span[] =>
        part === undefined
          ? []
          : [{ table: tableOf(profile, part), first: part.address, end: part.address + wordsOf(part) }],
      )
      expect(plan.some((block) => spans.every((one) => contains(block, one)))).toBe(true)
    }
    for (const block of plan) expect(lengthOf(block)).toBeLessThanOrEqual(profile.block.words)
  })
})

/** A device with registers where `has` says so; what is elsewhere is refused with exception 2. */
function deviceWith(has: (table: string, address: number) => boolean) {
  const asked: RegisterRange[] = []
  const device = { has, asked }
  const bus: Bus = {
    connect: Effect.void,
    read: (range) => {
      asked.push(range)
      const { unit, address, count, table = 'holding' } = range
      const words = Array.from({ length: count }, (_, i) => address + i)
      return words.every((one) => device.has(table, one))
        ? Effect.succeed(words)
        : Effect.fail(new ModbusException({ line: 'test', code: 2, unit, address, count }))
    },
  }
  return { device, bus }
}

const run = <A, E>(effect: Effect.Effect<A, E>) => Effect.runPromise(Effect.provide(effect, TestClock.layer()))

describe('a device that refuses some of its registers', () => {
  it('is read for all the others, and only what it refuses by itself is left out', async () => {
    await fc.assert(
      fc.asyncProperty(plans, fc.uniqueArray(fc.nat(320), { maxLength: 12 }), async ({ groups, words, gap }, holes) => {
        fc.pre(groups.length > 0)
        const { bus, device } = deviceWith((_, address) => !holes.includes(address))
        const spans = groups.flatMap((one) => one.spans)
        const isThere = ({ first, end }: Span) => !holes.some((hole) => first <= hole && hole < end)
        fc.pre(spans.some(isThere))
        const reader = makePlannedReader(bus, { unit: 1, plan: planReads({ groups, words, gap }) })
        await run(
          Effect.gen(function* () {
            for (let poll = 0; poll < 2; poll++) {
              device.asked.length = 0
              const { blocks, quarantined } = yield* reader
              const got = blocks.map(({ table, address, words: { length } }) => ({
                table,
                first: address,
                end: address + length,
              }))
              for (const one of spans) expect(got.some((block) => contains(block, one))).toBe(isThere(one))
              for (const one of quarantined) expect(isThere(one)).toBe(false)
              for (const block of blocks) expect(block.words).toEqual(block.words.map((_, i) => block.address + i))
              if (poll === 1) expect(device.asked).toHaveLength(blocks.length)
            }
          }),
        )
      }),
    )
  })

  it('is asked again after an hour, and not before', async () => {
    const { bus, device } = deviceWith((_, address) => address !== 3)
    const at = (first: number) => groupOf([{ table: 'holding', first, end: first + 1 }])
    const plan = planReads({ groups: [at(1), at(3), at(5)], words: 10, gap: 5 })
    const reader = makePlannedReader(bus, { unit: 1, plan })
    await run(
      Effect.gen(function* () {
        expect((yield* reader).quarantined).toEqual([{ table: 'holding', first: 3, end: 4 }])
        device.has = () => true
        yield* TestClock.adjust(QUARANTINE_MS - 1)
        expect((yield* reader).quarantined).toHaveLength(1)
        yield* TestClock.adjust(1)
        const { blocks, quarantined } = yield* reader
        expect(quarantined).toEqual([])
        expect(blocks).toEqual([{ table: 'holding', address: 1, words: [1, 2, 3, 4, 5] }])
      }),
    )
  })

  it('is an error where nothing is left, and where it does not answer at all', async () => {
    const plan = planReads({ groups: [groupOf([{ table: 'input', first: 1, end: 3 }])], words: 10, gap: 0 })
    const nothing = makePlannedReader(deviceWith(() => false).bus, { unit: 1, plan })
    expect(await run(Effect.flip(nothing))).toMatchObject({ _tag: 'ModbusException', code: 2 })
    const timeout = Effect.fail(new ModbusTimeout({ line: 'test', timeoutMs: 1 }))
    const silent = makePlannedReader({ connect: Effect.void, read: () => timeout }, { unit: 1, plan })
    expect((await run(Effect.flip(silent)))._tag).toBe('ModbusTimeout')
  })
})
