import { Effect } from 'effect'
import { Command, Flag } from 'effect/cli'
import type { ForecasterName, TraderName } from '#meter-agent/index.ts'
import { deviceFlags } from './device-flags.ts'
import { joinFlags } from './join-flags.ts'

// Spelled out here, so that asking for help loads no agent; the types keep the lists whole.
const traders: Readonly<Record<TraderName, true>> = {
  ramp: true,
  truthful: true,
  'zero-intelligence': true,
  zip: true,
  'adaptive-aggressive': true,
  gdx: true,
}
const forecasters: Readonly<Record<ForecasterName, true>> = { persistence: true, naive: true, regression: true }

export const run = Command.make(
  'run',
  {
    ...deviceFlags,
    ...joinFlags,
    place: Flag.String('place').pipe(
      Flag.withMetavar('LAT,LON'),
      Flag.withDescription('where the home is, degrees north and east: an inverter that produces at night is doubted'),
      Flag.optional,
    ),
    trader: Flag.Literals('trader', Object.keys(traders) as TraderName[]).pipe(
      Flag.withDefault('ramp' as const),
      Flag.withDescription('how it trades (ramp)'),
    ),
    forecaster: Flag.Literals('forecaster', Object.keys(forecasters) as ForecasterName[]).pipe(
      Flag.withDefault('regression' as const),
      Flag.withDescription('how it looks ahead (regression)'),
    ),
    homeAssistant: Flag.String('home-assistant').pipe(
      Flag.withMetavar('BROKER'),
      Flag.withDescription("show the home to Home Assistant by MQTT discovery: 'mqtt://HOST:1883' or 'mqtts://…'"),
      Flag.optional,
    ),
    brokerUser: Flag.String('broker-user').pipe(
      Flag.withMetavar('NAME'),
      Flag.withDescription('who logs in at that broker (nobody)'),
      Flag.optional,
    ),
    brokerPasswordFile: Flag.String('broker-password-file').pipe(
      Flag.withMetavar('FILE'),
      Flag.withDescription('with --broker-user: a file that holds the password'),
      Flag.optional,
    ),
    metrics: Flag.String('metrics').pipe(
      Flag.withMetavar('[HOST:]PORT'),
      Flag.withDescription('serve /metrics for Prometheus there, and /healthz; to this computer alone without a host'),
      Flag.optional,
    ),
  },
  (flags) =>
    Effect.flatMap(
      Effect.promise(() => import('../run-meter.ts')),
      ({ runMeter }) => runMeter(flags),
    ),
).pipe(
  Command.withDescription(
    "A home's agent: reads its meter, signs, and trades for it in a neighbourhood that runs elsewhere. Never writes to a device.",
  ),
)
