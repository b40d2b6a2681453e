/** The part of node-opcua's TCP transport that takes what comes in. */
interface Transport {
  readonly _socket: { readonly destroy: () => void } | null
  _on_socket_data: (this: Transport, data: Buffer) => void
  setLimits: (this: Transport, limits: { receiveBufferSize: number; sendBufferSize: number }) => void
}

/** What the library itself asks for, in bytes. */
const BUFFER_SIZE_MAX = 10 * 64 * 1024

/**
 * node-opcua 2.186 changes its packet reader while it reads the answer to its greeting, and then throws what follows in the same
 * packet and is no message where nobody can catch it: a device could end the process by it. Here it costs the
 * connection. And it takes buffers of whatever size a device acknowledges, up to 4 GiB: here of no more than asked for.
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
  const setLimits = prototype.setLimits
  prototype.setLimits = function (limits) {
    limits.receiveBufferSize = Math.min(limits.receiveBufferSize, BUFFER_SIZE_MAX)
    limits.sendBufferSize = Math.min(limits.sendBufferSize, BUFFER_SIZE_MAX)
    setLimits.call(this, limits)
  }
}
