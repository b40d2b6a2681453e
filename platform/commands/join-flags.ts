import { Flag } from 'effect/cli'

/** Which neighbourhood a home joins, and where the home lives. */
export const joinFlags = {
  gateway: Flag.String('gateway').pipe(
    Flag.withMetavar('URL'),
    Flag.withDescription('the neighbourhood to join, as `start` prints it: http://127.0.0.1:4800'),
  ),
  home: Flag.String('home').pipe(
    Flag.withMetavar('NAME'),
    Flag.withDescription('what the home is called there: 1 to 32 of a–z, 0–9 and inner hyphens (what DIR knows)'),
    Flag.optional,
  ),
  data: Flag.String('data').pipe(
    Flag.withMetavar('DIR'),
    Flag.withDescription("the home's keys and memory; made if it is not there, and the same home the next time"),
  ),
}
