// Two starts at once on a fresh clone must not both install into the same folder. Plain JavaScript without
// dependencies, because it runs before either is there.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const LOOK_EVERY_MS = 100
/** A lock without a holder's name after so long was left by somebody who could not write it. */
const NAMED_WITHIN_MS = 3_000

/**
 * Does `work` while no other process does, and gives its result. The lock is a file that names its holder; one whose
 * holder has died is taken over. It is given back where the work fails, also by ending the process. `onWait` is told
 * once whom we wait for. Throws what the file system says where the file cannot be made.
 */
export function whileLocked(file, work, onWait = () => {}) {
  mkdirSync(dirname(file), { recursive: true })
  for (let waited = false; !create(file); ) {
    const holder = holderOf(file)
    if (holder === null || isDead(holder)) takeOver(file, holder)
    else if (holder.pid !== null && !waited) {
      waited = true
      onWait(holder.pid)
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_EVERY_MS)
  }
  const giveBack = () => rmSync(file, { force: true })
  process.once('exit', giveBack)
  try {
    return work()
  } finally {
    process.off('exit', giveBack)
    giveBack()
  }
}

/** Whether the file was not there, and is ours now. */
function create(file) {
  try {
    writeFileSync(file, nameOf(process.pid), { flag: 'wx' })
    return true
  } catch (cause) {
    if (cause.code === 'EEXIST') return false
    rmSync(file, { force: true }) // made, and not written: a full disk
    throw cause
  }
}

/** Process ids are used again, in a container at each start: when it began tells two of the same id apart (Linux). */
function nameOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
    return `${pid} ${fields[19]}`
  } catch {
    return `${pid}`
  }
}

/** Who is in the file, and since when it is there; null where it has gone. */
function holderOf(file) {
  try {
    const name = readFileSync(file, 'utf8')
    return { name, pid: Number(name.split(' ')[0]) || null, sinceMs: statSync(file).mtimeMs }
  } catch {
    return null
  }
}

function isDead({ name, pid, sinceMs }) {
  if (pid === null) return Date.now() - sinceMs > NAMED_WITHIN_MS
  try {
    process.kill(pid, 0)
  } catch (cause) {
    if (cause.code === 'ESRCH') return true
  }
  return pid === process.pid || nameOf(pid) !== name
}

/** Removes the lock of a dead process. Of several who see it dead only one may: the next lock is somebody's. */
function takeOver(file, dead) {
  if (dead === null) return
  const claim = `${file}-claim`
  if (!create(claim)) {
    const claimant = holderOf(claim)
    if (claimant !== null && isDead(claimant)) rmSync(claim, { force: true })
    return
  }
  if (holderOf(file)?.name === dead.name) rmSync(file, { force: true })
  rmSync(claim, { force: true })
}
