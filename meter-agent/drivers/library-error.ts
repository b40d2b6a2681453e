import { causeWords } from '../cause-words.ts'
import { OpcuaClosed, type OpcuaError, OpcuaRefused } from './opcua-error.ts'

/** What the library threw. */
export class LibraryError {
  readonly message: string
  constructor(cause: unknown) {
    this.message = causeWords(cause)
      .replaceAll(/\s*\n\s*/g, ' ')
      .trim()
  }
}

/** What a library's error means: it names status codes within its messages only. */
export function refusalOf(url: string, error: LibraryError): OpcuaError {
  const detail = error.message
  if (/cannot find (?:an )?endpoint/i.test(detail)) {
    return new OpcuaRefused({ url, code: 'BadSecurityPolicyRejected', detail: 'it does not offer this encryption' })
  }
  if (/user token policy|token policy in end ?point/i.test(detail)) {
    return new OpcuaRefused({ url, code: 'BadIdentityTokenRejected', detail: 'it takes no such login' })
  }
  const code = /Bad(?:User|Identity|Security|Certificate|Session|TooMany)[A-Za-z]*/.exec(detail)?.[0]
  return code === undefined ? new OpcuaClosed({ url, detail }) : new OpcuaRefused({ url, code, detail })
}
