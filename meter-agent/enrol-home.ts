import { Effect } from 'effect'
import { addressOf } from '#protocol/signing.ts'
import type { AgentOptions } from './agent-options.ts'
import { gatewayClient } from './gateway-client.ts'
import type { GatewayError } from './gateway-error.ts'
import { openMembership } from './membership.ts'
import { openSqliteOutbox } from './outbox/node-sqlite.ts'
import type { OutboxFailure } from './outbox/outbox.ts'

/** How often a market that is about to register a device is asked again; it takes its time to answer. */
const ASKED_MOST = 3

/**
 * Enrols a home in its market, has its device registered, and remembers that for its agent. Enrolled already with the same account and device keys is
 * enrolled; by others is GatewayRefused.
 */
export const enrolHome = (
  home: Pick<
    AgentOptions,
    'home' | 'neighbourhood' | 'deviceId' | 'deviceKey' | 'accountKey' | 'gatewayUrl' | 'dataFile' | 'gatewayTimeoutMs'
  >,
): Effect.Effect<{ readonly account: string; readonly deviceSigner: string }, GatewayError | OutboxFailure> =>
  Effect.gen(function* () {
    const outbox = yield* openSqliteOutbox({ file: home.dataFile })
    const gateway = gatewayClient({ url: home.gatewayUrl, timeoutMs: home.gatewayTimeoutMs ?? 5_000 })
    const membership = yield* openMembership(home, outbox, gateway)
    yield* membership.forgotten // the market says whether it has
    yield* membership.enrol
    // Where it does not come about now, the home's agent goes on with it.
    yield* membership.register.pipe(
      Effect.repeat({ until: (isDone) => isDone, times: ASKED_MOST }),
      Effect.catch(({ message }) => Effect.logWarning(`its device is not registered on chain yet: ${message}`)),
    )
    return { account: addressOf(home.accountKey), deviceSigner: home.deviceKey.signer }
  }).pipe(Effect.scoped)
