import { describe, expect, it } from 'vitest'
import { BadModbusUrl, parseModbusUrl } from '#meter-agent/index.ts'

describe('a Modbus address', () => {
  it.each([
    ['tcp://127.0.0.1:15021?unit=1', { transport: 'tcp', host: '127.0.0.1', port: 15_021 }, 1],
    ['tcp://inverter.local', { transport: 'tcp', host: 'inverter.local', port: 502 }, 1],
    ['tcp://[::1]:1502/?unit=247', { transport: 'tcp', host: '::1', port: 1502 }, 247],
    ['rtu+tcp://10.0.0.9:4196?unit=2', { transport: 'rtu+tcp', host: '10.0.0.9', port: 4196 }, 2],
    ['rtu:///dev/ttyUSB0', { transport: 'rtu', path: '/dev/ttyUSB0', baud: 9600, parity: 'none', stopBits: 1 }, 1],
    [
      'rtu:///dev/serial/by-id/usb%20one?baud=19200&parity=even&stop=2&unit=3',
      { transport: 'rtu', path: '/dev/serial/by-id/usb one', baud: 19_200, parity: 'even', stopBits: 2 },
      3,
    ],
  ])('%s is read', (text, line, unit) => expect(parseModbusUrl(text)).toEqual({ line, unit }))

  it('takes what it leaves out from elsewhere, and goes before it where it does not', () => {
    const defaults = { port: 1502, unit: 7, baud: 19_200, parity: 'even', stopBits: 2 } as const
    const serial = { transport: 'rtu', path: '/dev/ttyUSB0' }
    const { baud, parity, stopBits } = defaults
    expect(parseModbusUrl('rtu:///dev/ttyUSB0', defaults)).toEqual({
      line: { ...serial, baud, parity, stopBits },
      unit: 7,
    })
    expect(parseModbusUrl('rtu:///dev/ttyUSB0?baud=9600&parity=none&stop=1&unit=1', defaults)).toEqual({
      line: { ...serial, baud: 9600, parity: 'none', stopBits: 1 },
      unit: 1,
    })
    expect(parseModbusUrl('tcp://meter', defaults)).toEqual({
      line: { transport: 'tcp', host: 'meter', port: 1502 },
      unit: 7,
    })
  })

  it.each([
    ['127.0.0.1:502', 'url'],
    ['udp://host:502', 'scheme'],
    ['rtu://ttyUSB0', 'host'],
    ['rtu:///', 'path'],
    ['rtu:///dev/tty%zz', 'path'],
    ['rtu:///dev/ttyUSB0?baud=9601', 'query'],
    ['rtu:///dev/ttyUSB0?baud=9600&baud=9600', 'query'],
    ['rtu:///dev/ttyUSB0?parity=mark', 'query'],
    ['rtu:///dev/ttyUSB0?stop=3', 'query'],
    ['rtu:///dev/ttyUSB0?port=502', 'query'],
    ['rtu:///dev/ttyUSB0?unit=300', 'unit'],
    ['rtu+tcp://host:502?baud=9600', 'query'],
    ['tcp://', 'host'],
    ['tcp://user:secret@host:502', 'host'],
    ['tcp://user:secret@host:99999', 'host'],
    ['udp://user:secret@host:502', 'scheme'],
    ['tcp://host:0', 'port'],
    ['tcp://host:70000', 'url'],
    ['tcp://host:502/holding', 'path'],
    ['tcp://host:502#1', 'path'],
    ['tcp://host:502?slave=1', 'query'],
    ['tcp://host:502?unit=256', 'unit'],
    ['tcp://host:502?unit=one', 'unit'],
    ['tcp://host:502?unit=1&unit=2', 'unit'],
  ])('%s is refused, naming its %s', (text, field) => {
    try {
      parseModbusUrl(text)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(BadModbusUrl)
      expect(error).toMatchObject({ field })
      expect(String(error)).not.toContain('secret')
    }
  })
})
