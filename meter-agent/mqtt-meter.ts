import { Clock, Effect, type Scope } from 'effect'
import type { MqttDevice } from './device-address.ts'
import { type MqttLine, openMqtt } from './drivers/mqtt.ts'
import { MqttSilent } from './drivers/mqtt-error.ts'
import { type MeterError, NoGridMeter } from './meter-error.ts'
import { BadMqttMessage } from './mqtt/bad-message.ts'
import { type GatheredMessages, MessageSet } from './mqtt/message-set.ts'
import { mqttSample, neededMessages } from './mqtt/mqtt-sample.ts'
import { mqttWitness } from './mqtt/mqtt-witness.ts'
import { type BadMqttUrl, brokerName, mqttUrl } from './mqtt-url.ts'
import type { BadProfile } from './profiles/bad-profile.ts'
import { loadMqttProfile } from './profiles/load-mqtt-profile.ts'
import { type MqttProfile, topicOf } from './profiles/mqtt-profile.ts'
import { profileHash } from './profiles/profile-sample.ts'
import { registersText } from './registers.ts'
import type { SettlementMeter } from './settlement-meter.ts'

/** A device that publishes by MQTT, with the profile that its address names. */
interface MqttSource {
  readonly profile: MqttProfile
  /** as it was asked for: a built-in name, or a file */
  readonly profileName: string
  /** the topic that it is addressed by */
  readonly device: string
  readonly connect: MqttLine['connect']
  /** The next messages that belong together, of which none lay at the broker. */
  readonly next: Effect.Effect<GatheredMessages, MeterError>
}

/** A line to the broker of a device. */
export const openMqttSource = (
  { url, login }: MqttDevice,
  { timeoutMs }: { readonly timeoutMs: number },
): Effect.Effect<MqttSource, BadMqttUrl | BadProfile, Scope.Scope> =>
  Effect.gen(function* () {
    const { broker, device, profile: profileName } = yield* mqttUrl(url)
    const profile = yield* loadMqttProfile(profileName)
    const { silenceMs } = profile
    const topics = [...new Set(Object.values(profile.messages).map(({ topic }) => topicOf(topic, device)))]
    const line = yield* openMqtt({ broker, login: login ?? null, topics, timeoutMs })
    const set = new MessageSet(profile, { device, needed: neededMessages(profile) })
    let retained = 0

    const gather = Effect.gen(function* () {
      const askedMs = performance.now()
      for (;;) {
        const arrived = yield* line.next
        if (arrived.retained) retained++
        const wallMs = yield* Clock.currentTimeMillis
        const gathered = yield* unlessBad(() => set.take(arrived, { wallMs }))
        // A set that was complete before anybody asked is as old as that.
        if (gathered !== null && arrived.arrivedMs >= askedMs) return gathered
      }
    })
    const silent = Effect.suspend(() =>
      Effect.andThen(
        line.drop, // it may look open for ever
        Effect.fail(new MqttSilent({ broker: brokerName(broker), topics, waitedMs: silenceMs, retained })),
      ),
    )
    return {
      profile,
      profileName,
      device,
      connect: line.connect,
      next: Effect.suspend(() => {
        retained = 0
        return Effect.timeoutOrElse(gather, { duration: silenceMs, orElse: () => silent })
      }),
    }
  })

/** What reads messages, as an effect. */
export const unlessBad = <A>(read: () => A): Effect.Effect<A, BadMqttMessage> =>
  Effect.try({
    try: read,
    catch: (cause) => {
      if (cause instanceof BadMqttMessage) return cause
      throw cause
    },
  })

/** The settlement meter of a device that publishes by MQTT: its profile's grid role. */
export const openMqttMeter = (
  at: MqttDevice,
  options: { readonly timeoutMs: number },
): Effect.Effect<SettlementMeter<never>, BadMqttUrl | BadProfile, Scope.Scope> =>
  Effect.gen(function* () {
    const { profile, profileName, device, connect, next } = yield* openMqttSource(at, options)
    const sampled = Effect.flatMap(next, ({ messages, timeMs }) =>
      unlessBad(() => {
        const said = { device, messages }
        return { messages, timeMs, sample: mqttSample(profile, said), witness: mqttWitness(profile, said) }
      }),
    )
    const refuse = (detail: string) => Effect.fail(new NoGridMeter({ device: at.url, detail }))
    const named = profile.grid?.importWh !== undefined && profile.grid.exportWh !== undefined
    return {
      connect,
      identify: Effect.gen(function* () {
        if (!named) return yield* refuse(`profile ${profile.profile} has no counters of the grid`)
        const { sample } = yield* sampled
        if (sample.importWh === null) return yield* refuse('its messages have no import counter')
        if (sample.exportWh === null) return yield* refuse('its messages have no export counter')
        return profileHash(profile)
      }),
      read: Effect.map(sampled, ({ messages, timeMs, sample, witness }) => ({
        sample,
        witness,
        registers: registersText({ protocol: 'mqtt', profile: profileName, device, messages }),
        sourceTimeMs: timeMs,
        origin: 'sent' as const,
      })),
    }
  })
