import { join } from 'node:path'
import { Effect } from 'effect'
import type { AttachFailure } from '#matching-engine/index.ts'
import { withdrawHome } from '#meter-agent/index.ts'
import { openHomeFolder } from '../home-folder.ts'
import { refusal } from './attach-refusal.ts'

/**
 * Cancels the open orders of a home whose agent has ended, and gives how many; null where its folder lets nobody sign for
 * it any more. Fails where its market could not be told.
 */
export const leaveMarket = (options: {
  readonly home: string
  /** of all attached meters */
  readonly folder: string
  readonly neighbourhood: string
  readonly gatewayUrl: string
}): Effect.Effect<number | null, AttachFailure> => {
  const { home, folder, neighbourhood, gatewayUrl } = options
  const cannotSign = ({ message }: { readonly message: string }) =>
    Effect.as(Effect.logWarning(`the open orders of ${home} are left as they are: ${message}`), null)
  return openHomeFolder(join(folder, home), { home }).pipe(
    Effect.flatMap((own) => withdrawHome({ ...own, neighbourhood, deviceId: home, gatewayUrl })),
    Effect.catchTags({ BadInput: cannotSign, KeyFailure: cannotSign, OutboxFailure: cannotSign }),
    Effect.mapError((error) =>
      refusal('ORDERS_STAY', error.message, { error: error._tag === 'GatewayRefused' ? error.code : error._tag }),
    ),
  )
}
