/**
 * tcp/reset/idle as an agent runs it, in this process. Usage: reset-idle.mjs MILLISECONDS. Prints the nanoseconds that a trial took, and the
 * commonest trace.
 */
import { localContext } from '../dist/runner/agent.js';
import { runTrials } from '../dist/runner/trials.js';
import { scenarios } from '../dist/suites/index.js';
import { NO_PEER } from './context.mjs';

const TRIALS = 1000;
const WARM_UP = 20_000;

const wanted = Number(process.argv[2]);
const { context } = await localContext(NO_PEER, 1000);
const scenario = scenarios.find(({ id }) => id === 'tcp/reset/idle');

// The first second of trials compiles the code; what is compared is the rate of a long run.
await runTrials(context, scenario, { trials: WARM_UP });

let ms = 0;
let trials = 0;
let commonest;
while (ms < wanted) {
  const measured = await runTrials(context, scenario, { trials: TRIALS });
  if (measured.ended !== undefined) throw new Error(measured.ended.reason);
  ms += measured.ms;
  trials += measured.trials;
  [commonest] = measured.traces;
}
console.log(JSON.stringify({ ns: Math.round((ms / trials) * 1e6), trace: commonest.trace.join(' '), count: commonest.count, trials }));
