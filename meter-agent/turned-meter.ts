import { Effect } from 'effect'
import { turnedRegisters } from './registers.ts'
import type { SettlementMeter } from './settlement-meter.ts'
import { type MeterTurn, turnedHash, turnedSample, turnedWitness } from './turned-sample.ts'

/**
 * A settlement meter that is wired, or counts, the other way round: whatever it speaks, what it says is turned before
 * anybody judges it, and its registers say so.
 */
export const turnedMeter = <E>(meter: SettlementMeter<E>, turn: MeterTurn): SettlementMeter<E> => ({
  connect: meter.connect,
  identify: Effect.map(meter.identify, (hash) => turnedHash(hash, turn)),
  read: Effect.map(meter.read, (read) => ({
    ...read,
    sample: turnedSample(read.sample, turn),
    witness: turnedWitness(read.witness, turn),
    registers: turnedRegisters(read.registers, turn),
  })),
})
