import { defineConfig } from 'vitest/config'

const rooms = ['protocol', 'meter-agent', 'matching-engine', 'sim', 'ui', 'platform', 'house']

export default defineConfig({
  test: {
    reporters: ['default', './tests/summary-reporter.ts'],
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'rooms',
          include: rooms.map((room) => `tests/${room}/**/*.test.ts`),
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'contracts',
          include: ['tests/contracts/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'line',
          include: ['tests/line/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
