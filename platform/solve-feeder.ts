import { Console, Effect, Option } from 'effect'
import {
  allocateLosses,
  EN_50160,
  feederPowers,
  flowReport,
  hostingCapacity,
  type LossAllocation,
  loadFeeder,
  NotConverged,
  PowerFlow,
  type Powers,
  SHAPLEY_POINTS_MAX,
} from '#sim/index.ts'
import { BadInput } from './bad-input.ts'
import { type FeederFindings, feederInWords } from './feeder-in-words.ts'

/**
 * Solves a feeder and prints what was found. Fails with BadInput where it is none, and with NotConverged where it has
 * no solution; with `json` that is a document, too.
 */
export const solveFeeder = Effect.fnUntraced(function* (given: {
  readonly feeder: string
  readonly losses: Option.Option<LossAllocation>
  readonly hosting: boolean
  readonly print: boolean
  readonly json: boolean
}) {
  const { feeder, tree } = yield* loadFeeder(given.feeder).pipe(
    Effect.catchTag('FeederRefused', (refused) => Effect.fail(new BadInput({ detail: refused.message }))),
  )
  if (given.print) return yield* Console.log(JSON.stringify(feeder, null, 2))
  const powers = feederPowers(feeder)
  const losses = Option.getOrUndefined(given.losses)
  const taking = feeder.loads.filter(({ pKw, qKvar }) => pKw !== 0 || qKvar !== 0).length
  if (losses === 'shapley' && taking > SHAPLEY_POINTS_MAX) {
    const detail = `--losses shapley takes 2^loads power flows: at most ${SHAPLEY_POINTS_MAX} loads, not ${taking}; marginal comes close to it`
    return yield* new BadInput({ detail })
  }
  const flow = new PowerFlow({ tree, tolerance: 1e-12 })
  const found = yield* Effect.result(
    Effect.try({
      try: (): FeederFindings => {
        const report = flowReport(flow, { iterations: flow.solve(powers), limits: EN_50160 })
        const shares = losses === undefined ? null : allocateLosses(flow, { powers, method: losses })
        return {
          ...report,
          ...(shares === null
            ? {}
            : {
                lossAllocation: feeder.loads.map(({ bus, phase }, at) => ({
                  bus,
                  phase,
                  kw: (shares[at] ?? 0) / 1_000,
                })),
              }),
          ...(given.hosting ? { hosting: hostingOf(flow, powers) } : {}),
        }
      },
      catch: (error) => {
        if (error instanceof NotConverged) return error
        throw error
      },
    }),
  )
  if (found._tag === 'Failure') {
    const { bus, iterations } = found.failure
    if (given.json) yield* Console.log(JSON.stringify({ converged: false, iterations, bus }))
    return yield* Effect.fail(found.failure)
  }
  yield* Console.log(given.json ? JSON.stringify(found.success) : feederInWords(given.feeder, found.success))
})

/** Of every load at once, each way. */
function hostingOf(flow: PowerFlow, powers: Powers): NonNullable<FeederFindings['hosting']> {
  const points = [...powers.activeW.keys()]
  const of = (add: 'generation' | 'load') => {
    const { perPointW, limitedBy } = hostingCapacity(flow, { powers, points, add, limits: EN_50160 })
    return { perLoadKw: perPointW / 1_000, limitedBy }
  }
  return { generation: of('generation'), load: of('load') }
}
