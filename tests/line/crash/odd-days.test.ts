import { daysOfKills, describeDaysOfKills } from './day-of-kills.ts'

describeDaysOfKills(daysOfKills('odd'))
