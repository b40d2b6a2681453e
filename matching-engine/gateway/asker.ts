import type { IncomingHttpHeaders } from 'node:http'
import { isIPv4, isIPv6 } from 'node:net'

/**
 * Whose request it is as far as limits go: the address it came from, of IPv6 the first 64 bits, which one household has
 * to itself. Of a proxy on this machine it is the address that the proxy came to know last. null: this machine itself.
 */
export function askerOf(request: {
  readonly from: string | undefined
  readonly headers: IncomingHttpHeaders
}): string | null {
  const from = networkOf(request.from ?? '')
  if (!isLoopback(from)) return from
  const forwarded = request.headers['x-forwarded-for']
  const last =
    String(forwarded ?? '')
      .split(',')
      .at(-1)
      ?.trim() ?? ''
  return last === '' ? null : networkOf(last)
}

/** Whether it is an address of this machine's own. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '')
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'))
}

/** An IPv4 address as it is, the first half of an IPv6 one, and anything else cut short. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (!isIPv6(plain)) return plain.slice(0, 64)
  if (plain === '::1') return plain
  const [head = '', tail] = plain.toLowerCase().split('::', 2)
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0')
  const groups = [...before, ...gap, ...after].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}
