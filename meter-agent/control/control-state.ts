import type { Commanded, Continued, ControlRecord } from './control-journal.ts'

/** What the record of a device says about it. */
export interface ControlState {
  /** the command whose registers the device may still hold */
  readonly active: Commanded | null
  /** the last nonce of each account */
  readonly nonces: ReadonlyMap<string, number>
  /** when it was told something, Unix ms */
  readonly changesMs: readonly number[]
}

/** How far back the changes of a device are held against its terms. */
export const CHANGES_MS = 60_000

/** Folds a journal for one device. */
export function controlState(records: readonly ControlRecord[], deviceId: string): ControlState {
  const { nonces, active, changes } = folded(records)
  const changesMs = changes.filter((change) => change.deviceId === deviceId).map(({ timeMs }) => timeMs)
  return { active: active.get(deviceId) ?? null, nonces, changesMs }
}

/** What a journal that goes on without its records so far has to know of them. */
export function continued(records: readonly ControlRecord[], nowMs: number): Continued {
  const { nonces, active, changes } = folded(records)
  return {
    event: 'continued',
    nonces: Object.fromEntries(nonces),
    active: [...active.values()],
    changes: changes.filter(({ timeMs }) => Math.abs(nowMs - timeMs) < CHANGES_MS),
  }
}

function folded(records: readonly ControlRecord[]) {
  const nonces = new Map<`0x${string}`, number>()
  const active = new Map<string, Commanded>()
  const changes: { readonly deviceId: string; readonly timeMs: number }[] = []
  for (const { entry, timeMs } of records) {
    switch (entry.event) {
      case 'continued':
        for (const [account, nonce] of Object.entries(entry.nonces)) nonces.set(account as `0x${string}`, nonce)
        for (const commanded of entry.active) active.set(commanded.command.deviceId, commanded)
        changes.push(...entry.changes)
        break
      case 'commanded': {
        const { account, nonce, deviceId } = entry.command
        nonces.set(account, Math.max(nonce, nonces.get(account) ?? 0))
        if (entry.writes.length === 0) break
        active.set(deviceId, entry)
        changes.push({ deviceId, timeMs })
        break
      }
      case 'reverted':
        for (const [deviceId, { digest }] of active) if (digest === entry.digest) active.delete(deviceId)
    }
  }
  return { nonces, active, changes }
}
