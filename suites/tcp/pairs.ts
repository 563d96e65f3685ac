import { type Pair, type PairState, pairs } from '../../language/pairs.ts';
import { parseSteps } from '../../language/parse-steps.ts';
import { performing } from '../../runner/perform-steps.ts';
import type { Scenario } from '../../runner/scenario.ts';

const WITH: Readonly<Record<PairState, string>> = {
  fresh: '',
  unread: ', with 10 bytes unread',
  'would-block': ', after a recv that had nothing to return',
};

/** The grid: which call takes the error away from which other. There are many, and every process makes them: the steps are parsed only where they are performed. */
export function pairScenarios(abouts: ReadonlyMap<string, string>): Scenario[] {
  return [...pairs().values()].map((pair) => {
    let perform: Scenario['run'] | undefined;
    return {
      id: pair.id,
      about: abouts.get(pair.ending.event) ?? pair.ending.words,
      why: whyOf(pair),
      steps: pair.steps,
      waits: false,
      sharesAgent: true,
      run: (t) => {
        perform ??= performing(parseSteps(pair.steps));
        return perform(t);
      },
    };
  });
}

function whyOf({ ending: { words }, state, first, second }: Pair): string {
  const what = first === second ? `the first ${first} return, and the second` : `${first} return, and ${second} after it`;
  return `${words[0]?.toUpperCase()}${words.slice(1)}${WITH[state]}: what does ${what}?`;
}
