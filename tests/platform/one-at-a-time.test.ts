import { Effect } from 'effect'
import { expect, it } from 'vitest'
import { oneAtATime } from '#platform/attach/one-at-a-time.ts'

it('work on one line waits for each other, and for nobody else, however it ends', async () => {
  const alone = oneAtATime()
  const said: string[] = []
  const work = (address: string, ms: number) =>
    alone(
      address,
      Effect.sync(() => said.push(`${address} begins`)).pipe(
        Effect.andThen(Effect.sleep(ms)),
        Effect.andThen(Effect.suspend(() => (ms === 60 ? Effect.fail('broken') : Effect.void))),
        Effect.ensuring(Effect.sync(() => said.push(`${address} ends`))),
      ),
    )
  const all = [work('tcp://a?unit=1', 60), work('tcp://a?unit=2', 30), work('tcp://b?unit=1', 10)]
  const ends = await Effect.runPromise(Effect.all(all.map(Effect.exit), { concurrency: 'unbounded' }))
  expect(ends.map(({ _tag }) => _tag)).toEqual(['Failure', 'Success', 'Success'])
  expect(said.filter((line) => line.includes('//a'))).toEqual([
    'tcp://a?unit=1 begins',
    'tcp://a?unit=1 ends',
    'tcp://a?unit=2 begins',
    'tcp://a?unit=2 ends',
  ])
  expect(said.indexOf('tcp://b?unit=1 begins')).toBeLessThan(said.indexOf('tcp://a?unit=1 ends'))
})
