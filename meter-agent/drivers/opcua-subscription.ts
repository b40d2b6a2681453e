import type { ClientSession, DataValue, Library } from './node-opcua.ts'

/** Values that a server sends by itself. */
export interface OpcuaSubscription {
  /** What is asked for, in one word: another question needs another subscription. */
  readonly question: string
  /** The values of all nodes with the next publication, in order; undefined of a node that the server does not have. */
  readonly next: () => Promise<readonly (DataValue | undefined)[]>
  /** a server that publishes nothing for so long, not even that nothing has changed, is not heard any more */
  readonly silenceMs: number
}

/** Publications without a change that a server may leave out before it says so. */
const KEEP_ALIVE_COUNT = 3
/** Publications that nobody fetched until the server ends the subscription. */
const LIFETIME_COUNT = 60

/**
 * Subscribes to nodes: the server looks at them every `everyMs` and tells what has changed. `ended` is called once when
 * it ends the subscription. Rejects with what the library throws.
 */
export async function subscribe(
  opcua: Library,
  session: ClientSession,
  wanted: {
    readonly question: string
    readonly nodeIds: readonly string[]
    readonly everyMs: number
    readonly ended: () => void
  },
): Promise<OpcuaSubscription> {
  const { question, nodeIds, everyMs, ended } = wanted
  const subscription = opcua.ClientSubscription.create(session, {
    requestedPublishingInterval: everyMs,
    requestedMaxKeepAliveCount: KEEP_ALIVE_COUNT,
    requestedLifetimeCount: LIFETIME_COUNT,
    publishingEnabled: true,
  })
  await new Promise<void>((resolve, reject) => {
    subscription.once('started', () => resolve())
    subscription.once('error', reject)
  })
  subscription.on('status_changed', ended)
  subscription.on('terminated', ended)

  const values: (DataValue | undefined)[] = nodeIds.map(() => undefined)
  const waiting = new Set<() => void>()
  const group = opcua.ClientMonitoredItemGroup.create(
    subscription,
    nodeIds.map((nodeId) => ({ nodeId, attributeId: opcua.AttributeIds.Value })),
    { samplingInterval: everyMs, queueSize: 1, discardOldest: true },
    opcua.TimestampsToReturn.Source,
  )
  // Each changed value has an event of its own; those of one publication come in one turn of the event loop.
  let telling = false
  const publish = (): void => {
    if (telling) return
    telling = true
    setImmediate(() => {
      telling = false
      const known = values.every(
        (value, i) => value !== undefined || group.monitoredItems[i]?.statusCode.isGood() === false,
      )
      if (!known) return
      for (const tell of waiting) tell()
      waiting.clear()
    })
  }
  group.on('changed', (_, value, index) => {
    values[index] = value
    publish()
  })
  subscription.on('keepalive', publish)
  await new Promise<void>((resolve, reject) => {
    group.on('initialized', () => resolve())
    group.on('err', (message) => reject(new Error(message)))
  })
  return {
    question,
    next: () => new Promise((resolve) => waiting.add(() => resolve([...values]))),
    silenceMs: subscription.publishingInterval * (subscription.maxKeepAliveCount + 1),
  }
}
