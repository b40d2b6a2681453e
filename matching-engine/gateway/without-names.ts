import type { ReceiptParty } from '#protocol/trade-receipt.ts'

/**
 * One side of a trade by a pseudonym: in place of home and device names that stands, and where it does, the signature is
 * left out, which is of other words. Keys and accounts stay: they are pseudonyms themselves.
 */
export function withoutNames(party: ReceiptParty, pseudonym: string): ReceiptParty {
  const { enrolment, statement, reading, session } = party
  return {
    ...party,
    home: pseudonym,
    enrolment: enrolment && renamed(enrolment, { home: pseudonym, deviceId: pseudonym }),
    statement: statement && renamed(statement, { deviceId: pseudonym }),
    reading: reading && { ...reading, reading: renamed(reading.reading, { deviceId: pseudonym }) },
    session: session && renamed(session, { deviceId: pseudonym }),
  }
}

function renamed<E extends { readonly body: object }>(envelope: E, names: Partial<E['body']>): E {
  return { ...envelope, body: { ...envelope.body, ...names }, signature: '0x' }
}
