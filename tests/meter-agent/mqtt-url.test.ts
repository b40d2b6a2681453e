import { describe, expect, it } from 'vitest'
import { BadMqttUrl, parseMqttUrl } from '#meter-agent/index.ts'

describe('an MQTT address', () => {
  it.each([
    [
      'mqtt://192.168.1.20/shelly1?profile=tasmota',
      { broker: { scheme: 'mqtt', host: '192.168.1.20', port: 1883 }, device: 'shelly1', profile: 'tasmota' },
    ],
    [
      'MQTTS://[fd00::1]:8884/house/meter%201?profile=./my.json',
      { broker: { scheme: 'mqtts', host: 'fd00::1', port: 8884 }, device: 'house/meter 1', profile: './my.json' },
    ],
    ['mqtts://h/t?profile=x', { broker: { scheme: 'mqtts', host: 'h', port: 8883 }, device: 't', profile: 'x' }],
  ])('%s is read', (text, url) => {
    expect(parseMqttUrl(text)).toEqual(url)
  })

  it.each([
    ['', 'url'],
    ['192.168.1.20', 'url'],
    ['http://h/t?profile=x', 'scheme'],
    ['mqtt://me:secret@h/t?profile=x', 'login'],
    ['mqtt://me@h/t?profile=x', 'login'],
    ['mqtt://h:70000/t?profile=x', 'url'],
    ['mqtt://h:0/t?profile=x', 'port'],
    ['mqtt:///t?profile=x', 'host'],
    ['mqtt://h?profile=x', 'topic'],
    ['mqtt://h/tele/+/SENSOR?profile=x', 'topic'],
    ['mqtt://h/tele/#?profile=x', 'url'],
    ['mqtt://h/tele%2f%23?profile=x', 'topic'],
    ['mqtt://h/t/?profile=x', 'topic'],
    ['mqtt://h/%24SYS?profile=x', 'topic'],
    ['mqtt://h/%00?profile=x', 'topic'],
    ['mqtt://h/%ff?profile=x', 'topic'],
    [`mqtt://h/${'t'.repeat(200)}?profile=x`, 'topic'],
    ['mqtt://h/t', 'profile'],
    ['mqtt://h/t?profile=', 'profile'],
    ['mqtt://h/t?profile=a&profile=b', 'profile'],
    ['mqtt://h/t?profile=a&qos=2', 'query'],
  ])('"%s" is refused by its %s', (text, field) => {
    try {
      parseMqttUrl(text)
      expect.unreachable()
    } catch (error) {
      if (!(error instanceof BadMqttUrl)) throw error
      expect(error.field).toBe(field)
      expect(error.message).not.toMatch(/secret|\p{Cc}/u)
    }
  })
})
