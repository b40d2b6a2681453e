import { Effect } from 'effect'
import type { Positions } from '#protocol/messages.ts'
import type { Reading } from '#protocol/reading.ts'
import type { AgentSteps } from './agent-steps.ts'
import type { GatewayClient } from './gateway-client.ts'
import type { LinkState } from './link-machine.ts'
import type { Published } from './publishing.ts'
import type { Traded } from './trading.ts'

/** What a poll came to: a reading, nothing yet, or by its name the error that it ended with. */
export interface PolledNews {
  readonly reading: Reading | null
  readonly error: string | null
  /** what that error says */
  readonly detail?: string
  readonly link: LinkState
}

/** Somebody who looks on while an agent works. Told after each step, in order; it cannot make one fail. */
export interface AgentWatch {
  readonly polled: (news: PolledNews) => Effect.Effect<void>
  readonly published: (did: Published) => Effect.Effect<void>
  readonly traded: (did: Traded) => Effect.Effect<void>
  /** what the home has in the market, as the market said it before a trading step */
  readonly held: (positions: Positions) => Effect.Effect<void>
}

/** An agent's steps, with somebody who looks on. */
export const watchedSteps = <A extends AgentSteps & { readonly link: () => LinkState }>(
  agent: A,
  { polled, published, traded }: AgentWatch,
): A => ({
  ...agent,
  poll: () =>
    agent.poll().pipe(
      Effect.tap(({ recorded }) => polled({ reading: recorded?.reading ?? null, error: null, link: agent.link() })),
      Effect.tapError(({ _tag, message }) =>
        polled({ reading: null, error: _tag, detail: message, link: agent.link() }),
      ),
    ),
  publish: () => Effect.tap(agent.publish(), published),
  trade: () => Effect.tap(agent.trade(), traded),
})

/** A home's door to its market, with somebody who hears what the home has there. */
export const watchedGateway = (gateway: GatewayClient, { held }: AgentWatch): GatewayClient => ({
  ...gateway,
  positions: (account) => Effect.tap(gateway.positions(account), held),
})

/** Several who look on. */
export const watchedBy = (watches: readonly AgentWatch[]): AgentWatch => {
  const all = (told: (watch: AgentWatch) => Effect.Effect<void>) => Effect.forEach(watches, told, { discard: true })
  return {
    polled: (news) => all(({ polled }) => polled(news)),
    published: (did) => all(({ published }) => published(did)),
    traded: (did) => all(({ traded }) => traded(did)),
    held: (positions) => all(({ held }) => held(positions)),
  }
}
