import { Effect } from 'effect'
import { addressOf, sign } from '#protocol/signing.ts'
import type { AgentOptions } from './agent-options.ts'
import { gatewayClient } from './gateway-client.ts'
import { type GatewayError, GatewayRefused } from './gateway-error.ts'
import { openMembership } from './membership.ts'
import { openSqliteOutbox } from './outbox/node-sqlite.ts'
import type { OutboxFailure } from './outbox/outbox.ts'
import { planOrders } from './quotes.ts'

/** An order that its agent had under way at its end may arrive after a look: so often is looked again … */
const LOOKS_MOST = 6
/** … and that there is none counts only where there is none a while later, ms. */
const REST_MS = 300
/** It filled, expired or met its gate in between: there is nothing left to cancel. */
const GONE: readonly string[] = ['NOT_OPEN', 'UNKNOWN_ORDER', 'NOT_TRADING', 'NONCE_USED']

/**
 * Cancels every open order of a home whose agent has ended, until none is left, and gives how many there were. What it
 * has traded stays. A home that its market does not know has none.
 */
export const withdrawHome = (
  home: Pick<
    AgentOptions,
    'home' | 'neighbourhood' | 'deviceId' | 'deviceKey' | 'accountKey' | 'gatewayUrl' | 'dataFile' | 'gatewayTimeoutMs'
  >,
): Effect.Effect<number, GatewayError | OutboxFailure> =>
  Effect.gen(function* () {
    const { accountKey, neighbourhood, gatewayUrl } = home
    const account = addressOf(accountKey)
    const outbox = yield* openSqliteOutbox({ file: home.dataFile })
    const gateway = gatewayClient({ url: gatewayUrl, timeoutMs: home.gatewayTimeoutMs ?? 5_000 })
    const membership = yield* openMembership(home, outbox, gateway)
    const { domain } = yield* membership.protocol
    let cancelled = 0
    let wasEmpty = false
    for (let look = 0; ; look++) {
      const cancels = planOrders([], yield* gateway.positions(account)).filter((action) => action.type === 'cancel')
      if (cancels.length === 0) {
        if (wasEmpty) return cancelled
        wasEmpty = true
        yield* Effect.sleep(REST_MS)
        continue
      }
      wasEmpty = false
      let refused: GatewayRefused | null = null
      for (const { slot, orderId } of cancels) {
        const body = { account, neighbourhood, slot, orderId, nonce: yield* outbox.takeNonce }
        const outcome = yield* gateway.sendCancel(sign({ domain, kind: 'cancel', body, privateKey: accountKey }))
        if (outcome.accepted) cancelled++
        else if (!GONE.includes(outcome.code))
          refused = new GatewayRefused({ url: gatewayUrl, code: outcome.code, detail: outcome.detail })
      }
      if (look + 1 < LOOKS_MOST) continue
      const detail = `${cancels.length} orders are still open`
      return yield* refused ?? new GatewayRefused({ url: gatewayUrl, code: 'UNKNOWN', detail })
    }
  }).pipe(
    Effect.scoped,
    Effect.catchTag('NotJoined', () => Effect.succeed(0)),
    Effect.catchIf(
      (error) => error._tag === 'GatewayRefused' && error.code === 'UNKNOWN_HOME',
      () => Effect.succeed(0),
    ),
  )
