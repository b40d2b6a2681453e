import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { stackInSources } from '#platform/stack-in-sources.ts'
import { commonwatt, program } from './command-line.ts'

/** The files that a command loads, as it says them itself when it ends. */
function loadedBy(args: readonly string[]): readonly string[] {
  const hook = `import { registerHooks } from 'node:module'
    const files = []
    registerHooks({ load: (url, context, next) => (url.startsWith('file:') && files.push(url), next(url, context)) })
    process.on('exit', () => process.stderr.write('\\n' + JSON.stringify(files)))`
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, program, ...args],
    { encoding: 'utf8' },
  )
  expect(status).toBe(0)
  return JSON.parse(stderr.slice(stderr.lastIndexOf('\n'))) as string[]
}

/** What is in a file of the program, or the file itself where it is a package's. */
function sourcesOf(url: string): readonly string[] {
  const map = `${fileURLToPath(url)}.map`
  return existsSync(map) ? (JSON.parse(readFileSync(map, 'utf8')) as { sources: string[] }).sources : [url]
}

describe('the program as few files', () => {
  it('answers from a handful of them, and loads no package that a command has no use for', () => {
    const files = loadedBy(['--version'])
    expect(files.length).toBeLessThan(12)
    expect(files.filter((file) => file.includes('/node_modules/'))).toEqual([])
  })

  it('simulates without what compiles contracts, builds pages or speaks OPC UA', () => {
    const sources = loadedBy(['simulate', 'street', '--homes', '2']).flatMap(sourcesOf)
    expect(sources.length).toBeGreaterThan(200)
    expect(sources.filter((file) => /node_modules\/(hardhat|node-opcua|ethers|lodash|vite)/.test(file))).toEqual([])
  })

  it('finds what lies beside its sources, and starts its workers', async () => {
    const { code, stderr, stdout } = await commonwatt([
      ...['sweep', 'street', '--over', 'seed=1,2', '--workers', '2', '--json'],
    ])
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('internal error')])
    expect(stdout.trim().split('\n')).toHaveLength(2)
  })

  it('says where in the sources something broke', () => {
    const written = readFileSync(program, 'utf8').split('\n')
    const line = written.findIndex((text) => text.startsWith('function runCommandLine(')) + 1
    const stack = `Error: broken\n    at f (${pathToFileURL(program).href}:${line}:10)\n    at node:internal/x:1:2`
    expect(stackInSources(stack)).toMatch(
      /^Error: broken\n {4}at f \(file:\S+\/platform\/run-command-line\.ts:\d+:\d+\)\n {4}at node:internal\/x:1:2$/,
    )
  })
})
