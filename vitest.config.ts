import { defineConfig } from 'vitest/config'

/** What runs as a process or as a page is what is built: so it is built first where its sources have changed. */
const prepared = { globalSetup: './tests/line/prepared.ts' }

/** What is waited for may take its time on a crowded machine. */
const patient = { ...prepared, expect: { poll: { timeout: 15_000 } } } as const

/** Where a process or a page does not come to it, its steps are told. */
const told = { ...patient, experimental: { traceTimeline: true } } as const

/**
 * The files that a worker runs load what they test once: for most that took longer than their tests. So none may leave
 * anything behind that another sees, and they run in any order (`--sequence.shuffle.files`).
 */
const together = { isolate: false } as const

/** What is new is collected seldom, and by one thread: helpers that wait for each other on busy cores take an eighth more. */
const execArgv = ['--max-semi-space-size=32', '--no-parallel-scavenge']

/** What is held to a time is measured with no other test beside it. */
const speed = ['page/map-frames', 'page/looks/large-street', 'page/bench-gateway', 'matching-engine/runs-seek'].map(
  (file) => `tests/${file}.test.ts`,
)

const rooms = ['protocol', 'meter-agent', 'matching-engine', 'sim', 'ui', 'platform', 'house']

export default defineConfig({
  test: {
    reporters: ['default', './tests/summary-reporter.ts'],
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...patient,
          name: 'rooms',
          include: rooms.map((room) => `tests/${room}/**/*.test.ts`),
          exclude: speed,
          setupFiles: ['./tests/ui/speak-english.ts'],
          ...together,
          execArgv,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'contracts',
          include: ['tests/contracts/**/*.test.ts'],
          ...together,
          execArgv,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...told,
          name: 'line',
          include: ['tests/line/**/*.test.ts'],
          ...together,
          execArgv,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          ...told,
          name: 'page',
          include: ['tests/page/**/*.test.ts'],
          exclude: speed,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          ...told,
          name: 'page-speed',
          include: speed,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
