import type { Addresses } from './contract-types.ts'

/** The deployed contracts by name, as calls name them. */
export function contractsAt(addresses: Omit<Addresses, 'p256Verifier'>) {
  const { sinceBlock = 0 } = addresses
  return {
    eurc: { contract: 'TestEURC', address: addresses.eurc, sinceBlock },
    vault: { contract: 'Vault', address: addresses.vault, sinceBlock },
    settlement: { contract: 'Settlement', address: addresses.settlement, sinceBlock },
    energyCredit: { contract: 'EnergyCredit', address: addresses.energyCredit, sinceBlock },
    greenCertificate: { contract: 'GreenCertificate', address: addresses.greenCertificate, sinceBlock },
    consentKeys: { contract: 'ConsentKeys', address: addresses.consentKeys, sinceBlock },
    deviceRegistry: { contract: 'DeviceRegistry', address: addresses.deviceRegistry, sinceBlock },
    tradingKeys: { contract: 'TradingKeys', address: addresses.tradingKeys, sinceBlock },
    disputes: { contract: 'Disputes', address: addresses.disputes, sinceBlock },
    legProofs: { contract: 'LegProofs', address: addresses.legProofs, sinceBlock },
    orderProofs: { contract: 'OrderProofs', address: addresses.orderProofs, sinceBlock },
    statementProofs: { contract: 'StatementProofs', address: addresses.statementProofs, sinceBlock },
    billProofs: { contract: 'BillProofs', address: addresses.billProofs, sinceBlock },
  } as const
}
