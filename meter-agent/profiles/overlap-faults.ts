import { BadProfile, valueAt } from './bad-profile.ts'
import { type ModbusProfile, type ProfileRegister, tableOf, wordsOf } from './modbus-profile.ts'

/**
 * Registers that share words: one of the two addresses is most likely wrong. The same register under two names, and
 * the bits of one that is a number, too, are meant so.
 */
export function overlapFaults(name: string, profile: ModbusProfile): readonly BadProfile[] {
  const byAddress = Object.entries(profile.registers).toSorted(([, a], [, b]) => a.address - b.address)
  return byAddress.flatMap(([id, register], index) => {
    const other = byAddress.slice(0, index).find(([, before]) => {
      const shares = tableOf(profile, before) === tableOf(profile, register) && endOf(before) > register.address
      return shares && !areMeantSo(before, register)
    })
    if (other === undefined) return []
    const [otherId, { address, ...shape }] = other
    const last = endOf({ address, ...shape }) - 1
    return new BadProfile({
      profile: name,
      field: `registers.${id}.address`,
      value: valueAt(profile, ['registers', id, 'address']),
      expected: `a place of its own (registers.${otherId} stands at ${address === last ? address : `${address} to ${last}`})`,
    })
  })
}

const endOf = (register: ProfileRegister): number => register.address + wordsOf(register)

const areMeantSo = (a: ProfileRegister, b: ProfileRegister): boolean =>
  a.type === 'bitfield' ||
  b.type === 'bitfield' ||
  (a.address === b.address &&
    a.type === b.type &&
    wordsOf(a) === wordsOf(b) &&
    a.unit === b.unit &&
    a.scale === b.scale &&
    a.scaleFactor === b.scaleFactor)
