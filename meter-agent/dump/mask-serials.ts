import { modelDefinitions, type PointGroup } from '../sunspec/models.ts'
import type { ModelPlace } from '../sunspec/read-model.ts'
import { runsOf } from './register-image.ts'

type Words = ReadonlyMap<number, number>

const COMMON_MODEL = 1
/** Model 11 describes an Ethernet port: the words of its hardware address, from the model's id on. */
const ETHERNET = { model: 11, first: 5, last: 8 }
/** A word of so many characters is taken for a serial number if so many of them are digits. */
const WORD = /[0-9A-Za-z]{8,}/g
const SERIAL_DIGITS = 5
const MASK = 'X'

/**
 * The registers of a SunSpec device without what tells one device of a kind from another: the serial number of each
 * model 1, hardware addresses, and what reads like a serial number in models that nobody defined or that have texts.
 */
export function maskModels(words: Words, models: readonly ModelPlace[]): Words {
  return new Map([...words, ...models.flatMap((place) => [...maskModel(words, place)])])
}

function maskModel(words: Words, { id, address, length }: ModelPlace): Words {
  const own = (first: number, last: number) =>
    new Map([...words].filter(([at]) => at >= address + first && at <= address + last))
  if (id === ETHERNET.model) return new Map([...own(ETHERNET.first, ETHERNET.last).keys()].map((at) => [at, 0]))
  const model = modelDefinitions.get(id)
  const serial = id === COMMON_MODEL ? model?.points.find(({ name }) => name === 'SN') : undefined
  if (serial !== undefined) {
    const { offset, size } = serial
    return new Map([...own(offset, offset + size - 1)].map(([at, word]) => [at, maskWord(word)]))
  }
  return model === undefined || hasTexts(model) ? maskTexts(own(0, length + 1)) : new Map()
}

const hasTexts = ({ points, groups }: PointGroup): boolean =>
  points.some(({ type }) => type === 'string') || groups.some(hasTexts)

/** Registers in which what reads like a serial number is masked. A number that is one cannot be told from others. */
export function maskTexts(words: Words): Words {
  const masked = new Map<number, number>()
  for (const { address, hex } of runsOf(words)) {
    const text = Buffer.from(hex, 'hex').toString('latin1')
    const bytes = Buffer.from(text.replaceAll(WORD, maskSerial), 'latin1')
    for (let at = 0; at < bytes.length; at += 2) masked.set(address + at / 2, bytes.readUInt16BE(at))
  }
  return masked
}

/** An X for each character, so that the text keeps its length. */
const maskSerial = (word: string): string =>
  word.replaceAll(/\D/g, '').length >= SERIAL_DIGITS ? MASK.repeat(word.length) : word

function maskWord(word: number): number {
  const characters = String.fromCharCode(word >> 8, word & 0xff).replaceAll(/[^\0 ]/g, MASK)
  return (characters.charCodeAt(0) << 8) | characters.charCodeAt(1)
}
