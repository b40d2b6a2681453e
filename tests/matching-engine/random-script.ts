import fc from 'fast-check'
import type { SignedMessage } from '#protocol/envelope.ts'
import { endMs, Home, MINUTE_MS, NOW_MS, orderIdOf, SLOT } from './rose-street.ts'

/** What is sent at a time. */
export interface Step {
  readonly messages: readonly SignedMessage[]
  readonly nowMs: number
}

/** One thing that a home does, or lets be. */
export const move = fc.record({
  home: fc.nat(2),
  act: fc.constantFrom('order', 'order', 'order', 'amend', 'cancel', 'statement'),
  slot: fc.constantFrom(SLOT, SLOT, SLOT + 1, SLOT + 2),
  side: fc.constantFrom('buy', 'sell'),
  priceEurPerMWh: fc.integer({ min: 95, max: 105 }),
  energyWh: fc.integer({ min: 1, max: 60 }),
  timeInForce: fc.constantFrom('GTC', 'GTC', 'GTC', 'GTD', 'IOC', 'FOK'),
  postOnly: fc.constantFrom(false, false, false, true),
  selfTradePrevention: fc.constantFrom('none', 'cancel-taker', 'cancel-maker', 'cancel-both', 'decrement'),
  earlier: fc.nat(6),
  passesMs: fc.constantFrom(0, 0, 0, 0, 30_000, 4 * MINUTE_MS, 15 * MINUTE_MS),
})
type Move = typeof move extends fc.Arbitrary<infer M> ? M : never

/** The same signed messages for every run of a script; cancels and amends aim at earlier orders, open or not. */
export function scriptOf(moves: readonly Move[]): readonly Step[] {
  const homes = ['anna', 'ben', 'carla'].map((name) => new Home(name))
  const orders: ReturnType<Home['order']>[] = []
  let nowMs = NOW_MS
  const steps: Step[] = [{ messages: homes.map((home) => home.enrolment()), nowMs }]
  for (const { home: index, act, earlier, passesMs, ...terms } of moves) {
    nowMs += passesMs
    const target = orders.at(-1 - earlier)
    const home = homes.find(({ account }) => act !== 'order' && account === target?.body.account) ?? homes[index]
    if (home === undefined) throw new Error('there are three homes')
    const { slot } = terms
    if (act === 'statement') {
      steps.push({ messages: [home.statement({ slot })], nowMs })
    } else if (act === 'cancel' && target !== undefined) {
      steps.push({ messages: [home.cancel(orderIdOf(target), { slot: target.body.slot })], nowMs })
    } else if (act === 'amend' && target !== undefined) {
      const { priceEurPerMWh, energyWh } = terms
      const replaces = target.body.nonce
      const amend = home.order({ ...target.body, priceEurPerMWh, energyWh, replaces, nonce: home.nextNonce() })
      steps.push({ messages: [amend], nowMs })
    } else {
      const expiresAtMs = terms.timeInForce === 'GTD' ? nowMs + 3 * MINUTE_MS : 0
      const order = home.order({ ...terms, expiresAtMs })
      orders.push(order)
      steps.push({ messages: [order], nowMs })
    }
  }
  return [...steps, { messages: [], nowMs: endMs(SLOT + 1) }]
}
