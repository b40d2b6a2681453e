import { Data } from 'effect'

/** Which server did not answer as it should. */
interface Where {
  /** `opc.tcp://host:port…` */
  readonly url: string
}

/** No answer within the time-out. */
export class OpcuaTimeout extends Data.TaggedError('OpcuaTimeout')<
  Where & { readonly request: string; readonly timeoutMs: number }
> {
  override get message(): string {
    return `${this.url} did not answer within ${this.timeoutMs} ms (${this.request})`
  }
}

/** The connection could not be made, or was lost. */
export class OpcuaClosed extends Data.TaggedError('OpcuaClosed')<Where & { readonly detail: string }> {
  override get message(): string {
    return `no connection to ${this.url}: ${this.detail}`
  }
}

/** The server refused the login or the encryption. `code` is the name of an OPC UA status code. */
export class OpcuaRefused extends Data.TaggedError('OpcuaRefused')<
  Where & { readonly code: string; readonly detail: string }
> {
  override get message(): string {
    return `${this.url} refused: ${this.code}: ${this.detail}`
  }
}

/** Another certificate than the trusted one: another server answers, or this one was set up anew. */
export class OpcuaCertificateChanged extends Data.TaggedError('OpcuaCertificateChanged')<
  Where & { readonly trusted: string; readonly presented: string }
> {
  override get message(): string {
    return `${this.url} shows the certificate ${this.presented}, but ${this.trusted} is the trusted one: nothing was sent to it`
  }
}

/** The file with the client's own key and certificate cannot be used. The message never holds the key. */
export class OpcuaIdentityFailure extends Data.TaggedError('OpcuaIdentityFailure')<{
  readonly file: string
  readonly detail: string
}> {
  override get message(): string {
    return `OPC UA client key ${this.file}: ${this.detail}`
  }
}

/** Everything that can go wrong between an agent and an OPC UA server. */
export type OpcuaError = OpcuaTimeout | OpcuaClosed | OpcuaRefused | OpcuaCertificateChanged | OpcuaIdentityFailure
