import type { Library, OPCUAClientOptions } from './node-opcua.ts'

type CertificateStore = NonNullable<OPCUAClientOptions['clientCertificateManager']>

/** A certificate store that asks one question: is this the server's? Our own certificate it takes as it is. */
export function certificateCheck(opcua: Library, isTrusted: (der: Buffer) => boolean): CertificateStore {
  const done = () => Promise.resolve()
  const { Good, BadCertificateUntrusted } = opcua.StatusCodes
  return {
    referenceCounter: 0,
    initialize: done,
    dispose: done,
    checkCertificate: async (certificate: Buffer | Buffer[]) => {
      const der = Array.isArray(certificate) ? certificate[0] : certificate
      return der !== undefined && isTrusted(der) ? Good : BadCertificateUntrusted
    },
    verifyCertificate: () => Promise.resolve('Good'),
    getTrustStatus: () => Promise.resolve(Good),
    trustCertificate: done,
    rejectCertificate: done,
    addIssuer: done,
    addRevocationList: done,
  }
}
