import { type CodePlatform, codeSystem } from '../../language/code.ts';
import { namesIn, parseToken } from '../../language/token.ts';
import { bareToken } from '../../language/trace.ts';
import { EXPECTED_PLATFORMS, expectationsFor, patternsOf } from '../../platforms/expectation.ts';
import { shownPath } from '../../platforms/shown-path.ts';
import type { Recorded } from '../../results/recorded.ts';
import type { ScenarioLine } from '../../results/schema.ts';
import { scenarios } from '../../suites/index.ts';

/** Where a code is expected, or was recorded: one platform, and the scenarios, in the order of the suite. */
export interface SeenOn {
  readonly platform: string;
  readonly kind: 'expected' | 'recorded';
  /** The run's file; absent where it is expected. */
  readonly file?: string | undefined;
  readonly scenarios: readonly string[];
}

/** Expectations first, then runs. Wine gives Windows' codes. */
export function whereSeen(platform: CodePlatform, name: string, runs: readonly Recorded[]): SeenOn[] {
  const speaks = (id: CodePlatform) => codeSystem(id) === platform;
  const expected = EXPECTED_PLATFORMS.filter(speaks).map(
    (id): SeenOn => ({
      platform: id,
      kind: 'expected',
      scenarios: scenarios.filter((scenario) => isExpected(id, scenario.id, name)).map((scenario) => scenario.id),
    }),
  );
  const recorded = runs
    .filter(({ run }) => speaks(run.header.platform.id))
    .map(
      ({ run, file }): SeenOn => ({
        platform: run.header.platform.name,
        kind: 'recorded',
        file: shownPath(file),
        scenarios: run.scenarios.filter((line) => isRecorded(line, name)).map(({ id }) => id),
      }),
    );
  return [...expected, ...recorded].filter((seen) => seen.scenarios.length > 0);
}

function isExpected(platform: string, id: string, name: string): boolean {
  return expectationsFor(platform, id).some(
    (expectation) => expectation.id === id && patternsOf(expectation).some((pattern) => pattern.some((token) => holds(token, name))),
  );
}

function isRecorded({ traces }: ScenarioLine, name: string): boolean {
  return traces.some(({ observations }) => observations.some((observation) => observation.name === name || holds(observation.token, name)));
}

/** `WSAECONNRESET…`, `so_error:WSAECONNRESET`, `events:CLOSE=WSAECONNABORTED`. */
function holds(token: string, name: string): boolean {
  const parsed = parseToken(bareToken(token));
  return parsed !== undefined && namesIn(parsed).includes(name);
}
