import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Effect } from 'effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emptySettlementBook, foldEvent, isLegUnder, legProofsOf } from '#contracts/index.ts'
import { audit } from '#platform/verify/audit.ts'
import { openEvidence } from '#platform/verify/evidence.ts'
import { readNodeFile } from '#platform/verify/node-file.ts'
import type { Failure } from '#platform/verify/proof-failed.ts'
import { rebuiltBatch } from '#platform/verify/rebuilt-batch.ts'
import { verifyReceipt } from '#platform/verify/verify-receipt.ts'
import type { LoggedEvent, MarketEventOf, MarketEventType } from '#protocol/market-event.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import type { Trade } from '#protocol/trade.ts'
import { changeEvent } from '../matching-engine/log-rows.ts'
import { commonwatt } from './command-line.ts'
import { openSteppedStreet, times } from './stepped-street.ts'

const SLOT_MS = 15 * 60_000
const startMs = Date.UTC(2026, 5, 21, 9)
const rules = {
  ...defaultMarketRules,
  protocolFeeBp: 25,
  collateral: 'reserved' as const,
  slotsAhead: 8,
  slotsPerBatch: 4,
  disputeWindowMs: 4 * SLOT_MS,
}
const root = mkdtempSync(join(tmpdir(), 'commonwatt-verify-test-'))
const folder = join(root, 'street')
mkdirSync(folder)

let events: readonly LoggedEvent[] = []
let runningReceipt: unknown
/** what the running node's door said of trades: the settled one, the open one, one that never was */
let served: readonly { readonly status: number; readonly body: unknown }[] = []
/** settled for ever, of the first batch */
let trade: Trade
/** of a batch that is not final yet */
let openTrade: Trade

const of = <T extends MarketEventType>(type: T) =>
  events.flatMap(({ sequence, event }) => (event.type === type ? [{ sequence, event: event as MarketEventOf<T> }] : []))

const verified = (data: string, id: string) =>
  Effect.runPromise(
    Effect.scoped(Effect.flatMap(openEvidence({ data, rpcUrl: undefined }), (from) => verifyReceipt(from, id))),
  )

/** The first thing that does not hold, by the audit. */
const auditFailure = (data: string): Promise<Failure | null> =>
  Effect.runPromise(
    openEvidence({ data, rpcUrl: undefined }).pipe(
      Effect.flatMap((from) => Effect.map(audit(from), ({ failure }) => failure)),
      Effect.catchTag('ProofFailed', ({ facts }) => Effect.succeed(facts)),
      Effect.scoped,
    ),
  )

/** … and by the receipt of the settled trade. */
const receiptFailure = (data: string): Promise<Failure | null> =>
  Effect.runPromise(
    openEvidence({ data, rpcUrl: undefined }).pipe(
      Effect.flatMap((from) => Effect.map(verifyReceipt(from, trade.id), ({ failure }) => failure)),
      Effect.catchTag('ProofFailed', ({ facts }) => Effect.succeed(facts)),
      Effect.scoped,
    ),
  )

beforeAll(() =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const street = yield* openSteppedStreet({ homes: 3, seed: 1, startMs, folder, rules })
        const toMs = startMs + 13 * SLOT_MS
        for (const timeMs of times({ fromMs: startMs + SLOT_MS / 2, toMs, stepMinutes: 7.5 })) {
          yield* street.moveTo(timeMs, timeMs % SLOT_MS === 0 ? 'trade' : 'rest')
        }
        events = [...street.events]
        const [first] = of('BatchProposed')
        const trades = of('TradeMatched').map((logged) => logged.event.trade)
        trade = trades.findLast(({ slot }) => slot <= (first?.event.batch.lastSlot ?? 0)) as Trade
        openTrade = trades.at(-1) as Trade
        served = yield* Effect.forEach([trade.id, openTrade.id, '7.1'], (id) =>
          Effect.promise(async () => {
            const answer = await fetch(`${street.live.url}/api/v1/receipts/${id}`)
            return { status: answer.status, body: await answer.json() }
          }),
        )
        runningReceipt = yield* Effect.promise(() => verified(folder, trade.id))
      }),
    ),
  ),
)
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Runs a test on a copy of the street that something was done to. */
async function onCopy<A>(change: (copy: string) => void, look: (copy: string) => Promise<A>): Promise<A> {
  const copy = mkdtempSync(join(root, 'copy-'))
  cpSync(folder, copy, { recursive: true })
  change(copy)
  try {
    return await look(copy)
  } finally {
    rmSync(copy, { recursive: true })
  }
}

/** Another character of the same kind in the place of a text's `index`-th. */
function withOtherCharacter(text: string, index: number): string {
  const old = text[index] as string
  const other = /\d/.test(old) ? String((Number(old) + 1) % 10) : old === 'a' ? 'b' : 'a'
  return `${text.slice(0, index)}${other}${text.slice(index + 1)}`
}

/** Changes one character of an event: the last one of what `field` matches. `fit` makes the checksums fit again. */
function changeField(sequence: number, field: RegExp, checksum: 'fit' | 'leave') {
  return (copy: string) => {
    const change = (json: string) => {
      const found = field.exec(json)
      if (found === null) throw new Error(`${field} is not in ${json}`)
      return withOtherCharacter(json, found.index + found[0].length - 1)
    }
    changeEvent(join(copy, 'log.sqlite'), { sequence, change, checksum })
  }
}

/** Changes one character of a file: the last one of what `field` matches. */
function changeFile(name: (copy: string) => string, field: RegExp) {
  return (copy: string) => {
    const file = join(copy, name(copy))
    const text = readFileSync(file, 'utf8')
    const found = field.exec(text)
    if (found === null) throw new Error(`${field} is not in ${file}`)
    writeFileSync(file, withOtherCharacter(text, found.index + found[0].length - 1))
  }
}

/** The events behind the settled trade, from the seller's side. */
function behindTrade() {
  const { account } = { account: trade.seller }
  const statement = of('StatementAccepted').find(
    ({ event }) => event.statement.body.account === account && event.statement.body.slot === trade.slot,
  )
  const body = statement?.event.statement.body
  const reading = of('ReadingAccepted').find(
    ({ event }) => event.reading.body.deviceId === body?.deviceId && event.reading.body.sequence === body.lastSequence,
  )
  const session = of('SessionAuthorised').find(({ event }) => event.session.body.deviceId === body?.deviceId)
  const order = of('OrderPlaced').find(({ event }) => event.orderId === trade.sellOrderId)
  const matched = of('TradeMatched').find(({ event }) => event.trade.id === trade.id)
  const [batch] = of('BatchProposed')
  if (!(statement && reading && session && order && matched && batch && body))
    throw new Error('the street has no such trade')
  const { deviceId: home, lastSequence } = body
  return { statement, reading, session, order, matched, batch, home, lastSequence }
}

describe('the receipt of a trade', () => {
  it('proves it from register to transaction, while the node runs and after', async () => {
    const receipt = await verified(folder, trade.id)
    expect(receipt).toMatchObject({ trade, holds: true, final: true, open: [], failure: null })
    expect(receipt.steps.map(({ step, party }) => (party === undefined ? step : `${party} ${step}`))).toEqual([
      ...['seller registers', 'seller reading', 'seller statement'],
      ...['buyer registers', 'buyer reading', 'buyer statement'],
      ...['seller order', 'buyer order', 'match', 'batch', 'transaction'],
    ])
    expect(new Set(receipt.steps.map(({ state }) => state))).toEqual(new Set(['proven']))
    for (const { detail } of receipt.steps.filter(({ step }) => step === 'reading')) {
      expect(detail).toMatch(/signed by a stream key that 0x\w{40} has authorised \(session 1\)/)
    }
    expect(runningReceipt).toMatchObject({ holds: true, final: true, failure: null })
  })

  it('says of a trade that is not settled which steps are still open', async () => {
    const receipt = await verified(folder, openTrade.id)
    expect(receipt).toMatchObject({ holds: true, final: false, failure: null })
    expect(receipt.open).toContain('transaction')
    const unsettled = of('BatchProposed').at(-1)?.event.batch
    const waiting = of('TradeMatched').find(({ event }) => event.trade.slot === unsettled?.firstSlot)?.event.trade
    expect((await verified(folder, waiting?.id ?? '')).open).toEqual(['transaction'])
  })

  it('holds for every trade that is settled', async () => {
    const final = of('BatchFinalized').length
    const last = of('BatchProposed')[final - 1]?.event.batch.lastSlot ?? 0
    const settled = of('TradeMatched').filter(({ event }) => event.trade.slot <= last)
    expect(settled.length).toBeGreaterThan(5)
    for (const { event } of settled.filter((_, index) => index % 4 === 0)) {
      expect(await verified(folder, event.trade.id), event.trade.id).toMatchObject({ holds: true, final: true })
    }
  })

  it('has a Merkle proof that no changed character survives', () => {
    const [first] = of('BatchProposed')
    const book = emptySettlementBook()
    for (const logged of events) if (logged.sequence < (first?.sequence ?? 0)) foldEvent(book, logged)
    const node = Effect.runSync(readNodeFile(folder))
    const batch = first?.event.batch as MarketEventOf<'BatchProposed'>['batch']
    const legs = rebuiltBatch({ node, archiveKey: null }, book, batch)?.legs ?? []
    const { tradesRoot } = batch
    for (const proof of legProofsOf(legs, trade)) {
      expect(isLegUnder(tradesRoot, trade, proof)).toBe(true)
      for (const [index, sibling] of proof.siblings.entries()) {
        const other = withOtherCharacter(sibling, 2 + ((7 * index) % 64)) as `0x${string}`
        const changed = { ...proof, siblings: proof.siblings.with(index, other) }
        expect(isLegUnder(tradesRoot, trade, changed)).toBe(false)
      }
      expect(isLegUnder(tradesRoot, { ...trade, energyWh: trade.energyWh + 1 }, proof)).toBe(false)
      expect(isLegUnder(tradesRoot, trade, { ...proof, index: proof.index ^ 1 })).toBe(false)
      expect(isLegUnder(tradesRoot, trade, { ...proof, count: proof.count + 1 })).toBe(false)
    }
  })
})

describe('the receipt over HTTP', () => {
  it('shows the signed originals behind a trade, from reading to transaction', () => {
    const { statement, reading, session, matched, batch } = behindTrade()
    const order = [...of('OrderPlaced'), ...of('OrderAmended')]
      .filter(({ sequence, event }) => event.orderId === trade.sellOrderId && sequence < matched.sequence)
      .reduce((last, next) => (next.sequence > last.sequence ? next : last))
    const { event: final } = of('BatchFinalized')[0] ?? { event: null }
    expect(served[0]).toMatchObject({
      status: 200,
      body: {
        trade,
        seller: {
          order: order.event.order,
          statement: statement.event.statement,
          reading: { reading: reading.event.reading, hash: statement.event.statement.body.chainHead },
          session: session.event.session,
        },
        batch: { batch: batch.event.batch, proposed: batch.event.place, final: final?.place },
      },
    })
  })

  it('shows what there is of one that is not settled, and nothing of one that never was', () => {
    expect(served[1]).toMatchObject({
      status: 200,
      body: { trade: openTrade, seller: { statement: null }, batch: null },
    })
    expect(served[2]).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
  })
})

describe('the audit', () => {
  it('rebuilds every balance, position and credit, and finds them all as they are', async () => {
    const found = await Effect.runPromise(
      Effect.scoped(Effect.flatMap(openEvidence({ data: folder, rpcUrl: undefined }), (from) => audit(from))),
    )
    expect(found).toMatchObject({ holds: true, failure: null, log: { events: events.length } })
    expect(found.chain?.devices).toEqual({ registered: 3, inService: 3 })
    expect(found.log.registers).toEqual({ decoded: found.log.readings, gone: 0 })
    const accounts = found.chain?.accounts ?? []
    const deposits = 3 * 1_000_000_000 + 1_000_000_000_000
    expect(accounts.reduce((sum, { balanceMicroEur }) => sum + balanceMicroEur, 0)).toBe(deposits)
    expect(accounts.reduce((sum, { positionWh }) => sum + positionWh, 0)).toBe(0)
    expect(accounts.reduce((sum, { creditsWh }) => sum + creditsWh, 0)).toBe(found.chain?.credits.mintedWh)
    expect(found.chain?.credits.mintedWh).toBeGreaterThan(0)
  })

  it('looks as many blocks before the last as it is told, and leaves what came later to the log', async () => {
    const [head, before] = await Promise.all(
      [0, 9].map((confirmations) =>
        Effect.runPromise(
          Effect.scoped(
            Effect.flatMap(openEvidence({ data: folder, rpcUrl: undefined, confirmations }), (from) => audit(from)),
          ),
        ),
      ),
    )
    expect(before).toMatchObject({ holds: true, failure: null, chain: { block: (head?.chain?.block ?? 0) - 9 } })
    expect(before?.chain?.batches.proposed).toBeLessThan(head?.chain?.batches.proposed ?? 0)
  })

  it('opens the archives as far as a key goes, and names the lines that are not for it', async () => {
    const auditWith = (key: string, data = folder) =>
      Effect.runPromise(
        Effect.scoped(
          Effect.flatMap(openEvidence({ data, rpcUrl: undefined }), (from) =>
            audit(from, { openWith: readFileSync(join(folder, 'keys', key), 'utf8').trim() as `0x${string}` }),
          ),
        ),
      )
    const home = of('HomeEnrolled')[0]?.event.enrolment.body
    const whole = await auditWith('archive')
    const lines = whole.archives?.lines ?? 0
    expect(whole).toMatchObject({ holds: true, archives: { opened: lines, sealed: [] } })
    const own = await auditWith(`${home?.home}-account`)
    const sealed = own.archives?.sealed.reduce((sum, batch) => sum + batch.lines.length, 0) ?? 0
    expect(own).toMatchObject({ holds: true, archives: { account: home?.account, lines, opened: lines - sealed } })
    expect(own.archives?.opened).toBeGreaterThan(0)
    expect(sealed).toBeGreaterThan(0)
    expect((await auditWith('grid')).failure).toMatchObject({
      place: '--archive',
      got: expect.stringMatching(/which opens no line/),
    })
    // Whoever has the folder without its key sees that the archives are those of log and chain, and a home its lines.
    const handedOn = await onCopy(
      (copy) => rmSync(join(copy, 'keys'), { recursive: true }),
      (copy) => auditWith(`${home?.home}-account`, copy),
    )
    expect(handedOn).toEqual({ ...own, chain: expect.objectContaining({ accounts: own.chain?.accounts }) })
  })

  it('changes nothing in the folder that it reads', async () => {
    const before = readdirSync(folder).sort()
    const journal = readFileSync(join(folder, 'chain.ndjson'))
    await auditFailure(folder)
    expect(readFileSync(join(folder, 'chain.ndjson')).equals(journal)).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(before)
  })
})

describe('one changed character', () => {
  const changeRegisters = (copy: string) => {
    const { home, lastSequence } = behindTrade()
    using database = new DatabaseSync(join(copy, 'outboxes', `${home}.sqlite`))
    const text = String(
      database.prepare('SELECT registers FROM reading WHERE sequence = ?').get(lastSequence)?.registers,
    )
    const changed = withOtherCharacter(text, text.search(/\d{3}/))
    database.prepare('UPDATE reading SET registers = ? WHERE sequence = ?').run(changed, lastSequence)
  }
  const firstArchive = (copy: string) => {
    const files = readdirSync(join(copy, 'archive')).map((file) => join('archive', file))
    const { number } = behindTrade().batch.event.batch
    return files.find((file) => JSON.parse(readFileSync(join(copy, file), 'utf8')).head.number === number) as string
  }

  /** what is changed, how, where the audit finds it, and where the receipt of the trade does */
  const cases: readonly (readonly [string, () => (copy: string) => void, RegExp, RegExp])[] = [
    ['raw registers', () => changeRegisters, /outboxes.*registers \d+/, /outboxes.*registers \d+/],
    ...(
      [
        ['session: its key', 'session', /"streamKey":"0x\w{20}/, /SessionAuthorised/],
        ['session: its end', 'session', /"untilMs":\d+/, /SessionAuthorised/],
        ['session: its signer', 'session', /"signer":"0x\w{20}/, /SessionAuthorised/],
        ['session: its signature', 'session', /"signature":"0x\w{20}/, /SessionAuthorised/],
        ['reading: a counter', 'reading', /"exportWh":\d+/, /ReadingAccepted/],
        ['reading: its signature', 'reading', /"signature":"0x\w{20}/, /ReadingAccepted/],
        ['reading: the hash before', 'reading', /"previousHash":"0x\w{9}/, /ReadingAccepted/],
        ['reading: its hash', 'reading', /"hash":"0x\w{9}/, /ReadingAccepted hash/],
        ['statement: export', 'statement', /"exportWh":\d+/, /StatementAccepted/],
        ['statement: its chain head', 'statement', /"chainHead":"0x\w{30}/, /StatementAccepted/],
        ['statement: its signature', 'statement', /"signature":"0x\w{99}/, /StatementAccepted/],
        ['order: its price', 'order', /"priceEurPerMWh":\d+/, /OrderPlaced/],
        ['order: its id', 'order', /"orderId":"0x\w{40}/, /OrderPlaced orderId/],
        ['order: its signature', 'order', /"signature":"0x\w{64}/, /OrderPlaced/],
        ['trade: its energy', 'matched', /"energyWh":\d+/, /TradeMatched trade\.energyWh/],
        ['trade: its price', 'matched', /"priceEurPerMWh":\d+/, /TradeMatched trade\.priceEurPerMWh/],
        ['batch: a root', 'batch', /"tradesRoot":"0x\w{11}/, /BatchProposed batch\.tradesRoot/],
        ['batch: a total', 'batch', /"costMicroEur":-?\d+/, /BatchProposed batch\.totals\.costMicroEur/],
      ] as const
    ).flatMap(([what, event, field, place]) => [
      // As a failing disk does it, and as somebody does who knows the file.
      [what, () => changeField(behindTrade()[event].sequence, field, 'leave'), /log\.sqlite/, /log\.sqlite/] as const,
      [
        `${what}, its checksum too`,
        () => changeField(behindTrade()[event].sequence, field, 'fit'),
        place,
        /log\.sqlite event/,
      ] as const,
    ]),
    [
      'archive: a sealed line',
      () => changeFile(firstArchive, /"lines":\["[\w+/]{50}","[\w+/]{9}|"lines":\["[\w+/]{40}/),
      /archive.*json lines\.\d+/,
      /archive.*json lines\.\d+/,
    ],
    [
      'archive: the box of a home',
      () => changeFile(firstArchive, /"readers":\[\{"account":"0x\w{40}","box":"[\w+/]{40}/),
      /archive.*json readers\.0\.box/,
      /archive.*json readers\.0\.box/,
    ],
    [
      'archive: its head',
      () => changeFile(firstArchive, /"fundMicroEur":-?\d+/),
      /archive.*json head\.counterparties\.fundMicroEur/,
      /archive.*json head\.counterparties/,
    ],
    [
      'chain journal: a transaction',
      () => changeFile(() => 'chain.ndjson', /\n.*\n\{"raw":"0x\w{80}/),
      /chain/,
      /chain/,
    ],
    ['chain journal: a time', () => changeFile(() => 'chain.ndjson', /"timestamp":\d+,"st/), /chain/, /chain/],
    [
      'node.json: the grid account',
      () => changeFile(() => 'node.json', /"grid": "0x\w{20}/),
      /log\.sqlite|chain|archive/,
      /chain|archive/,
    ],
  ]

  it.each(cases)('in %s makes verify fail and name the place', async (_, change, auditPlace, receiptPlace) => {
    await onCopy(change(), async (copy) => {
      const [byAudit, byReceipt] = [await auditFailure(copy), await receiptFailure(copy)]
      expect(`${byAudit?.place} ${byAudit?.got}`).toMatch(auditPlace)
      expect(`${byReceipt?.place} ${byReceipt?.got}`).toMatch(receiptPlace)
    })
  })

  it('is found in events that are left out, too', async () => {
    const { sequence } = behindTrade().order
    let first: unknown
    await onCopy(
      (copy) => {
        using database = new DatabaseSync(join(copy, 'log.sqlite'))
        const holding = 'SELECT max(first_sequence) AS first FROM batches WHERE first_sequence <= ?'
        first = database.prepare(holding).get(sequence)?.first
        database.prepare('DELETE FROM batches WHERE first_sequence = ?').run(Number(first))
      },
      async (copy) => expect((await auditFailure(copy))?.got).toMatch(`event ${first} is missing`),
    )
  })

  it('is found in a log that ends too early, too', () =>
    onCopy(
      (copy) => {
        using database = new DatabaseSync(join(copy, 'log.sqlite'))
        database.exec('DELETE FROM batches WHERE first_sequence = (SELECT max(first_sequence) FROM batches)')
      },
      async (copy) => {
        const exit = await commonwatt(['verify', 'audit', '--data', copy])
        expect(exit.code).toBe(1)
        expect(exit.stderr).toMatch(/the log of street ends at \d+, but .* acknowledged/)
      },
    ))
})

describe('commonwatt verify', () => {
  it('prints a receipt and ends with 0, or 1 where it does not hold, or 2 where there is none', async () => {
    const good = await commonwatt(['verify', 'receipt', trade.id, '--data', folder])
    expect(good.stdout).toMatch(
      /✓ seller: registers: [\s\S]*✓ transaction: .*\n.*\nProven from register to transaction/,
    )
    expect(good.code).toBe(0)
    const json = await commonwatt(['verify', 'receipt', trade.id, '--data', folder, '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ holds: true, final: true })
    const unknown = await commonwatt(['verify', 'receipt', '1.1', '--data', folder])
    expect(unknown).toMatchObject({ code: 2, stdout: '' })
    expect(unknown.stderr).toMatch(/1\.1 is not in the log of street/)
    expect((await commonwatt(['verify', 'audit', '--data', join(root, 'nowhere')])).code).toBe(2)
    await onCopy(changeField(behindTrade().matched.sequence, /"energyWh":\d+/, 'fit'), async (copy) => {
      const bad = await commonwatt(['verify', 'audit', '--data', copy, '--json'])
      expect(bad.code).toBe(1)
      expect(JSON.parse(bad.stdout)).toMatchObject({ holds: false, failure: { step: 'log' } })
      expect(bad.stderr).toMatch(/TradeMatched trade\.energyWh: expected/)
    })
  })
})
