import type { RecordedReading } from '#meter-agent/index.ts'
import { advanceSlots, type SlotState } from '#meter-agent/reading/slot-statement.ts'
import { signDeviceJoin } from '#protocol/device-join.ts'
import type { SignedMessage } from '#protocol/envelope.ts'
import type { Outcome } from '#protocol/messages.ts'
import type { Order } from '#protocol/order.ts'
import type { Reading } from '#protocol/reading.ts'
import { addressOf, digestOf, secp256k1Signer, sign } from '#protocol/signing.ts'
import { slotAt } from '#protocol/slot.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'

const accountKey = `0x${'6a'.repeat(32)}` as const
const deviceKey = `0x${'6b'.repeat(32)}` as const
const ZERO_HASH = `0x${'0'.repeat(64)}` as const
const SLOT_MINUTES = 15
/** Its roof gives 1,600 W all day, and nobody is at home. */
const MS_PER_WH = 2_250
const METER_BEGAN_WH = 700_000_000
const HALF_A_DAY_SECONDS = 43_200

const doors = { enrolment: 'enrolments', reading: 'readings', statement: 'statements', order: 'orders' } as const
type Letter = Extract<SignedMessage, { readonly kind: keyof typeof doors }>

/** Refusals that say: this very message was taken before. */
const alreadyTaken: readonly string[] = ['ALREADY_ENROLLED', 'STALE_SEQUENCE', 'STATEMENT_EXISTS', 'NONCE_USED']
/** Refusals of the first orders of a home. */
const notYet: readonly string[] = ['DEVICE_NOT_IN_SERVICE', 'INSUFFICIENT_FUNDS']
/** Refusals of what is taken later: the clock of a street that was killed goes on from the last thing that happened. */
const tooEarly: readonly string[] = ['SLOT_NOT_DELIVERED', 'TIME_AHEAD']
/** Refusals that time brings about. */
const tooLate: readonly string[] = ['NOT_TRADING', 'SLOT_SETTLED', 'TOO_MANY_ORDERS']

/**
 * A home of its own process, as anybody may write one: it signs, sends over HTTP, keeps what got no answer and sends
 * it again, and remembers everything that the market has acknowledged.
 */
export class OutsideHome {
  readonly home = 'outside'
  readonly account = addressOf(accountKey)
  /** what was acknowledged: nonces of orders, sequences of readings, slots of statements */
  readonly orders = new Map<number, string>()
  readonly readings = new Map<number, string>()
  readonly statements = new Set<number>()
  /** refusals that nothing explains but something lost or done twice */
  readonly unexplained: string[] = []
  isEnrolled = false
  isRegistered = false

  readonly #random: () => number
  #nonce = 1
  #last: RecordedReading | null = null
  #slot: SlotState | null = null
  #unanswered: { readonly letter: Letter; sent: number }[] = []

  constructor(random: () => number) {
    this.#random = random
  }

  /** Says everything that is to be said now. False if nobody has answered. */
  async step(url: string): Promise<boolean> {
    try {
      const { domain, neighbourhood, timeMs } = await this.#ask(`${url}/api/v1/protocol`)
      if (this.#nonce === 1) this.#add(this.#enrolment(domain, neighbourhood))
      // Only what follows an answered letter is written, so that letters arrive in the order of their sequence.
      else if (this.#unanswered.length === 0) this.#write(domain, neighbourhood, timeMs)
      if (this.isEnrolled && !this.isRegistered) await this.#register(url)
      for (const kind of Object.keys(doors) as (keyof typeof doors)[]) await this.#send(url, kind)
      return true
    } catch (cause) {
      if (cause instanceof TypeError || cause instanceof SyntaxError) return false // fetch: refused, reset, cut short
      throw cause
    }
  }

  async #ask(url: string, body?: unknown) {
    const posted = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    const response = await fetch(url, body === undefined ? {} : posted)
    return (await response.json()) as never
  }

  /** Asks until its device is on chain: whichever request gets there first. */
  async #register(url: string): Promise<void> {
    const { domain, neighbourhood, timeMs, p256Verifier } = await this.#ask(`${url}/api/v1/protocol`)
    const signed = signDeviceJoin({
      domain,
      neighbourhood,
      deviceId: this.home,
      owner: secp256k1Signer(accountKey),
      device: secp256k1Signer(deviceKey),
      p256Verifier,
      deadline: Math.floor(timeMs / 1_000) + HALF_A_DAY_SECONDS,
      nonce: this.#nonce++,
    })
    const { device = null } = await this.#ask(`${url}/api/v1/devices`, signed)
    this.isRegistered = device !== null
  }

  async #send(url: string, kind: keyof typeof doors): Promise<void> {
    const waiting = this.#unanswered.filter(({ letter }) => letter.kind === kind)
    if (waiting.length === 0) return
    for (const one of waiting) one.sent++
    const letters = waiting.map(({ letter }) => letter)
    const outcomes: readonly Outcome[] = await this.#ask(`${url}/api/v1/${doors[kind]}`, letters)
    for (const [i, one] of waiting.entries()) {
      const outcome = outcomes[i]
      if (outcome === undefined) throw new Error(`${letters.length} letters, ${JSON.stringify(outcomes)}`)
      this.#settle(one, outcome)
    }
  }

  #settle(one: { readonly letter: Letter; readonly sent: number }, outcome: Outcome): void {
    const { letter, sent } = one
    if (!outcome.accepted && tooEarly.includes(outcome.code)) return
    this.#unanswered = this.#unanswered.filter((other) => other !== one)
    if (outcome.accepted || (sent > 1 && alreadyTaken.includes(outcome.code))) this.#remember(letter)
    // The log hears of its device, and the street pays in for it, a moment after the device is registered.
    else if (notYet.includes(outcome.code) && this.orders.size === 0) return
    else if (!tooLate.includes(outcome.code)) this.unexplained.push(`${letter.kind}: ${JSON.stringify(outcome)}`)
  }

  #remember(letter: Letter): void {
    if (letter.kind === 'enrolment') this.isEnrolled = true
    else if (letter.kind === 'statement') this.statements.add(letter.body.slot)
    else if (letter.kind === 'reading') this.readings.set(letter.body.sequence, letter.signature)
    else this.orders.set(letter.body.nonce, letter.signature)
  }

  #write(domain: SigningDomain, neighbourhood: string, timeMs: number): void {
    const before = this.#last
    const body = this.#reading(timeMs)
    const after = { reading: body, hash: digestOf({ domain, kind: 'reading', body }) }
    this.#add(sign({ domain, kind: 'reading', body, privateKey: deviceKey }))
    const home = { account: this.account, neighbourhood, slotMinutes: SLOT_MINUTES }
    const { state, statements } = advanceSlots(this.#slot, { before, after }, home)
    for (const stated of statements) {
      this.#add(sign({ domain, kind: 'statement', body: stated, privateKey: deviceKey }))
    }
    this.#last = after
    this.#slot = state
    this.#add(this.#order(domain, neighbourhood, timeMs))
  }

  #add(letter: Letter): void {
    this.#unanswered.push({ letter, sent: 0 })
  }

  #enrolment(domain: SigningDomain, neighbourhood: string): Letter {
    const body = {
      neighbourhood,
      home: this.home,
      account: this.account,
      deviceId: this.home,
      deviceSigner: addressOf(deviceKey),
      nonce: this.#nonce++,
    }
    return sign({ domain, kind: 'enrolment', body, privateKey: accountKey })
  }

  #reading(timeMs: number): Reading {
    const last = this.#last
    const atMs = Math.max(timeMs, last?.reading.timeMs ?? 0)
    return {
      version: 1,
      deviceId: this.home,
      sequence: (last?.reading.sequence ?? 0) + 1,
      bootId: 1,
      timeMs: atMs,
      clock: 'simulated',
      monotonicMs: Math.floor(performance.now()),
      importWh: 0,
      exportWh: Math.floor(atMs / MS_PER_WH) - METER_BEGAN_WH,
      powerW: -1_600,
      quality: 0,
      source: 'certified-meter',
      profileHash: ZERO_HASH,
      registersHash: ZERO_HASH,
      previousHash: last?.hash ?? ZERO_HASH,
    }
  }

  /** One that neighbours may like. */
  #order(domain: SigningDomain, neighbourhood: string, timeMs: number): Letter {
    const draw = (least: number, most: number) => least + Math.floor(this.#random() * (most - least + 1))
    const side = this.#random() < 0.8 ? 'sell' : 'buy'
    const body: Order = {
      account: this.account,
      neighbourhood,
      slot: slotAt({ timeMs, slotMinutes: SLOT_MINUTES }) + draw(1, 5),
      side,
      type: 'limit',
      priceEurPerMWh: draw(60, 300),
      energyWh: draw(1, 60),
      timeInForce: this.#random() < 0.2 ? 'IOC' : 'GTC',
      expiresAtMs: 0,
      postOnly: false,
      selfTradePrevention: 'cancel-maker',
      replaces: 0,
      nonce: this.#nonce++,
    }
    return sign({ domain, kind: 'order', body, privateKey: accountKey })
  }
}
