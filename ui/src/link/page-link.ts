import type { PageTime } from '../page-time.ts'
import { type Choices, panels } from '../selection.ts'

/** All that makes a picture of the page: what an address needs to hold to bring the very same one. */
export interface View extends Choices {
  /** by its log; in links from before that by its place */
  readonly run: string
  /** of the run's log; null: as it happens */
  readonly sequence: number | null
  readonly mode: PageTime['mode']
  readonly speed: number
}

/** What the part of an address behind its `#` asks for (`linkOf`); whatever is not right in it is as if it were not there. */
export function viewOf(hash: string): Partial<View> {
  const fields = new URLSearchParams(hash.replace(/^#/, ''))
  const whole = (name: string) => {
    const value = fields.get(name)
    return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : undefined
  }
  const one = <A extends string>(name: string, of: readonly A[]) => of.find((value) => value === fields.get(name))
  const zoom = fields.get('zoom')
  const speed = Number(fields.get('speed') ?? Number.NaN)
  const sequence = whole('at')
  const asked: { [K in keyof View]?: View[K] | undefined } = {
    run: /^\w{1,16}$/.exec(fields.get('run') ?? '')?.[0],
    sequence,
    mode: sequence === undefined ? undefined : fields.get('play') === '1' ? 'playing' : 'paused',
    speed: speed > 0 && speed <= 1_000 ? speed : undefined,
    slot: whole('slot'),
    home: whole('home'),
    mine: whole('mine'),
    zoom: zoom !== null && /^[\d.,;e-]{1,80}$/.test(zoom) ? zoom : undefined,
    panel: one('panel', panels),
    theme: one('theme', ['light', 'dark'] as const),
  }
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as Partial<View>
}
