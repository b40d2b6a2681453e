import { createRequire } from 'node:module'
import { defineConfig } from 'hardhat/config'

/** The compiler of npm, by its path: nothing is downloaded. */
const path = createRequire(import.meta.url).resolve('solc/soljson.js')

export default defineConfig({
  solidity: {
    version: '0.8.37',
    path,
    settings: { evmVersion: 'osaka', optimizer: { enabled: true, runs: 200 } },
  },
  paths: { sources: './contracts' },
})
