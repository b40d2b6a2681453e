import type { Effect } from 'effect'
import type { OpcuaError } from './opcua-error.ts'

/** A node by the URI of its namespace, whose number differs from server to server, and `s=…`, `i=…`, `g=…` or `b=…`. */
export interface NodeAddress {
  readonly namespaceUri: string
  readonly identifier: string
}

/** What a node said: `absent` is a node that the server does not have; `bad` one that has no good value now. */
export interface NodeValue {
  readonly status: 'good' | 'bad' | 'absent'
  /** null exactly where the status is not good */
  readonly value: number | string | null
  /** Unix ms by the server's clock, where it says so */
  readonly sourceTimeMs: number | null
}

/** The security policies that encrypt and are not withdrawn (OPC UA part 7); all with SignAndEncrypt. */
export const OPCUA_POLICIES = ['Basic256Sha256', 'Aes128_Sha256_RsaOaep', 'Aes256_Sha256_RsaPss'] as const
export type OpcuaPolicy = (typeof OPCUA_POLICIES)[number]

/** Who logs in: a user with a password, or the one whose private key and certificate are in a PEM file of mode 0600. */
export type OpcuaLogin = { readonly user: string; readonly password: string } | { readonly userFile: string }

/**
 * Which server certificate is trusted: SHA-256 of its DER, hexadecimal. While `trusted` gives null, the first that
 * is shown is trusted, and `trust` is told before a password is sent.
 */
export interface CertificateTrust<E> {
  readonly trusted: Effect.Effect<string | null, E>
  readonly trust: (certificate: string) => Effect.Effect<void, E>
}

/** A line to one OPC UA server. Requests of all users queue; one is in flight. */
export interface OpcuaLine<E> {
  /** Connects and logs in if it is not; `read` does so by itself. Gives the server's certificate. */
  readonly connect: Effect.Effect<string, OpcuaError | E>
  /** The values of the nodes, in order, in one request. */
  readonly read: (nodes: readonly NodeAddress[]) => Effect.Effect<readonly NodeValue[], OpcuaError | E>
  /**
   * The same by subscription: the server looks at the nodes every so many ms and sends what has changed. Gives all
   * values with its next publication, which may only say that nothing has changed.
   */
  readonly watch: (
    nodes: readonly NodeAddress[],
    everyMs: number,
  ) => Effect.Effect<readonly NodeValue[], OpcuaError | E>
}
