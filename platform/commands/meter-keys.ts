import { Effect } from 'effect'
import { Command, Flag } from 'effect/cli'
import { joinFlags } from './join-flags.ts'

const json = Flag.Boolean('json').pipe(Flag.withDefault(false), Flag.withDescription('one JSON document in one line'))

export const keygen = Command.make(
  'keygen',
  {
    algorithm: Flag.Literals('algorithm', ['secp256k1', 'p256', 'ed25519']).pipe(
      Flag.withDefault('secp256k1' as const),
      Flag.withDescription('secp256k1 for accounts and meters, p256 for meters, ed25519 for streams (secp256k1)'),
    ),
    out: Flag.String('out').pipe(
      Flag.withMetavar('URI|PATH'),
      Flag.withDefault('device.key'),
      Flag.withDescription('the file to make, of mode 0600; one that is there is never written over (device.key)'),
    ),
    json,
  },
  (flags) =>
    Effect.flatMap(
      Effect.promise(() => import('../make-key.ts')),
      ({ makeKey }) => makeKey(flags),
    ),
).pipe(Command.withDescription('Makes a key, and prints its address or public key.'))

export const enroll = Command.make(
  'enroll',
  {
    ...joinFlags,
    deviceKey: Flag.String('device-key').pipe(
      Flag.withMetavar('URI|PATH'),
      Flag.withDescription("the meter's key, of secp256k1 or P-256; made if it is not there (keys/device in DIR)"),
      Flag.optional,
    ),
    p256: Flag.Boolean('p256').pipe(
      Flag.withDefault(false),
      Flag.withDescription("make the meter's key one of P-256, as secure elements have them"),
    ),
    json,
  },
  (flags) =>
    Effect.flatMap(
      Effect.promise(() => import('../enrol-meter.ts')),
      ({ enrolMeter }) => enrolMeter(flags),
    ),
).pipe(
  Command.withDescription(
    "Makes a home's keys and enrols it. Enrolled already by the same keys is as good. Trades nothing.",
  ),
)
