import { buildModule } from '@nomicfoundation/ignition-core'

/**
 * All contracts of a test deployment. Parameters: `operator` (address), `disputeWindowSeconds` (number).
 * The Vault is made by the Settlement's constructor, which links the two for ever.
 */
export const commonwatt = buildModule('Commonwatt', (m) => {
  const eurc = m.contract('TestEURC')
  const settlement = m.contract('Settlement', [
    m.getParameter('operator'),
    m.getParameter('disputeWindowSeconds'),
    eurc,
  ])
  const vault = m.contractAt('Vault', m.staticCall(settlement, 'vault'))
  const energyCredit = m.contract('EnergyCredit', [settlement])
  return { eurc, vault, settlement, energyCredit }
})
