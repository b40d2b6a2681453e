import type {
  AttachDevice,
  AttachedMeter,
  AttachProfile,
  AttachStatus,
  ProbeAnswer,
  RemovedMeter,
  ScanAnswer,
} from '#protocol/attach.ts'
import { laterWords } from '../words/later-words.ts'

/** Why the street did not do what was asked. */
export interface AttachProblem {
  readonly code: string
  /** the error inside, where a device made one */
  readonly error: string | null
  readonly field: string | null
  /** in the words of the street, which are English */
  readonly detail: string
}

export type Answered<A> =
  | { readonly is: 'done'; readonly value: A }
  | { readonly is: 'refused'; readonly problem: AttachProblem }

/** A street's doors for attaching meters. None of these throws. */
export const attachClient = {
  status: () => ask<AttachStatus>('GET', ''),
  profiles: () => ask<readonly AttachProfile[]>('GET', '/profiles'),
  scan: (wish: { readonly hosts: string; readonly port: number; readonly units: string }) =>
    ask<ScanAnswer>('POST', '/scan', wish),
  probe: (device: AttachDevice, signal: AbortSignal) => ask<ProbeAnswer>('POST', '/probe', device, signal),
  attach: (home: string, device: AttachDevice) => ask<AttachedMeter>('POST', '/meters', { home, device }),
  remove: (home: string) => ask<RemovedMeter>('DELETE', `/meters/${encodeURIComponent(home)}`),
}

async function ask<A>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Answered<A>> {
  try {
    const answer = await fetch(`api/v1/attach${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
    const said: unknown = await answer.json()
    return answer.ok ? { is: 'done', value: said as A } : { is: 'refused', problem: problemOf(said) }
  } catch {
    return { is: 'refused', problem: problemOf(null) }
  }
}

function problemOf(said: unknown): AttachProblem {
  const fields: Readonly<Record<string, unknown>> = typeof said === 'object' && said !== null ? { ...said } : {}
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : null)
  return {
    code: text('code') ?? 'NO_ANSWER',
    error: text('error'),
    field: text('field'),
    detail: text('detail') ?? '',
  }
}

/**
 * What a problem means and what to do about it, by the most that is known of it: the error inside, the field, or its code.
 * What the street said of it comes behind.
 */
export function problemWords({ code, error, field, detail }: AttachProblem): string {
  const about = (words: Readonly<Record<string, string>>, name: string | null) =>
    name !== null && Object.hasOwn(words, name) ? words[name] : undefined
  const { cause, wrong } = laterWords.attach
  const wrongField = code === 'BAD_ATTACH' ? about(wrong, field) : undefined
  const advice = about(cause, error) ?? wrongField ?? about(cause, code)
  if (advice === undefined) return detail
  return detail === '' ? advice : `${advice} (${detail})`
}
