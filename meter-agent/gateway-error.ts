import { Data } from 'effect'
import type { RefusalCode } from '#protocol/refusal.ts'

/** The gateway did not answer, or answered nothing usable. Trying again later may help. */
export class GatewayUnreachable extends Data.TaggedError('GatewayUnreachable')<{
  readonly url: string
  readonly detail: string
}> {
  override get message(): string {
    return `${this.url}: ${this.detail}`
  }
}

/** The gateway refused one message. */
export class GatewayRefused extends Data.TaggedError('GatewayRefused')<{
  readonly url: string
  readonly code: RefusalCode | 'UNKNOWN'
  readonly detail: string
}> {
  override get message(): string {
    return `${this.url} refused: ${this.code}: ${this.detail}`
  }
}

/** The gateway speaks another protocol, serves another neighbourhood, or is not the one that this home joined. */
export class GatewayMismatch extends Data.TaggedError('GatewayMismatch')<{
  readonly url: string
  readonly field: string
  readonly value: string
  readonly expected: string
  /** what can be done about it, where that is not plain */
  readonly advice?: string
}> {
  override get message(): string {
    const advice = this.advice === undefined ? '' : `. ${this.advice}`
    return `${this.url}: ${this.field} is ${this.value}, expected ${this.expected}${advice}`
  }
}

/** What can go wrong between a home and its market. */
export type GatewayError = GatewayUnreachable | GatewayRefused | GatewayMismatch
