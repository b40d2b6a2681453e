import { describe, expect, it } from 'vitest'
import { BadP1Url, parseP1Url } from '#meter-agent/index.ts'

describe('a P1 address', () => {
  it.each([
    ['p1:tcp://192.168.1.20:2001', { type: 'tcp', host: '192.168.1.20', port: 2001 }],
    ['P1:TCP://[::1]:23/', { type: 'tcp', host: '::1', port: 23 }],
    ['p1:file:/run/p1 port', { type: 'file', path: '/run/p1 port' }],
    ['p1:file:telegram.txt', { type: 'file', path: 'telegram.txt' }],
    ['p1:serial:/dev/ttyUSB0', { type: 'serial', path: '/dev/ttyUSB0', baud: 115_200 }],
    ['p1:serial:/dev/ttyUSB0?baud=9600', { type: 'serial', path: '/dev/ttyUSB0', baud: 9600 }],
  ])('%s is read', (text, url) => expect(parseP1Url(text)).toEqual(url))

  it.each([
    ['tcp://host:2001', 'url'],
    ['p1:', 'url'],
    ['p1:mqtt:host', 'scheme'],
    ['p1:tcp://host', 'port'],
    ['p1:tcp://host:0', 'port'],
    ['p1:tcp://host:70000', 'url'],
    ['p1:tcp:host:2001', 'host'],
    ['p1:tcp://', 'host'],
    ['p1:tcp://me@host:2001', 'host'],
    ['p1:tcp://me:secret@host:99999', 'host'],
    ['p1:tcp://host:2001/meter', 'path'],
    ['p1:tcp://host:2001?unit=1', 'query'],
    ['p1:file:', 'path'],
    ['p1:serial:', 'path'],
    ['p1:serial:/dev/ttyUSB0?parity=even', 'baud'],
  ])('%s is refused, naming its %s', (text, field) => {
    try {
      parseP1Url(text)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(BadP1Url)
      expect(error).toMatchObject({ field })
      expect(String(error)).not.toContain('secret')
    }
  })
})
