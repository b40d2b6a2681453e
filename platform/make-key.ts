import { Console, Effect } from 'effect'
import { generateKey } from '#meter-agent/index.ts'
import type { Algorithm } from '#protocol/envelope.ts'
import { asInput } from './joining.ts'
import { keyUriOf } from './key-uri.ts'

/** What `commonwatt meter keygen` was told. */
interface MakeKeyFlags {
  readonly algorithm: Algorithm
  readonly out: string
  readonly json: boolean
}

/** Makes a key in a new file and prints its public half. BadInput where it cannot be made there. */
export const makeKey = Effect.fnUntraced(function* ({ algorithm, out, json }: MakeKeyFlags) {
  const uri = yield* keyUriOf('--out', out)
  const { signer } = yield* asInput(generateKey(uri, algorithm))
  const named = algorithm === 'secp256k1' ? 'address' : 'public key'
  yield* Console.log(json ? JSON.stringify({ uri, algorithm, signer }) : `${uri}: ${algorithm}, ${named} ${signer}`)
})
