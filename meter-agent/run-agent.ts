import { Effect, Queue } from 'effect'
import type { Clock } from '#protocol/clock.ts'
import type { RefusalCode } from '#protocol/refusal.ts'
import type { AgentSteps } from './agent-steps.ts'
import { complaints } from './complaints.ts'
import type { RefusedMessage } from './publishing.ts'
import { onTicks } from './ticks.ts'

/** An order that fills, or a gate that closes, while a message is on its way: no trouble, the next step sees it. */
const races: readonly RefusalCode[] = ['NOT_TRADING', 'NOT_OPEN']

/** The loops over an agent's steps. None ends because of a failure, and none waits for another. */
export const runAgent = (
  agent: AgentSteps,
  options: {
    readonly pollEveryMs: number
    readonly tradeEveryMs: number
    readonly clock: Clock
    readonly isEnrolled: () => boolean
    readonly random: () => number
  },
): Effect.Effect<never> =>
  Effect.gen(function* () {
    const { pollEveryMs, tradeEveryMs, clock, isEnrolled } = options
    const { about, over } = complaints(agent.home)
    const news = yield* Queue.sliding<void>(1)

    const survived = <A, E extends { readonly _tag: string; readonly message: string }>(
      part: string,
      step: Effect.Effect<A, E>,
      then: (result: A) => Effect.Effect<void>,
      hasWorked: (result: A) => boolean = () => true,
    ): Effect.Effect<void> =>
      step.pipe(
        Effect.flatMap((result) => Effect.andThen(hasWorked(result) ? over(`${part}:`) : Effect.void, then(result))),
        Effect.catch((error) => about(`${part}:${error._tag}`, error.message)),
        Effect.catchDefect((defect) => about(`${part}:defect`, String(defect))),
      )
    const refused = (part: string, refusals: readonly RefusedMessage[]) =>
      Effect.forEach(refusals, ({ what, code, detail }) => about(`${part}:${code}`, `${what}: ${code}: ${detail}`), {
        discard: true,
      })

    const pollStep = survived(
      'meter',
      Effect.catchTag(agent.poll(), 'NotJoined', () => Effect.succeed({ recorded: null })), // publishing says why
      () => Effect.void,
      ({ recorded }) => recorded !== null, // nothing is over while the link only backs off
    ).pipe(Effect.andThen(Queue.offer(news, undefined)), Effect.asVoid)
    const register = survived(
      'register',
      Effect.suspend(() => agent.register()),
      () => Effect.void,
      (isDone) => isDone,
    )
    const publish = agent.enrol().pipe(Effect.andThen(register), Effect.andThen(agent.publish()))
    const publishStep = Queue.take(news).pipe(
      Effect.andThen(survived('publish', publish, ({ refusals }) => refused('refused', refusals))),
    )
    const tradeStep = Effect.suspend(() =>
      isEnrolled()
        ? survived('trade', agent.trade(), ({ refusals }) =>
            refused(
              'order',
              refusals.filter(({ code }) => !races.includes(code)),
            ),
          )
        : Effect.void,
    )

    yield* Queue.offer(news, undefined) // enrol at once
    // Homes that all trade in the same millisecond would queue at the gateway: each has its own moment.
    const phaseMs = Math.floor(options.random() * tradeEveryMs)
    return yield* Effect.all(
      [
        onTicks(clock, { everyMs: pollEveryMs, phaseMs: 0 }, pollStep),
        Effect.forever(publishStep),
        onTicks(clock, { everyMs: tradeEveryMs, phaseMs }, tradeStep),
      ],
      { concurrency: 'unbounded' },
    ).pipe(Effect.andThen(Effect.never))
  })
