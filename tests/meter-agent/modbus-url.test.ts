import { describe, expect, it } from 'vitest'
import { BadModbusUrl, parseModbusUrl } from '#meter-agent/index.ts'

describe('a Modbus address', () => {
  it.each([
    ['tcp://127.0.0.1:15021?unit=1', { host: '127.0.0.1', port: 15_021, unit: 1 }],
    ['tcp://inverter.local', { host: 'inverter.local', port: 502, unit: 1 }],
    ['tcp://[::1]:1502/?unit=247', { host: '::1', port: 1502, unit: 247 }],
  ])('%s is read', (text, url) => expect(parseModbusUrl(text)).toEqual(url))

  it.each([
    ['127.0.0.1:502', 'url'],
    ['rtu:///dev/ttyUSB0?baud=9600&unit=1', 'scheme'],
    ['rtu+tcp://host:502', 'scheme'],
    ['tcp://', 'host'],
    ['tcp://user:secret@host:502', 'host'],
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
    }
  })
})
