import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { stdout } from 'node:process'
import { pathToFileURL } from 'node:url'
import { Console, Effect, Option } from 'effect'
import { type ControlTerms, loadAccountKey, openControl } from '#meter-agent/index.ts'
import type { DeviceAction } from '#protocol/device-command.ts'
import { addressOf, signCommand } from '#protocol/signing.ts'
import { BadInput } from './bad-input.ts'

/** What `commonwatt meter control` was told. */
interface ControlMeterFlags {
  readonly action: DeviceAction
  readonly modbus: string
  readonly profile: Option.Option<string>
  readonly base: Option.Option<number>
  readonly data: string
  /** nothing is allowed where it is left out: a release needs nothing */
  readonly allow: Option.Option<string>
  readonly power: Option.Option<number>
  readonly seconds: number
  readonly rate: number
  readonly json: boolean
}

/** The one device of a home that is controlled from the command line. */
const DEVICE_ID = 'device'
const LEASE_SECONDS_MAX = 24 * 60 * 60
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() }

/**
 * Signs a command with the home's account key, carries it out, and holds it until it ends; the device is put back then,
 * also when this is stopped. Fails with BadInput on flags that cannot be used.
 */
export const controlMeter = Effect.fnUntraced(function* (flags: ControlMeterFlags) {
  const { action, data, modbus: url, seconds, rate, json } = flags
  if (action !== 'release' && Option.isNone(flags.allow)) {
    return yield* new BadInput({ detail: `--allow: what may be written at all, in W, like ${action}=0-3000` })
  }
  const actions = yield* allowedActions(flags.allow)
  const powerW = yield* powerOf(flags)
  if (seconds < 1 || seconds > LEASE_SECONDS_MAX) {
    return yield* new BadInput({ detail: `--for ${seconds}: 1 to ${LEASE_SECONDS_MAX} seconds` })
  }
  if (rate < 1 || rate > 60) return yield* new BadInput({ detail: `--rate ${rate}: 1 to 60 changes a minute` })
  const keyFile = join(data, 'keys', 'account')
  if (!existsSync(keyFile)) {
    return yield* new BadInput({
      detail: `--data ${data}: no home's folder, as \`meter run\` makes one: it has no keys/account`,
    })
  }
  const key = yield* loadAccountKey(pathToFileURL(keyFile).href).pipe(asInput)
  const account = addressOf(key)
  const say = (event: string, facts: Readonly<Record<string, unknown>>) =>
    Console.log(json ? JSON.stringify({ event, ...facts }) : `${event} ${Object.values(facts).join(' ')}`.trim())

  if (Option.isSome(flags.profile) && Option.isSome(flags.base)) {
    return yield* new BadInput({ detail: '--base is where SunSpec is looked for; with --profile there is none' })
  }
  const device = Option.isSome(flags.profile)
    ? ({ type: 'modbus', url, profile: flags.profile.value } as const)
    : ({ type: 'modbus', url, bases: Option.toArray(flags.base) } as const)
  const controller = yield* openControl({
    device,
    journalFile: join(data, 'control.ndjson'),
    terms: {
      deviceId: DEVICE_ID,
      accounts: [account],
      actions,
      changesPerMinute: rate,
      leaseMsMax: LEASE_SECONDS_MAX * 1_000,
    },
    clock,
  }).pipe(
    Effect.catchTag('BadModbusUrl', (error) => Effect.fail(new BadInput({ detail: `--modbus: ${error.message}` }))),
  )
  stdout.on('error', () => undefined) // whoever reads us may go: the device is put back all the same
  const nowMs = clock.nowMs()
  const expiresAtMs = nowMs + seconds * 1_000
  // The journal remembers the last nonce; the time is later than any before, unless the clock was set back.
  const body = { account, deviceId: DEVICE_ID, action, powerW, expiresAtMs, nonce: nowMs }
  const lease = yield* controller.accept(signCommand(body, key)).pipe(
    Effect.catchTag('ControlRefused', ({ message, reason }) => {
      const wider = reason === 'too-often' ? ': wait, or allow more by --rate' : ''
      return Effect.fail(new BadInput({ detail: `${message}${wider}` }))
    }),
  )
  if (lease === null) return yield* say('released', {})
  yield* say('applied', { action, powerW, until: new Date(expiresAtMs).toISOString() })
  const reason = yield* Effect.onInterrupt(lease.ended, () => Effect.catch(controller.stop, endWithOne))
  return yield* say('reverted', { reason })
}, Effect.scoped)

/** A program that is stopped ends with 0 whatever fails while it cleans up; this must not. All that has to be on disk is. */
const endWithOne = (error: { readonly message: string }) =>
  Effect.andThen(
    Console.error(`commonwatt: ${error.message}`),
    Effect.sync(() => process.exit(1)),
  )

const asInput = <A, E extends { readonly message: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.mapError(effect, (error) => new BadInput({ detail: error.message }))

const POWER_W_MAX = 1_000_000

/** `curtail=0-5000,charge=0-3000`. */
const allowedActions = (allow: Option.Option<string>): Effect.Effect<ControlTerms['actions'], BadInput> =>
  Effect.gen(function* () {
    const actions: { [A in 'curtail' | 'charge' | 'discharge']?: { readonly minW: number; readonly maxW: number } } = {}
    for (const part of Option.match(allow, { onNone: () => [], onSome: (text) => text.split(',') })) {
      const [, action, min, max] = /^(curtail|charge|discharge)=(\d{1,7})-(\d{1,7})$/.exec(part) ?? []
      const [minW, maxW] = [Number(min), Number(max)]
      if (action === undefined || minW > maxW || maxW > POWER_W_MAX) {
        const right = `curtail, charge or discharge, and from how many to how many W (up to ${POWER_W_MAX}): charge=0-3000`
        return yield* new BadInput({ detail: `--allow ${part}: expected ${right}` })
      }
      actions[action as 'curtail' | 'charge' | 'discharge'] = { minW, maxW }
    }
    return actions
  })

const powerOf = ({ action, power }: ControlMeterFlags): Effect.Effect<number, BadInput> => {
  if (action === 'release') {
    return Option.isNone(power)
      ? Effect.succeed(0)
      : Effect.fail(new BadInput({ detail: '--power goes with no release' }))
  }
  if (Option.isNone(power)) return Effect.fail(new BadInput({ detail: `--power: how many W to ${action}` }))
  return power.value >= 0
    ? Effect.succeed(power.value)
    : Effect.fail(new BadInput({ detail: `--power ${power.value}: W, from 0` }))
}
