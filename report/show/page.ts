import { evidencePhrase } from '../../language/evidence.ts';
import { isPair } from '../../language/pairs.ts';
import { expanded } from '../../language/trace.ts';
import { EXPECTED_PLATFORMS, type Expectation, expectationsFor, expectedFile, fileOf, patternsOf } from '../../platforms/expectation.ts';
import { shownPath } from '../../platforms/shown-path.ts';
import { newestTraces, type Recorded } from '../../results/recorded.ts';
import { trialsIn } from '../../results/trials.ts';
import type { Scenario } from '../../runner/scenario.ts';
import type { Layout } from '../grid.ts';
import { STYLES } from '../paint.ts';
import { callCountOf } from '../side.ts';
import { hanging } from '../text.ts';
import { traceWords } from '../trace-words.ts';

/** One scenario: its steps, why they matter, what each platform should give and by which sources, and what was recorded last. */
export function scenarioPage(scenario: Scenario, runs: readonly Recorded[], { width, paint }: Layout): string {
  const { id, why, steps } = scenario;
  const lines = [
    paint('bold', id),
    `  ${why}`,
    '',
    `  ${steps}`,
    ...EXPECTED_PLATFORMS.flatMap((platform) => ['', `${paint('bold', `Expected on ${platform}`)} (${filesOf(platform, id)})`, ...platformLines(platform, id)]),
    '',
    paint('bold', 'Recorded'),
    ...recordedLines(id, runs, paint),
  ];
  return `${lines.map((line) => hanging(line, width)).join('\n')}\n`;
}

/** Where it is only the model that says so, that is said. */
function filesOf(platform: (typeof EXPECTED_PLATFORMS)[number], id: string): string {
  const [expectation] = expectationsFor(platform, id);
  if (expectation === undefined) return expectedFile(id);
  return expectation.model === undefined ? fileOf(expectation) : `by the model alone: ${expectation.model}`;
}

function platformLines(platform: (typeof EXPECTED_PLATFORMS)[number], id: string): string[] {
  const expectations = expectationsFor(platform, id);
  if (expectations.length === 0 && isPair(id)) return ['  its model does not say'];
  if (expectations.length === 0) return [platform === 'wine' ? '  the same as on windows' : '  no expectation'];
  const covers = expectations.some(({ when }) => when === undefined);
  return [
    ...expectations.flatMap((expectation) => expectationLines(id, expectation)),
    ...(platform === 'wine' && !covers && !isPair(id) ? ['  other versions: the same as on windows'] : []),
  ];
}

function expectationLines(id: string, { when, evidence, sources, note, deviates, model, ...expectation }: Expectation): string[] {
  const condition = Object.entries(when ?? {}).map(([what, range]) => `${what} ${range}`);
  const words = patternsOf(expectation).map((pattern) => traceWords(expanded(pattern, callCountOf(id))));
  return [
    `  ${condition.length > 0 ? `${condition.join(', ')}: ` : ''}${words.join(' or ') || 'not known: recorded, not judged'}`,
    ...(words.length === 0 ? [] : [`    ${evidencePhrase(evidence)}${model === undefined ? '' : ', by the weakest rule that was used'}`]),
    ...(deviates === undefined ? [] : [`    why it differs from windows: ${deviates}`]),
    ...(note === undefined ? [] : [`    ${note}`]),
    ...sources.map((source) => `    source: ${source}`),
  ];
}

function recordedLines(id: string, runs: readonly Recorded[], paint: Layout['paint']): string[] {
  const newest = newestTraces(runs, id);
  if (newest.length === 0) return [`  not in any run that comes with sockatlas; to run it: sockatlas run ${id.includes('?') ? `"${id}"` : id}`];
  return newest.flatMap(({ recorded, scenario: line }) => {
    const { platform, peer, started } = recorded.run.header;
    // Why it is a known deviation stands above, with the expectation.
    const reason = line.reason === undefined || line.verdict === 'known-deviation' ? '' : `: ${line.reason}`;
    const peers = peer === undefined ? '' : ` with peers on ${peer.name}`;
    return [
      `  ${platform.name}${peers}, ${started.slice(0, 10)}, ${shownPath(recorded.file)}: ${paint(STYLES[line.verdict], line.verdict)}${reason}`,
      ...line.traces.map(({ trace, count }) => `    ${count} of ${trialsIn(line)} trials: ${traceWords(trace)}`),
    ];
  });
}
