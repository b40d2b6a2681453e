import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'

const WRITES = 400
const BYTES = 8_192

/** How long the bare disk takes to sync a small write over what is there, in ms: the floor of every acknowledgement. */
export function diskSyncMs(file: string): readonly number[] {
  const descriptor = openSync(file, 'w')
  try {
    const bytes = Buffer.alloc(BYTES, 7)
    return Array.from({ length: 2 * WRITES }, (_, write) => {
      const beganMs = performance.now()
      writeSync(descriptor, bytes, 0, BYTES, (write % WRITES) * BYTES)
      fdatasyncSync(descriptor)
      return performance.now() - beganMs
    }).slice(WRITES)
  } finally {
    closeSync(descriptor)
    rmSync(file)
  }
}
