import { evidencePhrase } from '../platforms/evidence.ts';
import { EXPECTED_PLATFORMS, type Expectation, expectationsFor, expectedFile, patternsOf } from '../platforms/expectation.ts';
import { traceWords } from '../report/trace-words.ts';
import { newestTraces } from '../results/recorded.ts';
import { scenarios } from '../suites/index.ts';
import { EXIT, UsageError } from './errors.ts';
import { print } from './output.ts';
import { evidenceRuns, type LocalOption } from './runs.ts';
import { nearest } from './select.ts';

/** `sockatlas show <id>`: the steps, why they matter, what each platform should give and by which sources, and what was recorded last. */
export async function show(id: string, options: LocalOption = {}): Promise<number> {
  const ids = scenarios.map((scenario) => scenario.id);
  const scenario = scenarios.find((candidate) => candidate.id === id);
  if (scenario === undefined) throw new UsageError(`no scenario is named ${JSON.stringify(id)}; the nearest: ${nearest(ids, id).join(', ')}`);

  const lines = [id, '', `  ${scenario.why}`, '', `  before    ${scenario.before}`, `  recorded  ${scenario.recorded}`];
  for (const platform of EXPECTED_PLATFORMS) {
    lines.push('', `expected on ${platform} (${expectedFile(platform)})`);
    const expectations = expectationsFor(platform, id);
    if (expectations.length === 0) lines.push(platform === 'wine' ? '  as on windows' : '  nothing known');
    for (const expectation of expectations) lines.push(...expectationLines(expectation));
  }
  lines.push('', 'recorded');
  const newest = newestTraces(evidenceRuns(options), id);
  if (newest.length === 0) lines.push(`  nowhere yet: sockatlas run ${id}`);
  for (const { recorded, scenario: line } of newest) {
    const { platform, peer, started } = recorded.run.header;
    lines.push(
      `  ${platform.name}${peer === undefined ? '' : ` with peers on ${peer.name}`}, ${started} (${recorded.file}): ${line.verdict}${line.reason === undefined ? '' : `: ${line.reason}`}`,
    );
    line.traces.forEach(({ trace, count }) => {
      lines.push(`    ${count}× ${traceWords(trace)}`);
    });
  }
  await print(`${lines.join('\n')}\n`);
  return EXIT.conforms;
}

function expectationLines(expectation: Expectation): string[] {
  const { when, evidence, sources, note, deviates } = expectation;
  const condition = Object.entries(when ?? {}).map(([what, range]) => `${what} ${range}`);
  const patterns = patternsOf(expectation).map((pattern) => pattern.join(' '));
  return [
    `  ${condition.length > 0 ? `${condition.join(', ')}: ` : ''}${patterns.join('  or  ') || 'not known: recorded, not judged'}`,
    `    ${evidencePhrase(evidence)}`,
    ...(deviates === undefined ? [] : [`    deviates from windows: ${deviates}`]),
    ...(note === undefined ? [] : [`    ${note}`]),
    ...sources.map((source) => `    source: ${source}`),
  ];
}
