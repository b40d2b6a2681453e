/** The part of node-opcua's TCP transport that takes what comes in. */
interface Transport {
  readonly _socket: { readonly destroy: () => void } | null
  _on_socket_data: (this: Transport, data: Buffer) => void
}

/**
 * node-opcua 2.186 changes its packet reader while it reads a greeting, and then throws what follows in the same
 * packet and is no message where nobody can catch it: anybody could end the process by it. Here it costs the
 * connection.
 */
export function containTransport(transport: { readonly prototype: object }): void {
  const prototype = transport.prototype as Transport
  const receive = prototype._on_socket_data
  prototype._on_socket_data = function (data) {
    try {
      receive.call(this, data)
    } catch {
      this._socket?.destroy()
    }
  }
}
