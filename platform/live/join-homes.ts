import { Effect } from 'effect'
import type { Agent } from '#meter-agent/index.ts'

/** How often an agent asks whether its device is registered; the market takes up to three seconds to say that it is not. */
const ASKED_MOST = 40

/**
 * Enrols homes, in their order, and has their devices registered, while time stands still: the registry answers for no
 * statement of a slot that ended before. What does not come about, each agent goes on with when it runs.
 */
export const joinHomes = (agents: readonly Agent[]): Effect.Effect<void> =>
  Effect.andThen(
    Effect.forEach(agents, (agent) => heard(agent, agent.enrol()), { discard: true }),
    Effect.forEach(
      agents,
      (agent) => heard(agent, agent.register().pipe(Effect.repeat({ until: (isDone) => isDone, times: ASKED_MOST }))),
      { concurrency: 'unbounded', discard: true },
    ),
  )

const heard = <A>(agent: Agent, step: Effect.Effect<A, { readonly message: string }>): Effect.Effect<void> =>
  step.pipe(
    Effect.catch(({ message }) => Effect.logWarning(`${agent.home} has not joined yet: ${message}`)),
    Effect.asVoid,
  )
