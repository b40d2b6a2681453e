/** Values at which programs break: borders of numbers, names of prototypes, texts that are no texts. */
const hostileValues: readonly unknown[] = [
  null,
  true,
  '',
  0,
  -1,
  1e308,
  -1e308,
  2 ** 53,
  2 ** 31,
  0.1,
  '0x',
  '__proto__',
  'constructor',
  '\0',
  '\ud800',
  'ä€😀',
  '9'.repeat(400),
  'x'.repeat(5_000),
  [],
  {},
  [[[[]]]],
  { toString: 1 },
]
const hostileKeys = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', '0', 'kind', 'body', 'length']
/** What JSON.stringify never writes but a stranger may. */
const hostileTexts = ['1e400', '-0', '{"__proto__":{"kind":"order"}}', '"\\ud800"', '[1,]', '{"a":1,"a":2}', '\ufeff1']

/** Everything that is drawn for one fuzzed input: the same seed, the same input. */
export class SeededInput {
  #state: number

  constructor(seed: string) {
    let hash = 2_166_136_261
    for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 16_777_619)
    this.#state = hash >>> 0
  }

  /** From 0 to 1, 1 excluded (mulberry32). */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }

  /** A whole number from 0 to `count` − 1. */
  below(count: number): number {
    return Math.floor(this.fraction() * count)
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  pick<A>(choices: readonly A[]): A {
    const chosen = choices[this.below(choices.length)]
    if (chosen === undefined) throw new Error('nothing to pick from')
    return chosen
  }

  bytes(lengthMax: number): Buffer {
    return Buffer.from(Array.from({ length: this.below(lengthMax + 1) }, () => this.below(256)))
  }

  /** Printable most of the time. */
  text(lengthMax: number): string {
    return this.chance(0.8)
      ? Array.from({ length: this.below(lengthMax + 1) }, () => String.fromCharCode(32 + this.below(95))).join('')
      : this.bytes(lengthMax).toString('latin1')
  }

  /** Bytes with some of them flipped, cut off, doubled or put in. */
  mutatedBytes(original: Uint8Array): Buffer {
    let bytes = Buffer.from(original)
    for (let times = 1 + this.below(4); times > 0; times--) {
      const at = this.below(bytes.length + 1)
      switch (this.below(4)) {
        case 0:
          if (at < bytes.length) bytes.writeUInt8(this.below(256), at)
          break
        case 1:
          bytes = bytes.subarray(0, at)
          break
        case 2:
          bytes = Buffer.concat([bytes.subarray(0, at), this.bytes(8), bytes.subarray(at)])
          break
        default:
          bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(this.below(at + 1))])
      }
    }
    return bytes
  }

  /** Bytes of the same length with a few others among them, many of them near the beginning. */
  otherBytes(original: Uint8Array): Buffer {
    const bytes = Buffer.from(original)
    for (let flips = 1 + this.below(6); flips > 0; flips--) {
      bytes.writeUInt8(this.below(256), this.chance(0.5) ? this.below(200) : this.below(bytes.length))
    }
    return bytes
  }

  /** JSON text that is close to a value's, or quite another. */
  json(original: unknown): string {
    if (this.chance(0.05)) return this.pick(hostileTexts)
    if (this.chance(0.02)) return '['.repeat(1 + this.below(20_000))
    const text = JSON.stringify(this.mutated(original))
    return this.chance(0.2) ? this.mutatedBytes(Buffer.from(text)).toString('utf8') : text
  }

  /** A value of which some part is another. */
  mutated(value: unknown): unknown {
    if (this.chance(0.15) || typeof value !== 'object' || value === null) return this.hostile(value)
    if (Array.isArray(value)) {
      const at = this.below(value.length)
      const changed = value.map((item, index) => (index === at ? this.mutated(item) : item))
      return this.chance(0.2) ? [...changed, ...changed] : changed
    }
    const entries = Object.entries(value)
    const at = this.below(entries.length)
    const changed = entries.map(([key, item], index): [string, unknown] => [
      key,
      index === at ? this.mutated(item) : item,
    ])
    if (this.chance(0.1)) changed.splice(at, 1)
    if (this.chance(0.1)) changed.push([this.pick(hostileKeys), this.hostile(null)])
    const copy: Record<string, unknown> = Object.create(null)
    for (const [key, item] of changed) copy[key] = item
    return copy
  }

  hostile(value: unknown): unknown {
    if (typeof value === 'number' && this.chance(0.5)) return value + this.pick([1, -1, 0.5, 2 ** 32, -value, value])
    if (typeof value === 'string' && this.chance(0.5)) return this.mutatedBytes(Buffer.from(value)).toString('utf8')
    if (this.chance(0.03)) return this.#deep(1 + this.below(3_000))
    return this.pick(hostileValues)
  }

  #deep(levels: number): unknown {
    let value: unknown = 1
    for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { a: value }
    return value
  }
}
