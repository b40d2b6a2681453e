import { Effect } from 'effect'
import { Argument, Command, Flag } from 'effect/cli'
import { faultOf, settings } from '../settings/settings.ts'

const flags = {
  data: Flag.String('data').pipe(
    Flag.withMetavar('DIR'),
    Flag.withDescription("the data folder of 'start', also of one that is running"),
  ),
  rpc: Flag.String('rpc').pipe(
    Flag.withMetavar('URL'),
    Flag.withDescription("JSON-RPC of the chain (the running node's, or its journal in the folder)"),
    Flag.filter(
      (url) => faultOf(settings.rpc, url) === null,
      (url) => `an address: this ${faultOf(settings.rpc, url)}`,
    ),
    Flag.optional,
  ),
  confirmations: Flag.Int('confirmations').pipe(
    Flag.withMetavar('BLOCKS'),
    Flag.withDescription('how many blocks before its last the chain is looked at (5, or 0 of a local chain)'),
    Flag.filter(
      (blocks) => faultOf(settings.confirmations, blocks) === null,
      (blocks) => `a number of blocks: this ${faultOf(settings.confirmations, blocks)}`,
    ),
    Flag.optional,
  ),
  json: Flag.Boolean('json').pipe(Flag.withDefault(false), Flag.withDescription('one JSON document')),
}

const receipt = Command.make(
  'receipt',
  { trade: Argument.String('trade').pipe(Argument.withDescription('its id, SLOT.NUMBER')), ...flags },
  (given) =>
    Effect.flatMap(
      Effect.promise(() => import('../verify/run-verify.ts')),
      ({ runReceipt }) => runReceipt(given),
    ),
).pipe(Command.withDescription('Proves one trade from the registers of its meters to its transaction on chain.'))

const archive = Flag.String('archive').pipe(
  Flag.withMetavar('KEY'),
  Flag.withDescription("file of a home's account key, or the archives' own: opens in the archives what is for it"),
  Flag.optional,
)

const audit = Command.make('audit', { ...flags, archive }, (given) =>
  Effect.flatMap(
    Effect.promise(() => import('../verify/run-verify.ts')),
    ({ runAudit }) => runAudit(given),
  ),
).pipe(
  Command.withDescription(
    'Rebuilds every balance, position and credit from log, archive and chain, trusting no server.',
  ),
)

export const verify = Command.make('verify').pipe(
  Command.withDescription('Recomputes what a street has recorded. Exit 1 names the first thing that does not hold.'),
  Command.withSubcommands([receipt, audit]),
)
