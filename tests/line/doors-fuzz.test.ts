import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { NodeServices } from '@effect/platform-node'
import { Effect, Exit, Scope, Stream } from 'effect'
import { CliError, CliOutput, Command } from 'effect/cli'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readArtifact } from '#contracts/chain/artifacts.ts'
import { ChainFailure } from '#contracts/chain/chain-failure.ts'
import { openJournal } from '#contracts/chain/journal.ts'
import { neighbourhoodIdOf } from '#contracts/index.ts'
import { problems } from '#matching-engine/gateway/problems.ts'
import {
  BadCommand,
  LogFailure,
  MatchSession,
  openSqliteEventLog,
  serveGateway,
  stateHash,
} from '#matching-engine/index.ts'
import type { Bus } from '#meter-agent/drivers/bus.ts'
import { ModbusException } from '#meter-agent/drivers/modbus-error.ts'
import { openModbusTcp } from '#meter-agent/drivers/modbus-serial.ts'
import { findGridMeter, readGridMeter } from '#meter-agent/grid-meter.ts'
import { loadKey } from '#meter-agent/index.ts'
import { readChain } from '#meter-agent/read-device.ts'
import { discover } from '#meter-agent/sunspec/discover.ts'
import { BadInput } from '#platform/bad-input.ts'
import { match } from '#platform/commands/match.ts'
import { meter } from '#platform/commands/meter.ts'
import { replay } from '#platform/commands/replay.ts'
import { start } from '#platform/commands/start.ts'
import { readSettings } from '#platform/settings/read-settings.ts'
import { chooseStreet } from '#platform/street-choice.ts'
import { refusals } from '#protocol/refusal.ts'
import { SUNSPEC_BASE, sunspecImage } from '#sim/emulator/sunspec-image.ts'
import { emulateHome, generateScenario, ManualClock, ScenarioRefused } from '#sim/index.ts'
import { csvSeries } from '#sim/scenario/csv-series.ts'
import { decodeScenario } from '#sim/scenario/decode-scenario.ts'
import { person, type TestChain, testChain } from '../contracts/on-chain.ts'
import { NOW_MS, openOver, orderIdOf, PARTITION, roseStreet } from '../matching-engine/rose-street.ts'
import { throughDoor } from './fuzz/door.ts'
import { openHostileDevice } from './fuzz/hostile-device.ts'
import { httpClient, sendRaw } from './fuzz/http-client.ts'
import type { SeededInput } from './fuzz/seeded-input.ts'
import { calldata, changingFunctions, signedCall } from './fuzz/viem.ts'
import { startWatchdog } from './fuzz/watchdog.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-fuzz-'))
const stopWatchdog = startWatchdog()
const scope = Effect.runSync(Scope.make())
const opened = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Scope.provide(effect, scope))
const rejections: unknown[] = []
const note = (reason: unknown) => void rejections.push(reason)
process.on('unhandledRejection', note)
process.on('uncaughtException', note)

afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  process.off('unhandledRejection', note)
  process.off('uncaughtException', note)
  stopWatchdog()
  rmSync(folder, { recursive: true, force: true })
  expect(rejections).toEqual([])
})

/** Runs what may only throw errors of these classes. */
function onlyThrows(classes: readonly (new (...given: never[]) => Error)[], run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!classes.some((one) => error instanceof one)) throw error
  }
}

/** What an effect may end with: a value, or a typed failure; never a defect. */
function noDefect(exit: Exit.Exit<unknown, unknown>): void {
  if (Exit.isSuccess(exit)) return
  for (const reason of exit.cause.reasons) if (reason._tag !== 'Fail') throw new Error(String(exit.cause))
}

describe('match lines', () => {
  const commands = (id: number): readonly unknown[] => [
    { op: 'new', id: `o${id}`, acct: 'A', side: 'buy', type: 'limit', price: 100, qty: 5, tif: 'GTC' },
    { op: 'new', id: `o${id}`, acct: 'B', side: 'sell', type: 'limit', price: 101, qty: 7, tif: 'GTC', display: 2 },
    { op: 'new', id: `o${id}`, acct: 'C', side: 'sell', type: 'market', qty: 3, tif: 'IOC' },
    {
      op: 'new',
      id: `o${id}`,
      acct: 'A',
      side: 'sell',
      type: 'limit',
      price: 90,
      qty: 3,
      tif: 'FOK',
      stp: 'decrement',
    },
    { op: 'cancel', id: `o${id - 3}` },
    { op: 'amend', id: `o${id - 2}`, price: 102, qty: 9 },
    { op: 'clock', now: id },
    { op: 'phase', phase: 'call' },
    { op: 'uncross' },
    { op: 'reference', price: 101 },
    { op: 'config', minPrice: 1, maxPrice: 999, tick: 1, risk: false },
    { op: 'book' },
  ]

  it('do something, or are refused by code or as no command, and then change nothing', async () => {
    let session = new MatchSession()
    const book = () => JSON.stringify(session.line('{"op":"book"}').book)
    await throughDoor({
      door: 'match',
      send: (input, index) => {
        if (index % 100 === 0) session = new MatchSession()
        const before = book()
        const line = input.chance(0.3)
          ? JSON.stringify(input.pick(commands(index)))
          : input.json(input.pick(commands(index)))
        let isRefused = true
        onlyThrows([BadCommand], () => {
          isRefused = session.line(line).error !== undefined
        })
        if (isRefused && book() !== before) throw new Error(`refused, but changed the book: ${line.slice(0, 300)}`)
      },
    })
  })
})

describe('HTTP and socket.io', () => {
  let port = 0
  let hash = () => ''
  let envelopes: readonly (readonly [method: string, path: string, envelope: unknown])[] = []
  const known = new Set([...Object.keys(refusals), ...Object.keys(problems)])

  beforeAll(async () => {
    const street = await opened(roseStreet)
    const { neighbourhood, anna } = street
    const clock = { nowMs: () => NOW_MS, speed: 900 }
    const gateway = await opened(serveGateway({ neighbourhood, clock, host: '127.0.0.1', port: 0 }))
    port = gateway.port
    hash = () => stateHash(neighbourhood.street)
    // All of these were taken, or will not be: sent again as they are, they change nothing either.
    const order = anna.order({ nonce: 500 })
    const cancelled = anna.order({ nonce: 501 })
    const cancel = anna.cancel(orderIdOf(cancelled), { nonce: 502 })
    const reading = anna.reading()
    await Effect.runPromise(neighbourhood.submit([order, cancelled, cancel, reading], NOW_MS))
    envelopes = [
      ['POST', '/api/v1/orders', order],
      ['DELETE', `/api/v1/orders/${orderIdOf(cancelled)}`, cancel],
      ['POST', '/api/v1/readings', reading],
      ['POST', '/api/v1/statements', anna.statement()],
      ['POST', '/api/v1/enrolments', anna.enrolment()],
    ]
  })

  const paths = [
    '/',
    '/api/v1/orders',
    '/api/v1/homes/anna/positions',
    '/api/v1/slots/1001/book',
    '/metrics',
    '/readyz',
  ]
  const request = (input: SeededInput) => {
    const [method, path, envelope] = input.pick(envelopes)
    const odd = () => encodeURI(input.text(40).replace(/[^!-~]/g, '?')).replaceAll('\\', '')
    const body = () => {
      if (input.chance(0.1)) return input.bytes(2_000)
      if (input.chance(0.1)) return input.json(Array.from({ length: 1 + input.below(4) }, () => envelope))
      return input.json(envelope)
    }
    const types = [
      'application/json',
      'application/json; charset=utf-8',
      'text/plain',
      'application/json;charset=x',
      '',
    ]
    return input.chance(0.8)
      ? {
          method: input.chance(0.95) ? method : input.pick(['PUT', 'PATCH', 'OPTIONS', 'TRACE', 'DELETE']),
          path: input.chance(0.95) ? path : `${path}/${odd()}`,
          headers: { 'content-type': input.chance(0.95) ? 'application/json' : input.pick(types) },
          body: body(),
        }
      : {
          method: input.pick(['GET', 'HEAD', 'POST', 'DELETE']),
          path: input.chance(0.5)
            ? `${input.pick(paths)}?limit=${odd()}`
            : `/${input.pick(['', 'api/v1/', 'api/v1/homes/', 'api/v1/slots/', '../', '%2e%2e/', '//'])}${odd()}`,
          headers: { [`x-${input.below(5)}`]: 'a'.repeat(input.below(3_000)), origin: 'null' },
        }
  }

  it('every request has an answer; each refusal is a problem document with a known code; the state stays', async () => {
    const before = hash()
    const client = httpClient(port)
    await throughDoor({
      door: 'HTTP',
      lanes: 8,
      send: async (input) => {
        const asked = request(input)
        if (asked.path.startsWith('/socket.io/')) return
        const answer = await client.send(asked)
        if (answer === 'broken off') throw new Error(`no answer to ${JSON.stringify(asked).slice(0, 500)}`)
        if (answer.status >= 500) throw new Error(`${answer.status} ${answer.text} to ${JSON.stringify(asked)}`)
        if (answer.status < 400 || asked.method === 'HEAD') return
        if (answer.type !== 'application/problem+json; charset=utf-8')
          throw new Error(`${answer.status} ${answer.text} to ${JSON.stringify(asked)}`)
        const { code, status } = JSON.parse(answer.text) as { readonly code: string; readonly status: number }
        if (!known.has(code) || status !== answer.status) throw new Error(`an unknown refusal: ${answer.text}`)
      },
    })
    client.close()
    expect(hash()).toBe(before)
  })

  it('bytes that are no HTTP do no harm', async () => {
    const before = hash()
    const whole = Buffer.from(
      `POST /api/v1/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\nnull`,
    )
    await throughDoor({
      door: 'no HTTP',
      lanes: 32,
      send: async (input) => {
        const answer = await sendRaw(port, input.chance(0.3) ? input.bytes(200) : input.mutatedBytes(whole), 60)
        if (/^HTTP\/1.1 5/.test(answer.toString())) throw new Error(answer.toString())
      },
    })
    expect(hash()).toBe(before)
  })

  it('packets that are no socket.io, or ask for nonsense, do no harm, and others are served all the while', async () => {
    const before = hash()
    const url = `ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`
    const packet = (input: SeededInput): string | Uint8Array<ArrayBuffer> => {
      switch (input.below(7)) {
        case 0:
          return new Uint8Array(input.bytes(200))
        case 1:
          return input.text(100)
        case 2:
          return `4${input.below(10)}${input.text(30)}`
        case 3:
          return `45${input.below(4)}-["resume",{"_placeholder":true,"num":${input.below(3)}}]`
        case 4:
          return `42${input.json(['resume', 7])}`
        case 5:
          return `42["resume",${input.json(1)}]`
        default:
          return `42${input.below(1e6)}${input.json(['resume', 0, 0])}`
      }
    }
    const perConnection = 20
    await throughDoor({
      door: 'socket.io',
      each: perConnection,
      lanes: 4,
      send: (input) =>
        new Promise<void>((resolve) => {
          const socket = new WebSocket(url)
          const sendAll = () => {
            for (let i = 0; i < perConnection; i++) socket.send(packet(input))
            socket.close()
          }
          socket.onopen = () => (input.chance(0.9) ? socket.send('40') : sendAll())
          socket.onmessage = ({ data }) => {
            if (String(data).startsWith('40')) sendAll()
          }
          socket.onclose = () => resolve()
          socket.onerror = () => resolve()
        }),
    })
    const served = await new Promise<string>((resolve, reject) => {
      const socket = new WebSocket(url)
      socket.onopen = () => socket.send('40')
      socket.onmessage = ({ data }) => {
        if (String(data).startsWith('40')) socket.send('42["resume",0]')
        if (!String(data).startsWith('42["snapshot"')) return
        socket.close()
        resolve(String(data))
      }
      socket.onerror = () => reject(new Error('the door is closed'))
    })
    expect(served).toContain(PARTITION)
    expect(hash()).toBe(before)
  })
})

describe('Modbus', () => {
  const street = Effect.runSync(generateScenario({ homes: 5, seed: 1 }))
  const home = street.homes[4]
  if (home === undefined) throw new Error('a street of five has five homes')
  const image = sunspecImage({ home: home.home, state: home.advanceTo(street.startMs) })

  it('whatever a device has in its registers, it is read, or refused by a typed error', async () => {
    await throughDoor({
      door: 'registers',
      send: (input) => {
        const registers = [...image]
        for (let flips = 1 + input.below(20); flips > 0; flips--) {
          const at = input.chance(0.5) ? input.below(80) : input.below(registers.length)
          registers[at] = input.pick([0, 1, 0xffff, 0x8000, 0x7fff, input.below(65_536)])
        }
        const bus: Bus = {
          connect: Effect.void,
          read: ({ unit, address, count }) => {
            const from = address - SUNSPEC_BASE
            return from < 0 || from + count > registers.length
              ? Effect.fail(new ModbusException({ line: 'fuzz', code: 2, unit, address, count }))
              : Effect.succeed(registers.slice(from, from + count))
          },
        }
        noDefect(
          Effect.runSyncExit(Effect.flatMap(discover(bus, { unit: 1 }), (chain) => readChain(bus, { unit: 1, chain }))),
        )
        noDefect(
          Effect.runSyncExit(Effect.flatMap(findGridMeter(bus, { unit: 1 }), (found) => readGridMeter(bus, found))),
        )
      },
    })
  })

  it('whatever a device answers, a read ends with as many registers as asked for, or with a typed error', async () => {
    const device = await openHostileDevice()
    const bus = await opened(openModbusTcp({ host: '127.0.0.1', port: device.port, timeoutMs: 25 }))
    await throughDoor({
      door: 'Modbus answers',
      send: async (input) => {
        device.behave(input)
        const count = 1 + input.below(125)
        const exit = await Effect.runPromiseExit(bus.read({ unit: 1, address: 40_000, count }))
        noDefect(exit)
        if (Exit.isSuccess(exit)) {
          expect(exit.value.length).toBe(count)
          expect(exit.value.every((word) => Number.isInteger(word) && word >= 0 && word <= 0xffff)).toBe(true)
        }
      },
    })
    await device.close()
  })

  it('whatever is asked of an emulated device, its home stays as it is, and it answers the next', async () => {
    const clock = new ManualClock(street.startMs)
    const emulated = await opened(emulateHome({ home, clock, host: '127.0.0.1', port: 25_900 }))
    const before = JSON.stringify(home.advanceTo(street.startMs))
    const read = Buffer.from([0, 1, 0, 0, 0, 6, 1, 3, 0x9c, 0x40, 0, 2])
    const frames = 25
    await throughDoor({
      door: 'Modbus requests',
      each: frames,
      lanes: 8,
      send: async (input) => {
        const frame = () => {
          if (input.chance(0.1)) return input.bytes(30)
          const asked = Buffer.from(read)
          asked.writeUInt8(input.below(130), 7)
          asked.writeUInt16BE(input.below(65_536), 8)
          asked.writeUInt16BE(input.below(65_536), 10)
          return input.chance(0.5) ? asked : input.mutatedBytes(asked)
        }
        await sendRaw(emulated.port, Buffer.concat(Array.from({ length: frames }, frame)), 20)
      },
    })
    expect((await sendRaw(emulated.port, read, 500)).toString('hex')).toBe('000100000007010304' + '53756e53')
    expect(JSON.stringify(home.advanceTo(street.startMs))).toBe(before)
  })
})

describe('files', () => {
  const scenario = {
    neighbourhood: 'street',
    start: '2026-06-21T06:00:00Z',
    latitude: 52,
    longitude: 13,
    seed: 1,
    homes: [{ home: 'anna', load: { annualKwh: 3_000 }, roof: { peakKw: 5 }, battery: { capacityKwh: 5, powerKw: 3 } }],
  }

  it('a scenario is one, or refused with file and field', async () => {
    await throughDoor({
      door: 'scenario',
      send: (input) =>
        onlyThrows([ScenarioRefused], () => decodeScenario({ file: 'fuzz.json', text: input.json(scenario) })),
    })
  })

  it('a profile is one, or refused with line and column', async () => {
    const rows = Array.from({ length: 25 }, (_, hour) => `${1_600_000_000 + hour * 3_600},${hour}.5`)
    const csv = Buffer.from(['timestamp,power_w', ...rows].join('\n'))
    await throughDoor({
      door: 'profile',
      send: (input) => {
        const text = input.mutatedBytes(csv).toString('utf8')
        onlyThrows([ScenarioRefused], () => csvSeries({ file: 'fuzz.csv', text, wattsPerUnit: 1 }))
      },
    })
  })

  it('settings, street and key files are right, or refused by name; none of them is written to', async () => {
    const place = join(folder, 'small')
    mkdirSync(place)
    const none = { scenario: undefined, homes: undefined, seed: undefined }
    const key = `0x${'5a'.repeat(32)}\n`
    await throughDoor({
      door: 'small files',
      send: async (input) => {
        const [street, settings, keyFile] = ['street.json', 'settings.json', 'key'].map((name) =>
          join(place, name),
        ) as [string, string, string]
        const text = input.json({ homes: 3, seed: 7 })
        writeFileSync(street, text)
        onlyThrows([BadInput], () => chooseStreet(place, none))
        if (readFileSync(street, 'utf8') !== Buffer.from(text).toString()) throw new Error('street.json was changed')
        writeFileSync(settings, input.json({ homes: 3, speed: 1.5, data: 'x', logFormat: 'json' }))
        onlyThrows([BadInput], () => readSettings({ flags: {}, environment: {}, file: settings }))
        writeFileSync(keyFile, input.mutatedBytes(Buffer.from(key)), { mode: 0o600 })
        const exit = await Effect.runPromiseExit(loadKey(pathToFileURL(keyFile).href))
        noDefect(exit)
        if (Exit.isFailure(exit) && String(exit.cause).includes('5a5a5a5a')) throw new Error('tells of the key')
      },
    })
  })

  it('an event log with other bytes in it is read as it was, or refused; its events never change unseen', async () => {
    const file = join(folder, 'log.sqlite')
    const events = (path: string) =>
      Effect.scoped(Effect.flatMap(openSqliteEventLog(path), (log) => Stream.runCollect(log.read(PARTITION, 0))))
    await Effect.runPromise(Effect.scoped(Effect.flatMap(openSqliteEventLog(file), (log) => openOver(log))))
    const original = readFileSync(file)
    const genuine = JSON.stringify(await Effect.runPromise(events(file)))
    await throughDoor({
      door: 'log.sqlite',
      send: async (input, index) => {
        const path = join(folder, `log-${index}.sqlite`)
        const bytes = Buffer.from(original)
        for (let flips = 1 + input.below(6); flips > 0; flips--) {
          bytes.writeUInt8(input.below(256), input.chance(0.5) ? input.below(200) : input.below(bytes.length))
        }
        writeFileSync(path, input.chance(0.2) ? input.mutatedBytes(original) : bytes)
        const exit = await Effect.runPromiseExit(events(path))
        noDefect(exit)
        if (Exit.isFailure(exit)) {
          expect(
            exit.cause.reasons.every((reason) => reason._tag === 'Fail' && reason.error instanceof LogFailure),
          ).toBe(true)
        } else {
          const found = JSON.stringify(exit.value)
          if (found !== genuine && found !== '[]') throw new Error(`another log: ${found.slice(0, 300)}`)
        }
        for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(path + ending, { force: true })
      },
    })
  })

  it('a chain journal is the one that was written, or refused by its line', async () => {
    const genesis = {
      chainId: 31_337,
      hardfork: 'osaka',
      timestamp: 1_800_000_000,
      funded: `0x${'11'.repeat(20)}`,
    } as const
    const path = join(folder, 'chain.ndjson')
    const journal = await openJournal({ path, genesis })
    await journal.append({ raw: '0x01', timestamp: 1_800_000_001, stateRoot: '0x02' })
    await journal.append({ raw: '0x03', timestamp: 1_800_000_002, stateRoot: '0x04' })
    await journal.close()
    const original = readFileSync(path)
    await throughDoor({
      door: 'chain journal',
      send: async (input) => {
        writeFileSync(path, input.mutatedBytes(original))
        const found = await openJournal({ path, genesis }).catch((error: unknown) => error)
        if (found instanceof ChainFailure) return
        if (found instanceof Error) throw found
        const { entries, close } = found as Awaited<ReturnType<typeof openJournal>>
        await close()
        if (!JSON.stringify(journal.entries).startsWith('[') || entries.length > 2)
          throw new Error('more than was written')
      },
    })
  })
})

describe('contracts and their node', () => {
  const rich = person(0xa11ce)
  const strangers = [person(0xb0b), person(0xca7), person(0xd06)]
  let test: TestChain
  const rpc = async (method: unknown, params: unknown): Promise<unknown> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const headers = { 'content-type': 'application/json' }
    return (await fetch(test.chain.rpcUrl, { method: 'POST', headers, body })).json()
  }
  const balances = () =>
    Effect.runPromise(
      Effect.all({
        rich: test.client.balanceOf(rich.account),
        leaving: test.client.withdrawalOf(rich.account),
        strangers: Effect.forEach(strangers, ({ account }) => test.client.balanceOf(account)),
        credits: test.client.creditTotals,
        batch: test.client.batchOf(neighbourhoodIdOf('street'), 1),
      }),
    )

  beforeAll(async () => {
    test = await opened(testChain())
    await Effect.runPromise(test.client.fund([{ account: rich.account, amountMicroEur: 1_000_000 }]))
  })

  it('whatever a stranger calls, no balance, credit or batch changes', async () => {
    const { vault, settlement, energyCredit } = test.deployment.addresses
    const doors = [
      ...changingFunctions(readArtifact('Vault').abi).map((fn) => ({ fn, to: vault })),
      ...changingFunctions(readArtifact('Settlement').abi).map((fn) => ({ fn, to: settlement })),
      ...changingFunctions(readArtifact('EnergyCredit').abi).map((fn) => ({ fn, to: energyCredit })),
    ]
    const before = await balances()
    const nonces = strangers.map(() => 0)
    await throughDoor({
      door: 'contracts',
      send: async (input) => {
        const { fn, to } = input.pick(doors)
        const who = input.below(strangers.length)
        const { key } = strangers[who] ?? rich
        const data = calldata(input, fn)
        const nonce = nonces[who] ?? 0
        const raw = await signedCall({ key, chainId: test.chain.chainId, to, data, nonce })
        const answer = (await rpc('eth_sendRawTransaction', [raw])) as {
          readonly result?: string
          readonly error?: unknown
        }
        if (answer.result === undefined) throw new Error(`${fn.name}(${data}): ${JSON.stringify(answer.error)}`)
        nonces[who] = nonce + 1
      },
    })
    expect(await balances()).toEqual(before)
  })

  it('whatever the node is asked, it answers, and nothing changes', async () => {
    const methods = [
      'eth_call',
      'eth_getLogs',
      'eth_getBlockByNumber',
      'eth_estimateGas',
      'eth_getStorageAt',
      'eth_sendRawTransaction',
    ]
    const others = ['evm_mine', 'hardhat_setBalance', 'evm_revert', 'eth_sendTransaction', '__proto__', '', 7, null]
    const before = await balances()
    const block = await Effect.runPromise(test.client.blockNumber)
    const call = { from: rich.account, to: test.deployment.addresses.vault, data: '0x12345678', value: '0x0' }
    await throughDoor({
      door: 'JSON-RPC',
      lanes: 4,
      send: async (input) => {
        const method = input.chance(0.7) ? input.pick(methods) : input.pick(others)
        const params = JSON.parse(JSON.stringify(input.mutated([call, 'latest']))) as unknown
        const answer = (await rpc(method, params)) as { readonly result?: unknown; readonly error?: unknown }
        if (answer.result === undefined && answer.error === undefined) throw new Error(JSON.stringify(answer))
      },
    })
    expect(await Effect.runPromise(test.client.blockNumber)).toBe(block)
    expect(await balances()).toEqual(before)
  })
})

describe('the command line', () => {
  const quiet = CliOutput.layerPresenter({ present: () => Effect.void })
  const nothing = () => Effect.void
  const root = Command.make('commonwatt').pipe(
    Command.withSubcommands([
      start.pipe(Command.withHandler(nothing)),
      match.pipe(Command.withHandler(nothing)),
      meter,
      replay.pipe(Command.withHandler(nothing)),
    ]),
  )
  const parse = Command.runWith(root, { version: '0' })
  const words = [
    'start',
    'match',
    'meter',
    'read',
    'replay',
    '--homes',
    '--speed',
    '--port',
    '--data',
    '--config',
    '--json',
  ]
  const values = [
    '3',
    '-1',
    '1e3',
    'NaN',
    '0x10',
    '99999999999999999999',
    '',
    '-',
    '--',
    '=',
    'true',
    '--homes=4',
    '--help=1',
  ]

  it('takes arguments, or refuses them as bad usage', async () => {
    await throughDoor({
      door: 'flags',
      send: async (input) => {
        const given = Array.from({ length: input.below(7) }, (_, at) =>
          at === 0 && input.chance(0.8)
            ? input.pick(words)
            : input.pick([input.pick(words), input.pick(values), input.text(12)]),
        ).filter((word) => !word.includes('\0') && !['--completions', '--wizard'].includes(word))
        const exit = await Effect.runPromiseExit(parse(given).pipe(Effect.provide([NodeServices.layer, quiet])))
        noDefect(exit)
        if (Exit.isFailure(exit)) {
          const { reasons } = exit.cause
          if (
            !reasons.every(
              (reason) =>
                reason._tag === 'Fail' && (CliError.isCliError(reason.error) || reason.error instanceof BadInput),
            )
          )
            throw new Error(`${JSON.stringify(given)}: ${String(exit.cause)}`)
        }
      },
    })
    expect(existsSync(join(process.cwd(), 'log.sqlite'))).toBe(false)
  })
})
