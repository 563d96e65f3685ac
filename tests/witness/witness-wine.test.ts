import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Model } from '../../language/model.ts';
import { predict } from '../../language/predict.ts';
import { printSteps } from '../../language/steps.ts';
import { modelOf } from '../../platforms/models.ts';
import { startWine } from '../../provisioning/agent.ts';
import { installed, isReady, whyNot } from '../../provisioning/installed.ts';
import { LANES } from '../../provisioning/lanes.ts';
import { fuzzDocumentSchema } from '../../report/fuzz.ts';
import { newestTraces, shippedRuns } from '../../results/recorded.ts';
import { randomSteps } from '../../runner/random-steps.ts';
import { cli } from '../fixtures/index.ts';
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

  test('random sequences have the answers of the model, through koffi and in the witness', ({ skip }) => {
    const found = installed(lane);
    if (!isReady(found)) return skip(whyNot(found));
    const { code, stdout } = cli(['fuzz', '--on', lane.name, '--sequences', '2000', '--seed', '1', '--transport', 'tcp,udp', '--format', 'json']);
    expect(fuzzDocumentSchema.parse(JSON.parse(stdout)).differences).toEqual([]);
    expect(code).toBe(0);
    const { reason } = compiledWitness('x86_64-w64-mingw32-gcc');
    if (reason !== undefined) return skip(reason);
    const model = modelOf(lane.name) as Model;
    const random = fc.sample(randomSteps(['tcp', 'udp']), { seed: 1, numRuns: 2000 }).filter(({ steps }) => !steps.some(({ verb }) => verb === 'blocking'));
    const wine = startWine(lane);
    try {
      const traces = witnessed(random.map(printSteps), { wine, lanes: 200 });
      const wrong = random.flatMap((sequence, i) => {
        const { traces: predicted, uncovered } = predict(model, sequence);
        const trace = traces[i]?.join(' ');
        return uncovered !== undefined || predicted.some((one) => one.trace.join(' ') === trace) ? [] : [`${printSteps(sequence)}: ${trace}`];
      });
      expect(wrong).toEqual([]);
    } finally {
      wine.stop();
    }
  });
});
