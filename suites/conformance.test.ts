import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Command } from '../platforms/command.ts';
import { packageRoot } from '../platforms/package-root.ts';
import { describeDeviation } from '../report/deviation.ts';
import { scenarioOf } from '../results/lines.ts';
import { AgentHandle } from '../runner/agent-handle.ts';
import { scenarios, stories } from './index.ts';

/** Every story once on this platform, as a test named by its id, against the platform's expectation; the pairs of calls all at once. */
const command: Command = { command: process.execPath, args: [join(packageRoot, 'dist', 'cli', 'agent.js'), 'agent'], stderr: 'pipe' };
const TIMEOUT_MS = 5000;

let agent: AgentHandle;
beforeAll(async () => {
  agent = await AgentHandle.start(command);
});
afterAll(() => agent.stop());

describe.sequential('on this platform', () => {
  test.for(stories.map(({ id }) => [id] as const))('%s', { timeout: 4 * TIMEOUT_MS }, async ([id], { skip }) => {
    if (!agent.usable) agent = await AgentHandle.start(command);
    const measured = await agent.run({ id, trials: 1, timeout: TIMEOUT_MS }, () => {});
    if (measured.unmeasured !== undefined) throw new Error(`${id}: no result: this machine refused what each trial needs: ${measured.unmeasured}`);
    const line = scenarioOf(agent.platform, measured);
    switch (line.verdict) {
      case 'unsupported':
        return skip(`unsupported: ${line.reason}`);
      case 'unjudged':
        return skip(line.expected === undefined ? 'needs an expectation' : `needs an expectation: it is only ${line.expected.evidence}`);
      case 'deviation': {
        const actual = line.traces[0]?.trace.join(' ');
        const expected = line.expected?.patterns.map((pattern) => pattern.join(' ')).join('  or  ');
        throw new Error(`${describeDeviation(line)}\n  actual    ${actual}\n  expected  ${expected}`);
      }
      case 'blocked':
      case 'crashed':
      case 'unstable':
        throw new Error(`${id}: ${line.verdict}: ${line.reason}`);
      default:
        return;
    }
  });

  test('pairs of calls', { timeout: 60 * TIMEOUT_MS }, async () => {
    if (!agent.usable) agent = await AgentHandle.start(command);
    const ids = scenarios.slice(stories.length).map(({ id }) => id);
    const wrong: string[] = [];
    const left = await agent.runBatch({ ids, trials: 2, timeout: TIMEOUT_MS }, (measured) => {
      const line = scenarioOf(agent.platform, measured);
      if (line.verdict === 'deviation') wrong.push(describeDeviation(line));
      else if (line.verdict === 'unstable') wrong.push(`${line.id}: trials differ: ${line.traces.map(({ trace }) => trace.join(' ')).join(' / ')}`);
    });
    expect(left).toEqual([]);
    expect(wrong).toEqual([]);
  });
});
