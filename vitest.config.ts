import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const WINE = ['tests/cli/wine.test.ts', 'tests/provisioning/wine-agent.test.ts', 'tests/witness/witness-wine.test.ts'];

export default defineConfig({
  test: {
    // Agents are real processes, and run as what is published: emitted JavaScript.
    globalSetup: ['tests/setup/build.ts'],
    setupFiles: ['tests/setup/runs.ts', 'tests/setup/programs.ts'],
    // Only what hangs: on two cores that are busy besides, a slow test takes ten times its time.
    testTimeout: 120_000,
    // Most of a test's time is a child process starting: on two cores, two files at once, and one that waits. Under Wine nothing tells that a reset has arrived:
    // there settling takes time, and little else.
    maxWorkers: availableParallelism() + 1,
    projects: [
      { extends: true, test: { name: 'unit', include: ['tests/**/*.test.ts'], exclude: WINE } },
      { extends: true, test: { name: 'conformance', include: ['suites/**/*.test.ts'] } },
      { extends: true, test: { name: 'wine', include: WINE } },
    ],
  },
});
