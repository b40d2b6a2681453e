import { createRequire } from 'node:module'
import { defineConfig } from 'hardhat/config'

/** The compiler of npm, by its path: nothing is downloaded. */
const path = createRequire(import.meta.url).resolve('solc/soljson.js')

/** What is compiled with counters in it does not lie where the product does. */
const output = process.argv.includes('--coverage') ? './coverage/' : './'

const compiler = (settings: object) => ({ version: '0.8.37', path, settings: { evmVersion: 'osaka', ...settings } })

const plain = compiler({ optimizer: { enabled: true, runs: 200 } })
/** What every batch runs through: worth a compilation that takes many times as long. */
const hot = compiler({ viaIR: true, optimizer: { enabled: true, runs: 10_000 } })

const hotFiles = [
  'contracts/Vault.sol',
  'contracts/Settlement.sol',
  'contracts/ConsentKeys.sol',
  'tests/contracts/solidity/BareLedger.sol',
]

export default defineConfig({
  solidity: {
    // Tests in Solidity do not lie where the product does, and use what is built of it already.
    splitTestsCompilation: true,
    compilers: [plain],
    overrides: Object.fromEntries(hotFiles.map((file) => [file, hot])),
  },
  test: { solidity: { fuzz: { runs: 256 }, invariant: { runs: 32, depth: 64, failOnRevert: true } } },
  paths: {
    sources: './contracts',
    tests: { solidity: './tests/contracts/solidity' },
    artifacts: `${output}artifacts`,
    cache: `${output}cache`,
  },
})
