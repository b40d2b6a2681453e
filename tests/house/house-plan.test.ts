import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ImportLine, importLinesOf, importLinesOfRoom, root, sourceFilesOf } from './imports.ts'

/** The rooms, and which other rooms each may know. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  'meter-agent': ['protocol'],
  'matching-engine': ['protocol'],
  contracts: ['protocol'],
  sim: ['protocol', 'meter-agent', 'matching-engine', 'contracts'],
  ui: ['protocol'],
  platform: ['protocol', 'meter-agent', 'matching-engine', 'contracts', 'sim', 'ui'],
}

/** Driver libraries, and the file that may import each: one a room. */
const drivers: Readonly<Record<string, RegExp>> = {
  'modbus-serial': /^modbus-serial\.ts$/,
  serialport: /^serialport\.ts$/,
  'node-opcua': /^node-opcua\.ts$/,
  'node-opcua-client': /^node-opcua\.ts$/,
  'node-opcua-transport': /^node-opcua\.ts$/,
  '@nats-io/transport-node': /^nats\.ts$/,
  viem: /^viem\.ts$/,
  'viem/accounts': /^viem\.ts$/,
  'viem/utils': /^viem\.ts$/,
  hardhat: /^hardhat(\.config)?\.ts$/,
  'socket.io': /^socket\.io\.ts$/,
  'socket.io-client': /^socket\.io(-client)?\.ts$/,
  mqtt: /^mqtt\.ts$/,
  aedes: /^aedes\.ts$/,
  'node:sqlite': /^node-sqlite\.ts$/,
  highs: /^highs\.ts$/,
  'nodejs-order-book': /^nodejs-order-book\.ts$/,
}

const roomOf = (file: string) => file.split('/')[0] ?? ''
const all = Object.keys(rooms).flatMap(importLinesOfRoom)
const words = (lines: readonly ImportLine[]) => lines.map((line) => `${line.file} imports ${line.specifier}`)

describe('the house plan', () => {
  it('sees the import lines it judges', () => {
    const source = `import type { A } from '#protocol/a.ts'\nexport * from './b.ts'\nconst c = await import('node:fs')\n// import 'x'`
    expect(importLinesOf('sim/x.ts', source).map((line) => line.target ?? line.specifier)).toEqual([
      'protocol/a.ts',
      'sim/b.ts',
      'node:fs',
    ])
    for (const room of Object.keys(rooms)) expect(sourceFilesOf(room).length, room).toBeGreaterThan(0)
  })

  it('lets a room import only the rooms it may know', () => {
    const wrong = all.filter(({ file, target }) => {
      if (target === null) return false
      const [from, to] = [roomOf(file), roomOf(target)]
      return from !== to && !rooms[from]?.includes(to)
    })
    expect(words(wrong)).toEqual([])
  })

  it('lets a room be entered by its index.ts only, protocol apart', () => {
    const wrong = all.filter(({ file, target }) => {
      if (target === null) return false
      const to = roomOf(target)
      return to !== roomOf(file) && to !== 'protocol' && target !== `${to}/index.ts`
    })
    expect(words(wrong)).toEqual([])
  })

  it('has no import circle', () => {
    const edges = Map.groupBy(
      all.filter((line) => line.target !== null),
      (line) => line.file,
    )
    const done = new Set<string>()
    const circles: string[] = []
    const walk = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
      if (path.includes(file) || done.has(file)) return
      for (const line of edges.get(file) ?? []) walk(line.target as string, [...path, file])
      done.add(file)
    }
    for (const file of edges.keys()) walk(file, [])
    expect(circles).toEqual([])
  })

  it('lets nothing but control open a line that can be written to', () => {
    const users = sourceFilesOf('meter-agent').filter((file) =>
      readFileSync(join(root, file), 'utf8').includes('openWritableModbusLine'),
    )
    expect(users.toSorted()).toEqual(['meter-agent/control/open-control.ts', 'meter-agent/drivers/modbus-line.ts'])
    const writers = all.filter(({ target }) => target?.startsWith('meter-agent/control/'))
    const outside = writers.filter(
      ({ file }) => !file.startsWith('meter-agent/control/') && file !== 'meter-agent/index.ts',
    )
    expect(words(outside)).toEqual([])
  })

  it('keeps Node modules out of protocol and of browser code', () => {
    const wrong = all.filter(
      ({ file, specifier }) =>
        (file.startsWith('protocol/') || file.startsWith('ui/src/')) && specifier.startsWith('node:'),
    )
    expect(words(wrong)).toEqual([])
  })

  it('lets a driver library appear in one file a room, named for it', () => {
    const uses = all.filter(({ specifier }) => specifier in drivers)
    const misnamed = uses.filter(({ file, specifier }) => !drivers[specifier]?.test(basename(file)))
    expect(words(misnamed)).toEqual([])
    const places = Map.groupBy(uses, ({ file, specifier }) => `${roomOf(file)}: ${specifier.split('/')[0]}`)
    const scattered = [...places].filter(([, lines]) => new Set(lines.map((line) => line.file)).size > 1)
    expect(scattered.map(([place, lines]) => `${place} in ${lines.map((line) => line.file).join(', ')}`)).toEqual([])
  })

  it('has no drawer for odds and ends', () => {
    const names = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter(
        (entry) => entry.isDirectory() && !/node_modules|\.git|\.tools|artifacts|cache|dist/.test(entry.parentPath),
      )
      .map((entry) => entry.name)
    expect(names.filter((name) => ['utils', 'common', 'helpers', 'misc', 'shared'].includes(name))).toEqual([])
  })
})
