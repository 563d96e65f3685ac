import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Agents are real processes, and run as what is published: emitted JavaScript.
    globalSetup: ['tests/setup/build.ts'],
    testTimeout: 30_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['tests/**/*.test.ts'], setupFiles: ['tests/setup/runs.ts'] } },
      { extends: true, test: { name: 'conformance', include: ['suites/**/*.test.ts'] } },
    ],
  },
});
