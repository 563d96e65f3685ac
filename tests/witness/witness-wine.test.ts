import { describe, expect, test } from 'vitest';
import { startWine } from '../../provisioning/agent.ts';
import { installed, isReady, whyNot } from '../../provisioning/installed.ts';
import { LANES } from '../../provisioning/lanes.ts';
import { newestTraces, shippedRuns } from '../../results/recorded.ts';
import { ownWineCache } from '../fixtures/wine.ts';
import { SCENARIOS } from './sequences.ts';
import { compiledWitness, witnessed } from './witness.ts';

ownWineCache();

const runs = shippedRuns();

describe.each(LANES)('$name', (lane) => {
  test('the witness for Windows gives what the recorded run has', ({ skip }) => {
    const found = installed(lane);
    if (!isReady(found)) return skip(whyNot(found));
    const { reason } = compiledWitness('x86_64-w64-mingw32-gcc');
    if (reason !== undefined) return skip(reason);
    const wine = startWine(lane);
    try {
      const traces = witnessed(Object.values(SCENARIOS), { wine, lanes: 50, timeout: 500 });
      for (const [i, id] of Object.keys(SCENARIOS).entries()) {
        const recorded = newestTraces(runs, id).find(({ recorded: { run } }) => run.header.platform.name === lane.name)?.scenario;
        expect(
          recorded?.traces.map(({ trace }) => trace),
          id,
        ).toContainEqual(traces[i]);
      }
    } finally {
      wine.stop();
    }
  });
});
