// Two starts at once on a fresh clone must not both install into the same folder. Plain JavaScript without
// dependencies, because it runs before either is there.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const LOOK_EVERY_MS = 100

/**
 * Does `work` while no other process does, and gives its result. The lock is a file with the holder's process id; one
 * whose holder has died is taken over. `onWait` is told once whom we wait for.
 */
export function whileLocked(file, work, onWait = () => {}) {
  mkdirSync(dirname(file), { recursive: true })
  for (let waited = false; !create(file); waited = true) {
    const holder = holderOf(file)
    if (holder !== null && !isAlive(holder)) {
      takeOver(file, holder)
      continue
    }
    if (holder !== null && !waited) onWait(holder)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_EVERY_MS)
  }
  try {
    return work()
  } finally {
    rmSync(file, { force: true })
  }
}

/** Whether the file was not there, and is ours now. */
function create(file) {
  try {
    writeFileSync(file, `${process.pid}`, { flag: 'wx' })
    return true
  } catch (cause) {
    if (cause.code === 'EEXIST') return false
    throw cause
  }
}

/** The process in the file; null where it has gone, or its holder has only just made it. */
function holderOf(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || null
  } catch {
    return null
  }
}

function isAlive(process_) {
  try {
    process.kill(process_, 0)
    return true
  } catch (cause) {
    return cause.code === 'EPERM'
  }
}

/** Removes the lock of a dead process. Of several who see it dead only one may: the next lock is somebody's. */
function takeOver(file, dead) {
  const claim = `${file}-${dead}`
  if (!create(claim)) return
  if (holderOf(file) === dead) rmSync(file, { force: true })
  rmSync(claim, { force: true })
}
