import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const EMULATION = 'tests/emulation/**/*.test.ts';
const ACTION = 'tests/action/**/*.test.ts';
const SITE = 'tests/site/**/*.test.ts';
const WINE = ['tests/cli/wine.test.ts', 'tests/provisioning/wine-agent.test.ts', 'tests/witness/witness-wine.test.ts'];

/** Under Wine nothing tells that a reset has arrived: there settling takes time, and little else. So these begin first, and the others run beside them. */
class WineFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isWine = ({ project }: TestSpecification) => project.name === 'wine';
    return [...sorted.filter(isWine), ...sorted.filter((file) => !isWine(file))];
  }
}

export default defineConfig({
  test: {
    // Agents are real processes, and run as what is published: emitted JavaScript.
    globalSetup: ['tests/setup/build.ts'],
    setupFiles: ['tests/setup/runs.ts', 'tests/setup/programs.ts'],
    // Only what hangs: on two cores that are busy besides, a slow test takes ten times its time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Most of a test's time is a child process starting: on two cores, two files at once, and one that waits.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: WineFirst },
    projects: [
      { extends: true, test: { name: 'unit', include: ['tests/**/*.test.ts'], exclude: [ACTION, EMULATION, SITE, ...WINE] } },
      { extends: true, test: { name: 'conformance', include: ['suites/**/*.test.ts'] } },
      { extends: true, test: { name: 'wine', include: WINE } },
      // `npm run test:emulation`: hundreds of programs under a supervisor, as many minutes again as all the others.
      { extends: true, test: { name: 'emulation', include: [EMULATION] } },
      // `npm run test:action`: each test is a step of a workflow, which is several commands.
      { extends: true, test: { name: 'action', include: [ACTION] } },
      // `npm run test:site`: in a real Chromium, which a machine need not have.
      { extends: true, test: { name: 'site', include: [SITE] } },
    ],
  },
});
