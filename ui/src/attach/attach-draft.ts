import type { AttachDevice, AttachProfile, ProbeAnswer } from '#protocol/attach.ts'
import type { MeterSign } from '#protocol/meter-sign.ts'

/** What the steps have found out so far. */
export interface AttachDraft {
  profile: AttachProfile | null
  address: string
  unit: number | null
  user: string
  passwordFile: string
  /** how it is read */
  sign: MeterSign
  /** whether somebody has said that what it says so is right */
  isRight: boolean
  probed: ProbeAnswer | null
}

export const newDraft = (): AttachDraft => ({
  profile: null,
  address: '',
  unit: null,
  user: '',
  passwordFile: '',
  sign: 'as-is',
  isRight: false,
  probed: null,
})

/** The device that a draft names, as the street takes it. Throws before a profile is chosen. */
export function deviceOfDraft({ profile, address, unit, user, passwordFile, sign }: AttachDraft): AttachDevice {
  if (profile === null) throw new Error('no profile is chosen yet')
  const hasLogin = hasLoginOf(profile)
  return {
    profile: profile.name,
    address: address.trim(),
    ...(profile.speaks !== 'modbus' || unit === null ? {} : { unit }),
    ...(hasLogin && user !== '' ? { user } : {}),
    ...(hasLogin && passwordFile !== '' ? { passwordFile } : {}),
    ...(sign === 'as-is' ? {} : { sign }),
  }
}

/** Whether devices of a profile may want to know who reads them. */
export const hasLoginOf = ({ speaks }: AttachProfile): boolean => speaks === 'opcua' || speaks === 'mqtt'
