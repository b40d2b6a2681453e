import { describe, expect, it } from 'vitest'
import { containTransport } from '#meter-agent/drivers/contain-transport.ts'

describe('the transport of the OPC UA library, contained', () => {
  it('takes no larger buffers than were asked for, whatever a device acknowledges', () => {
    class Transport {
      taken: unknown
      setLimits(limits: unknown) {
        this.taken = limits
      }
    }
    containTransport(Transport)
    const transport = new Transport()
    // The library keeps the very object.
    const acknowledged = { receiveBufferSize: 2 ** 32 - 1, sendBufferSize: 2 ** 31, maxMessageSize: 0 }
    transport.setLimits(acknowledged)
    expect(transport.taken).toBe(acknowledged)
    expect(acknowledged).toEqual({ receiveBufferSize: 655_360, sendBufferSize: 655_360, maxMessageSize: 0 })
    const modest = { receiveBufferSize: 8_192, sendBufferSize: 65_536 }
    transport.setLimits(modest)
    expect(transport.taken).toEqual({ receiveBufferSize: 8_192, sendBufferSize: 65_536 })
  })
})
