import { type ModbusProfile, tableOf, wordsOf } from '../profiles/modbus-profile.ts'
import { groupOf, lengthOf, type PlannedBlock, planReads, type Span, type SpanGroup } from './plan-reads.ts'

/**
 * The requests that read a profile, or only some of its values. A value and its scale factor are one span; what a
 * derived value is made of stays together where that fits a block.
 */
export function profilePlan(profile: ModbusProfile, only?: readonly string[]): readonly PlannedBlock[] {
  const { words, gap } = profile.block
  const operands = only?.flatMap((id) => profile.derived?.[id]?.of ?? id)
  return planReads({ groups: groupsOf(profile, new Set(operands ?? Object.keys(profile.registers))), words, gap })
}

function groupsOf(profile: ModbusProfile, ids: ReadonlySet<string>): readonly SpanGroup[] {
  const spans = new Map([...ids].map((id) => [id, spanOf(profile, id)]))
  const groups = new Map([...spans].map(([id, span]) => [id, groupOf([span])]))
  for (const { of } of Object.values(profile.derived ?? {})) {
    const [first, ...others] = new Set(of.flatMap((id) => groups.get(id) ?? []))
    if (first === undefined || others.some(({ table }) => table !== first.table)) continue
    const [span = first, ...more] = [first, ...others].flatMap((group) => group.spans)
    const whole = groupOf([span, ...more])
    if (lengthOf(whole) > profile.block.words) continue
    for (const [id, group] of groups) if (group === first || others.includes(group)) groups.set(id, whole)
  }
  return [...new Set(groups.values())]
}

/** A register with its scale factor. */
function spanOf(profile: ModbusProfile, id: string): Span {
  const register = profile.registers[id]
  if (register === undefined) throw new RangeError(`no register ${id}`)
  const factor = register.scaleFactor === undefined ? undefined : profile.registers[register.scaleFactor]
  const both = factor === undefined ? [register] : [register, factor]
  return {
    table: tableOf(profile, register),
    first: Math.min(...both.map(({ address }) => address)),
    end: Math.max(...both.map((one) => one.address + wordsOf(one))),
  }
}
