import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mbapWatch } from '#meter-agent/drivers/mbap-watch.ts'

const frame = ({ protocol, body }: { readonly protocol: number; readonly body: Uint8Array }): Buffer =>
  Buffer.from([0, 7, protocol >> 8, protocol & 255, body.length >> 8, body.length & 255, ...body])

it('finds the first header that is none, however the stream is cut', () => {
  const bodies = fc.uint8Array({ minLength: 3, maxLength: 254 })
  const good = fc.array(fc.record({ protocol: fc.constant(0), body: bodies }), { maxLength: 5 })
  const bad = fc.oneof(
    fc.record({ protocol: fc.integer({ min: 1, max: 65_535 }), body: bodies }),
    fc.record({ protocol: fc.constant(0), body: fc.uint8Array({ minLength: 255, maxLength: 400 }) }),
    fc.record({ protocol: fc.constant(0), body: fc.uint8Array({ maxLength: 2 }) }),
  )
  fc.assert(
    fc.property(good, fc.option(bad), fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (frames, spoilt, cuts) => {
      const stream = Buffer.concat([...frames, ...(spoilt === null ? [] : [spoilt, ...frames])].map(frame))
      const told: string[] = []
      const watch = mbapWatch((detail) => told.push(detail))
      for (let at = 0; at < stream.length; ) {
        const size = cuts.next().value as number
        watch(stream.subarray(at, at + size))
        at += size
      }
      expect(told.length).toBe(spoilt === null ? 0 : 1)
    }),
  )
})
