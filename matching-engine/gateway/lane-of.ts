import type { Street } from '#protocol/street.ts'

/**
 * Whose lane a request stands in: one each address and home that its first message is about, as far as that can be told
 * without a signature; messages about no home of the street share one. So a flood that names one home, or none,
 * costs the others a turn of it now and then, whether they come from the same address or not.
 */
export function laneOf(
  street: Street,
  request: { readonly from: string; readonly messages: readonly unknown[] },
): string {
  const body = fieldOf(request.messages[0], 'body')
  const [account, deviceId] = [fieldOf(body, 'account'), fieldOf(body, 'deviceId')]
  const home =
    street.homeOfAccount.get(account as `0x${string}`)?.home ?? street.homeOfDevice.get(deviceId as string)?.home
  return `${request.from} ${home ?? ''}`
}

/** An own field of whatever was sent. */
export function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, field)
    ? (value as Readonly<Record<string, unknown>>)[field]
    : undefined
}
