#!/usr/bin/env node
// Runs Commonwatt on any machine with Node >= 18: brings its own Node 24 where the running one is older, installs
// what package-lock.json names where that is missing, then runs the real program with that Node first on PATH.
// Plain JavaScript without dependencies, because it runs before either is there.
//
//   bootstrap.mjs COMMAND …       the commonwatt command line
//   bootstrap.mjs --run TASK …    a development task (see `tasks`); further arguments go to its last step
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, existsSync, constants as fsConstants, readFileSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isFresh } from './built.mjs'
import { whileLocked } from './install-lock.mjs'

const NODE_VERSION = '24.21.0'
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const tools = join(root, '.tools')
const nodePackage = `node-linux-${process.arch}`
const bin = (name, file) => join(root, 'node_modules', name, file)

const program = join(root, 'platform/commonwatt.ts')
const bundled = join(root, 'platform/dist/commonwatt.mjs')
const agent = join(root, 'platform/commonwatt-agent.ts')
const prepare = [join(root, 'platform/prepare.ts')]
const tasks = {
  test: [prepare, [bin('vitest', 'vitest.mjs'), 'run', '--project=!page*']],
  'test:page': [prepare, [bin('vitest', 'vitest.mjs'), 'run', '--project=page*']],
  check: [
    prepare,
    [bin('@biomejs/biome', 'bin/biome'), 'ci', '--colors=off', '.'],
    [bin('typescript', 'bin/tsc'), '--noEmit'],
    [bin('typescript', 'bin/tsc'), '--noEmit', '-p', 'ui'],
    [bin('typescript', 'bin/tsc'), '--noEmit', '-p', 'tests/ui'],
    [bin('knip', 'bin/knip.js')],
    [bin('vitest', 'vitest.mjs'), 'run', 'tests/house'],
  ],
  prepare: [prepare],
  'agent-package': [[join(root, 'platform/agent-package/write-agent-package.ts')]],
  picture: [prepare, [join(root, 'tests/page/looks/take-picture.ts')]],
  docs: [
    [join(root, 'platform/error-catalogue.ts')],
    [join(root, 'meter-agent/profiles/json-schema.ts')],
    [join(root, 'platform/validation-page.ts')],
  ],
}

// All: the order book is many small functions, and V8's bound on how much of them it puts into one is too low for that:
// with a larger one a command takes a tenth less time. Agent: V8 lets its heap grow to hundreds of megabytes of garbage
// where it sees much memory; an agent, which may run beside other things, is about as fast with a fraction of that. Alone,
// on a small computer: what is new is collected sooner, by one thread beside. Street: most of what is new is dropped once
// it is sent; collected seldom and by the street itself that takes a twentieth less. Simulation: what lives for a slot is
// dropped sooner than it is taken for old, which keeps a thousand homes below half a gigabyte; it is dropped by the
// simulation itself, for which that is little work: helpers who wait for each other on two cores cost it a twentieth of
// its time.
const nodeOptions = JSON.parse(readFileSync(join(root, 'platform/node-options.json'), 'utf8'))
const isAgent = process.argv[2] === 'meter' && process.argv[3] === 'run'
const isStreet = process.argv[2] === 'start' || (process.argv[2] === 'bench' && process.argv[3] === 'gateway')
const isSimulation = process.argv[2] === 'simulate' || (process.argv[2] === 'bench' && process.argv[3] === 'simulate')

/** Ends with one line on stderr. */
function fail(message) {
  process.stderr.write(`commonwatt: ${message}\n`)
  process.exit(1)
}

/** Runs a set-up step; its output goes to stderr, so that stdout stays the program's. */
function setUp(command, args, env) {
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 2, 2] })
  if (status !== 0)
    fail(`set-up failed: ${[command, ...args].join(' ')} ${error ? `(${error.message})` : `exited ${status}`}`)
}

/** npm as a command line: the one that runs us (yarn and others name themselves there, too), or the one on PATH. */
function npm(node, args) {
  const script = process.env.npm_execpath
  return script?.endsWith('npm-cli.js') ? [node, [script, ...args]] : ['npm', args]
}

/** A Node >= 24: the running one, or the one inside a registry package in .tools/; null where that is not there yet. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    fail(`this needs Node >= 24, and ${process.version} is running; install it from https://nodejs.org and start again`)
  }
  const node = join(tools, 'node_modules', nodePackage, 'bin/node')
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  return stdout?.trim() === `v${NODE_VERSION}` ? node : null
}

function fetchNode() {
  process.stderr.write(`Fetching Node ${NODE_VERSION} into .tools/ (this machine runs ${process.version}) …\n`)
  const [command, args] = npm(process.execPath, [
    'install',
    '--prefix',
    tools,
    '--no-save',
    '--ignore-scripts',
    '--loglevel=error',
    `${nodePackage}@${NODE_VERSION}`,
  ])
  setUp(command, args, process.env)
  return findNode() ?? fail(`Node ${NODE_VERSION} does not run on this machine`)
}

/** Whether npm has installed what package-lock.json names. */
function isInstalled() {
  const installed = join(root, 'node_modules/.package-lock.json') // npm writes it last
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs
}

/** What programs run in: that Node first on PATH. */
const environment = (node) => ({
  NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/commonwatt'), // a start takes half as long
  ...process.env,
  PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
})

/** Brings what is missing; another start may have brought it while we waited for the lock. Gives the Node to use. */
function install() {
  const node = findNode() ?? fetchNode()
  if (!isInstalled()) {
    process.stderr.write('Installing packages …\n')
    const [command, args] = npm(node, ['ci', '--loglevel=error'])
    setUp(command, args, environment(node))
  }
  return node
}

function installLocked() {
  try {
    return whileLocked(join(tools, 'installing'), install, (holder) =>
      process.stderr.write(`Waiting for process ${holder}, which is installing …\n`),
    )
  } catch (cause) {
    return fail(`set-up failed: ${cause.message}`)
  }
}

/** The program in few files, written first where its sources have changed; its sources where that cannot be. */
function writtenProgram() {
  if (isFresh('program')) return bundled
  if (!isWritable(dirname(program))) return program
  spawnSync(node, [...prepare, 'program'], { cwd: root, env, stdio: ['ignore', 2, 2] })
  return isFresh('program') ? bundled : program
}

function isWritable(folder) {
  try {
    accessSync(folder, fsConstants.W_OK)
    return true
  } catch {
    return false
  }
}

/** What runs, and how. Where the agent was installed alone it is all there is. */
const commandLine = () =>
  existsSync(program)
    ? [
        ...nodeOptions.all,
        ...(isAgent ? nodeOptions.agent : []),
        ...(isStreet ? nodeOptions.street : []),
        ...(isSimulation ? nodeOptions.simulation : []),
        writtenProgram(),
      ]
    : [...nodeOptions.alone, agent]

const node = (isInstalled() ? findNode() : null) ?? installLocked()
const env = environment(node)

/** Runs a program to its end with our own streams; signals reach it, and its end is ours. */
function run(args, cwd) {
  return new Promise((resolve) => {
    const child = spawn(node, args, { cwd, env, stdio: 'inherit' })
    const forward = (signal) => child.kill(signal)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward)
    // npm's shell may die of a signal without passing it on: then nobody waits for us any more.
    const parent = process.ppid
    const orphaned = setInterval(() => process.ppid !== parent && forward('SIGTERM'), 500)
    if (process.env.npm_lifecycle_event === undefined) clearInterval(orphaned)
    child.on('error', (error) => fail(`cannot run ${node}: ${error.message}`))
    child.on('close', (code, signal) => {
      clearInterval(orphaned)
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, forward)
      resolve(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
}

const [first, ...rest] = process.argv.slice(2)
if (first === '--run') {
  const [task, ...more] = rest
  const steps = tasks[task]
  if (steps === undefined) fail(`no task '${task}'; there are ${Object.keys(tasks).join(', ')}`)
  for (const [index, step] of steps.entries()) {
    const code = await run(index === steps.length - 1 ? [...step, ...more] : step, root)
    if (code !== 0) process.exit(code)
  }
} else {
  process.exitCode = await run([...commandLine(), ...process.argv.slice(2)], process.cwd())
}
