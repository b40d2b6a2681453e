import { Effect, Stream } from 'effect'
import { describe, expect, it } from 'vitest'
import { isEd25519 } from '#matching-engine/admission/node-crypto.ts'
import { ReceiptBook } from '#matching-engine/gateway/receipt-book.ts'
import { stateHash } from '#matching-engine/state-hash.ts'
import { keyOfText, newKeyText } from '#meter-agent/keys/key-text.ts'
import { isEd25519Signature } from '#protocol/ed25519.ts'
import type { Outcome } from '#protocol/messages.ts'
import { SESSION_MS_MAX } from '#protocol/session.ts'
import { digestOf, signWith } from '#protocol/signing.ts'
import { snapshotOf, streetFrom } from '#protocol/snapshot.ts'
import { SESSIONS_LENGTH } from '#protocol/street.ts'
import {
  divergenceOf,
  domain,
  endMs,
  eventsOf,
  Home,
  NOW_MS,
  openOver,
  PARTITION,
  roseStreet,
  run,
  SLOT,
  streamKeyOf,
  submitOne,
} from './rose-street.ts'

const said = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => (outcome.accepted ? 'taken' : `${outcome.code} ${outcome.field ?? ''}`))

describe('a session', () => {
  it('lets its key sign readings of its device and its time, and of no other', () =>
    run(
      Effect.gen(function* () {
        const { log, neighbourhood, anna, ben } = yield* roseStreet
        const other = streamKeyOf('other')
        const outcomes = yield* neighbourhood.submit(
          [
            anna.streamReading(),
            anna.session({ fromMs: NOW_MS - 60_000, untilMs: NOW_MS }),
            anna.streamReading(),
            anna.session({ sequence: 2 }),
            anna.streamReading(),
            anna.streamReading({ sequence: 2 }, other),
            ben.streamReading({}, streamKeyOf('anna')),
            anna.streamReading({ sequence: 3, timeMs: NOW_MS - 60_001 }),
            anna.streamReading({ sequence: 3, timeMs: NOW_MS - 60_000 }),
            anna.reading({ sequence: 5 }),
          ],
          NOW_MS,
        )
        expect(said(outcomes)).toEqual([
          'NOT_AUTHORISED signer',
          'taken',
          'NOT_AUTHORISED signer',
          'taken',
          'taken',
          'NOT_AUTHORISED signer',
          'NOT_AUTHORISED signer',
          'NOT_AUTHORISED signer',
          'taken',
          'taken',
        ])
        expect(outcomes[0]).toMatchObject({ detail: expect.stringContaining('/api/v1/sessions') })
        expect(outcomes[2]).toMatchObject({ detail: expect.stringContaining(`before ${NOW_MS}, not at ${NOW_MS}`) })
        expect((yield* eventsOf(log)).filter(({ type }) => type === 'SessionAuthorised')).toHaveLength(2)
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('is refused where it is not right, and changes nothing then', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna, ben } = yield* roseStreet
        yield* neighbourhood.submit([anna.session({ sequence: 4 })], NOW_MS)
        const hash = stateHash(neighbourhood.street)
        const body = anna.session({ sequence: 5 }).body
        const outcomes = yield* neighbourhood.submit(
          [
            anna.session({ sequence: 4 }),
            anna.session({ sequence: 3 }),
            anna.session({ sequence: 5, neighbourhood: 'elm-street' }),
            anna.session({ sequence: 5, deviceId: 'nothing' }),
            anna.session({ sequence: 5 }, ben.deviceKey),
            anna.session({ sequence: 5 }, anna.accountKey),
            anna.session({ sequence: 5, untilMs: NOW_MS }),
            anna.session({ sequence: 5, untilMs: NOW_MS + SESSION_MS_MAX + 1 }),
            anna.session({ sequence: 5, streamKey: `0x${'00'.repeat(32)}` }),
            { ...anna.session({ sequence: 5 }), signature: `0x${'11'.repeat(64)}1b` },
            signWith({ domain, kind: 'session', body, signer: streamKeyOf('anna') }),
          ],
          NOW_MS,
        )
        expect(said(outcomes)).toEqual([
          'STALE_SEQUENCE body.sequence',
          'STALE_SEQUENCE body.sequence',
          'WRONG_NEIGHBOURHOOD body.neighbourhood',
          'UNKNOWN_HOME body.deviceId',
          'NOT_AUTHORISED signer',
          'NOT_AUTHORISED signer',
          'MALFORMED body.untilMs',
          'MALFORMED body.untilMs',
          'MALFORMED body.streamKey',
          'BAD_SIGNATURE signature',
          expect.stringMatching(/^MALFORMED/),
        ])
        expect(stateHash(neighbourhood.street)).toBe(hash)
      }),
    ))

  it('is one of the newest few; a reading may be older than the newest', () =>
    run(
      Effect.gen(function* () {
        const { log, neighbourhood, anna } = yield* roseStreet
        const sessions = Array.from({ length: SESSIONS_LENGTH + 1 }, (_, n) =>
          anna.session({ sequence: n + 1, streamKey: streamKeyOf(`key ${n}`).signer }),
        )
        yield* neighbourhood.submit(sessions, NOW_MS)
        const outcomes = yield* neighbourhood.submit(
          [anna.streamReading({}, streamKeyOf('key 0')), anna.streamReading({}, streamKeyOf('key 1'))],
          NOW_MS,
        )
        expect(said(outcomes)).toEqual(['NOT_AUTHORISED signer', 'taken'])
        const { street } = neighbourhood
        expect(street.homes.get('anna')?.sessions.map(({ sequence }) => sequence)).toEqual([2, 3, 4, 5, 6, 7, 8, 9])
        expect(stateHash(streetFrom(JSON.parse(JSON.stringify(snapshotOf(street)))))).toBe(stateHash(street))
        const reopened = yield* openOver(log)
        expect(stateHash(reopened.street)).toBe(stateHash(street))
        const next = anna.streamReading({ sequence: 2, previousHash: digestOf(hashed(anna)) }, streamKeyOf('key 8'))
        expect((yield* submitOne(reopened, next)).accepted).toBe(true)
      }),
    ))

  it('is on a receipt where it lets the reading be signed, and no other one of its key', () =>
    run(
      Effect.gen(function* () {
        const { log, neighbourhood, anna, ben } = yield* roseStreet
        const orders = [anna.order({ side: 'sell', priceEurPerMWh: 100 }), ben.order({ priceEurPerMWh: 100 })]
        const reading = anna.streamReading()
        const session = anna.session({ untilMs: NOW_MS + 1 })
        const later = anna.session({ sequence: 2, fromMs: NOW_MS + 1 })
        yield* neighbourhood.submit([...orders, session, reading, later], NOW_MS)
        yield* neighbourhood.advance(endMs(SLOT))
        const chainHead = digestOf({ domain, kind: 'reading', body: reading.body })
        yield* neighbourhood.submit([anna.statement({ chainHead })], endMs(SLOT))
        const book = new ReceiptBook(neighbourhood.street, 'names')
        const logged = yield* Stream.runCollect(log.read(PARTITION, 0))
        book.push(logged)
        const [trade] = logged.flatMap(({ event }) => (event.type === 'TradeMatched' ? event.trade.id : []))
        expect(book.receiptOf(trade ?? '')?.seller).toMatchObject({ reading: { reading }, session })
      }),
    ))

  const hashed = (home: Home) => ({ domain, kind: 'reading', body: home.reading().body }) as const
})

describe('a device whose key is of P-256', () => {
  const key = keyOfText(newKeyText('p256'))
  const carla = new Home('carla')

  it('enrols, lets a stream key sign, reads and states', () =>
    run(
      Effect.gen(function* () {
        const { log, neighbourhood } = yield* roseStreet
        const by = <K extends 'session' | 'reading' | 'statement'>(kind: K, message: { readonly body: unknown }) =>
          signWith({ domain, kind, body: message.body as never, signer: key })
        const outcomes = yield* neighbourhood.submit(
          [
            carla.enrolment({ deviceSigner: key.signer }),
            by('session', carla.session()),
            by('reading', carla.reading()),
            carla.reading({ sequence: 2 }),
          ],
          NOW_MS,
        )
        expect(said(outcomes)).toEqual(['taken', 'taken', 'taken', 'NOT_AUTHORISED signer'])
        const stated = yield* neighbourhood.submit([carla.statement(), by('statement', carla.statement())], endMs(SLOT))
        expect(said(stated)).toEqual(['NOT_AUTHORISED signer', 'taken'])
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('is refused with a key that is no point, with a signature of another length, and for what accounts sign', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* roseStreet
        const refusals = yield* neighbourhood.submit(
          [
            carla.enrolment({ deviceSigner: `0x${'11'.repeat(64)}` }),
            carla.enrolment({ deviceSigner: `0x${'11'.repeat(32)}` }),
            { ...signWith({ domain, kind: 'reading', body: carla.reading().body, signer: key }), algorithm: 'ed25519' },
            signWith({ domain, kind: 'order', body: anna.orderBody(), signer: key }),
            { ...anna.reading(), algorithm: 'rsa' },
          ],
          NOW_MS,
        )
        expect(said(refusals)).toEqual([
          'MALFORMED body.deviceSigner',
          'MALFORMED body.deviceSigner',
          'MALFORMED signer',
          'MALFORMED algorithm',
          expect.stringMatching(/^MALFORMED/),
        ])
      }),
    ))
})

describe('an Ed25519 signature', () => {
  it("is checked by Node as by the protocol's own check", () => {
    const signer = streamKeyOf('anna')
    const digest = `0x${'3c'.repeat(32)}` as const
    const signature = signer.signDigest(digest)
    const zero = `0x${'00'.repeat(64)}` as const
    for (const isSignature of [isEd25519, isEd25519Signature]) {
      expect(isSignature(signer.signer, digest, signature)).toBe(true)
      expect(isSignature(streamKeyOf('ben').signer, digest, signature)).toBe(false)
      expect(isSignature(signer.signer, `0x${'3d'.repeat(32)}`, signature)).toBe(false)
      expect(isSignature(signer.signer, digest, zero)).toBe(false)
      expect(isSignature(`0x02${'00'.repeat(31)}`, digest, signature)).toBe(false) // no point
    }
  })
})
