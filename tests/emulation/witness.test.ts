import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Model } from '../../language/model.ts';
import { predict } from '../../language/predict.ts';
import { printSteps, type Sequence } from '../../language/steps.ts';
import { codes } from '../../platforms/codes.ts';
import { modelOf } from '../../platforms/models.ts';
import { randomSteps } from '../../runner/random-steps.ts';
import { cliProgram } from '../fixtures/index.ts';
import { compiledWitness } from '../witness/witness.ts';

/** A program in C that performs sequences of steps, under `emulate`: both ends of its connections get the platform's answers, and its traces are what the model predicts. */

const { program, reason } = process.platform === 'linux' ? compiledWitness() : { program: undefined, reason: 'needs Linux' };
/** After one of these, of S, an end is known. */
const LOOKS = new Set(['so_error', 'readable']);
const SEQUENCES = Number(process.env.SEQUENCES ?? 2000);

const COVERED = new Set(['recv', 'send', 'so_error', 'shutdown', 'readable', 'getpeername', 'getsockname', 'poll', 'select', 'reset', 'close']);

function shutsBothWays(steps: Sequence['steps']): boolean {
  const directions = steps.flatMap((step) => (step.actor === 'S' && step.verb === 'shutdown' ? [step.direction] : []));
  return directions.includes('both') || (directions.includes('read') && directions.includes('write'));
}

/**
 * S has its calls answered as they are made. What P's platform does as data arrive at it, and not when P next calls, cannot be had so; nor what has come to an end
 * that is shut both ways, whose kernel then resets the connection itself, nor the name of a peer that is gone before the first call.
 */
function isCovered({ steps }: Sequence): boolean {
  const asks = (one: string) => steps.some(({ actor, verb }) => actor === 'S' && verb === one);
  if (shutsBothWays(steps) && (asks('readable') || asks('getpeername') || asks('poll'))) return false;
  if (asks('getpeername') && !LOOKS.has(steps[0]?.verb as string)) return false;
  return steps.every(
    ({ actor, verb, ...step }) =>
      COVERED.has(verb) && !(actor === 'S' && verb === 'close') && !(actor === 'P' && verb === 'shutdown' && 'direction' in step && step.direction !== 'write'),
  );
}

describe.each(['none', 'linux', 'windows', 'wine-8.0', 'wine-10.0'])('the witness under emulate %s', (platform) => {
  test('gives what the model predicts', ({ skip }) => {
    if (program === undefined) return skip(reason);
    const model = modelOf(platform === 'none' ? 'linux' : platform) as Model;
    const inLinuxWords = (token: string) => token.replace(/[A-Z]\w+/, (code) => codes.counterpart('linux', code)?.name ?? code);
    const sequences = fc
      .sample(randomSteps(['tcp', 'tcp6']), { seed: 1, numRuns: 12 * SEQUENCES })
      .filter((sequence) => isCovered(sequence) && predict(model, sequence).uncovered === undefined)
      .slice(0, SEQUENCES);
    expect(sequences).toHaveLength(SEQUENCES);
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [cliProgram, 'emulate', platform, '--readiness', 'wsapoll', '--', program, '--lanes', '20'],
      {
        input: sequences.map((sequence) => `${printSteps(sequence)}\n`).join(''),
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    expect({ status, stderr: platform === 'none' ? stderr : '' }).toEqual({ status: 0, stderr: '' });
    const traces = stdout.trimEnd().split('\n');
    const wrong = sequences.flatMap((sequence, i) => {
      const predicted = predict(model, sequence).traces.map(({ trace }) => trace.map(inLinuxWords).join(' '));
      return predicted.includes(traces[i] as string) ? [] : [`${printSteps(sequence)}: ${traces[i]}, not ${predicted.join(' or ')}`];
    });
    expect(wrong.slice(0, 10)).toEqual([]);
  });
});
