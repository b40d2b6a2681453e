import type { Commanded, ControlRecord } from './control-journal.ts'

/** What the record of a device says about it. */
export interface ControlState {
  /** the command whose registers the device may still hold */
  readonly active: Commanded | null
  /** the last nonce of each account */
  readonly nonces: ReadonlyMap<string, number>
  /** when it was told something, Unix ms */
  readonly changesMs: readonly number[]
}

/** Folds a journal for one device. */
export function controlState(records: readonly ControlRecord[], deviceId: string): ControlState {
  let active: Commanded | null = null
  const nonces = new Map<string, number>()
  const changesMs: number[] = []
  for (const { entry, timeMs } of records) {
    if (entry.event === 'commanded') {
      const { account, nonce } = entry.command
      nonces.set(account, Math.max(nonce, nonces.get(account) ?? 0))
      if (entry.command.deviceId !== deviceId || entry.writes.length === 0) continue
      active = entry
      changesMs.push(timeMs)
    } else if (entry.event === 'reverted' && active !== null && entry.digest === active.digest) active = null
  }
  return { active, nonces, changesMs }
}
