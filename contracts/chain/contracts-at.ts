import type { Addresses } from './contract-types.ts'

/** The deployed contracts by name, as calls name them. */
export function contractsAt(addresses: Omit<Addresses, 'p256Verifier'>) {
  return {
    eurc: { contract: 'TestEURC', address: addresses.eurc },
    vault: { contract: 'Vault', address: addresses.vault },
    settlement: { contract: 'Settlement', address: addresses.settlement },
    energyCredit: { contract: 'EnergyCredit', address: addresses.energyCredit },
    greenCertificate: { contract: 'GreenCertificate', address: addresses.greenCertificate },
    consentKeys: { contract: 'ConsentKeys', address: addresses.consentKeys },
    deviceRegistry: { contract: 'DeviceRegistry', address: addresses.deviceRegistry },
    tradingKeys: { contract: 'TradingKeys', address: addresses.tradingKeys },
    disputes: { contract: 'Disputes', address: addresses.disputes },
    legProofs: { contract: 'LegProofs', address: addresses.legProofs },
    orderProofs: { contract: 'OrderProofs', address: addresses.orderProofs },
    statementProofs: { contract: 'StatementProofs', address: addresses.statementProofs },
    billProofs: { contract: 'BillProofs', address: addresses.billProofs },
  } as const
}
