import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { meterModels } from '#meter-agent/device-snapshot.ts'
import { p1Witness } from '#meter-agent/p1/p1-witness.ts'
import { readTelegram } from '#meter-agent/p1/telegram.ts'
import { checkPhases } from '#meter-agent/reading/phases-check.ts'
import { frequencyQuality, voltageQuality } from '#meter-agent/reading/power-guard.ts'
import { sampleOf } from '#meter-agent/registers.ts'
import { decodeModel } from '#meter-agent/sunspec/decode-model.ts'
import { modelDefinitions } from '#meter-agent/sunspec/models.ts'
import { sunspecWitness } from '#meter-agent/sunspec/sunspec-witness.ts'
import type { Witness } from '#meter-agent/witness.ts'
import { reasonsOf } from '#protocol/trust.ts'
import { folder, images, there } from './recorded-sunspec.ts'

/** `apart` of the samples before had phases that do not sum up. */
const doubts = (powerW: number | null, witness: Witness, apart: number) =>
  reasonsOf(voltageQuality(witness) | frequencyQuality(witness) | checkPhases(apart, powerW, witness).quality)

describe('the checks of a moment', () => {
  const meters = images.flatMap(([file, { chain, registers }]) => {
    const words = new Map(
      registers.flatMap(({ address, hex }) =>
        (hex.match(/.{4}/g) ?? []).map((word, i) => [address + i, Number.parseInt(word, 16)] as const),
      ),
    )
    return chain
      .filter(({ id }) => meterModels.includes(id))
      .map(({ id, len, addr }) => {
        const read = { words: Array.from({ length: len + 2 }, (_, i) => words.get(addr + i) ?? 0), blockOf: () => 0 }
        return [`${file} ${id}`, id, read] as const
      })
  })

  it.skipIf(!there)('accuse no recorded SunSpec meter', () => {
    expect(meters.length).toBeGreaterThan(3)
    const found = meters.map(([name, id, read]) => {
      const definition = modelDefinitions.get(id)
      if (definition === undefined) throw new Error(`no model ${id}`)
      const witness = sunspecWitness(definition, decodeModel(definition, read))
      return [name, ...doubts(sampleOf(definition, read).powerW, witness, 2)]
    })
    expect(found).toEqual(meters.map(([name]) => [name]))
  })

  it.skipIf(!there)('accuse no recorded P1 meter', () => {
    const telegrams = readdirSync(folder)
      .filter((file) => file.startsWith('p1-'))
      .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')).telegram as string)
    expect(telegrams.length).toBeGreaterThan(3)
    for (const text of telegrams) {
      const telegram = readTelegram(text)
      expect(doubts(telegram.powerW, p1Witness(telegram), 0), text).toEqual([])
    }
  })
})
