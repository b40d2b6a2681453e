import { netMicroEur, netSlot } from '#contracts/index.ts'
import { near, type ValidationCase } from './validation-case.ts'
import type { ValidationSubject } from './validation-subject.ts'

/** Utility 22 ct and 8 ct of fees; neighbours 17 ct and the same fees, which buying from them does not avoid. */
const TARIFF = { retailMilliEurPerMWh: 300_000, feedInMilliEurPerMWh: 50_000, localChargeMilliEurPerMWh: 80_000 }
const NEIGHBOURS_EUR_PER_MWH = 170
const HOUR_WH = 3_147
const HOURS = 24
const MICRO_PER_CT = 10_000

/** The consumer's day by the live netting. */
function consumersDay() {
  const [buyer, seller] = ['0x01', '0x02'] as const
  const sums = { energyWh: 0, costMicroEur: 0, withoutMicroEur: 0 }
  for (let slot = 0; slot < HOURS; slot++) {
    const trade = { id: `${slot}.1`, slot, buyer, seller, priceEurPerMWh: NEIGHBOURS_EUR_PER_MWH, energyWh: HOUR_WH }
    const statements = [
      { account: buyer, slot, importWh: HOUR_WH, exportWh: 0 },
      { account: seller, slot, importWh: 0, exportWh: HOUR_WH },
    ]
    const { bills } = netSlot({ slot, trades: [trade], statements }, { tariff: TARIFF, protocolFeeBp: 0 })
    const bill = bills.find(({ account }) => account === buyer)
    if (bill === undefined) throw new Error('a home has no bill')
    sums.energyWh += bill.importWh
    sums.costMicroEur -= netMicroEur(bill)
    sums.withoutMicroEur -= bill.withoutMarketMicroEur
  }
  return sums
}

/** What a home without a roof saves in a community. */
export function savings(): ValidationSubject {
  const { energyWh, costMicroEur, withoutMicroEur } = consumersDay()
  const saved = withoutMicroEur - costMicroEur
  const ct = (name: string, expected: number, microEur: number): ValidationCase =>
    near({ name, expected, got: microEur / MICRO_PER_CT, tolerance: 1e-4, unit: 'ct' })
  return {
    title: 'Savings',
    about:
      'A young couple of gsy-e (ab358e7e): 3,147 W for 24 hours, a utility of 22 ct with 4 + 4 ct of fees, and neighbours who sell at an all-in price of 25 ct.',
    cases: [
      near({ name: 'energy', expected: 75.528, got: energyWh / 1_000, tolerance: 1e-4, unit: 'kWh' }),
      ct('bill of the utility alone', 2265.84, withoutMicroEur),
      ct('bill in the community', 1888.2, costMicroEur),
      ct('saving', 377.64, saved),
      near({
        name: 'saving of the bill',
        expected: 16.666667,
        got: (100 * saved) / withoutMicroEur,
        tolerance: 1e-4,
        unit: '%',
      }),
    ],
  }
}
