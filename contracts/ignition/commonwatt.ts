import { buildModule } from '@nomicfoundation/ignition-core'

/**
 * All contracts of a test deployment. Parameters: `operator` (address), who is the guardian, too;
 * `disputeWindowSeconds` (number); `registryTerms` (types/RegistryTerms.sol).
 * The Vault is made by the Settlement's constructor, which links the two for ever.
 */
export const commonwatt = buildModule('Commonwatt', (m) => {
  const eurc = m.contract('TestEURC')
  const operator = m.getParameter('operator')
  const settlement = m.contract('Settlement', [eurc, m.getParameter('disputeWindowSeconds'), operator])
  const vault = m.contractAt('Vault', m.staticCall(settlement, 'vault'))
  const consentKeys = m.contract('ConsentKeys', [settlement, vault])
  const deviceRegistry = m.contract('DeviceRegistry', [
    eurc,
    settlement, // stands in the domain of all that is signed
    operator,
    m.getParameter('registryTerms'),
  ])
  const tradingKeys = m.contract('TradingKeys', [deviceRegistry])
  const disputes = m.contract('Disputes', [settlement, deviceRegistry, vault, eurc])
  const legProofs = m.contract('LegProofs', [disputes])
  const orderProofs = m.contract('OrderProofs', [disputes, deviceRegistry, tradingKeys])
  const statementProofs = m.contract('StatementProofs', [disputes, deviceRegistry])
  const billProofs = m.contract('BillProofs', [disputes, vault])
  const courts = [legProofs, orderProofs, statementProofs, billProofs]
  m.call(disputes, 'link', [courts], { id: 'link_courts' })
  m.call(settlement, 'link', [disputes, consentKeys], { id: 'link_disputes' })
  const energyCredit = m.contract('EnergyCredit', [settlement, deviceRegistry])
  const greenCertificate = m.contract('GreenCertificate', [energyCredit])
  return {
    ...{ eurc, vault, settlement, consentKeys, deviceRegistry, tradingKeys, energyCredit, greenCertificate },
    ...{ disputes, legProofs, orderProofs, statementProofs, billProofs },
  }
})
