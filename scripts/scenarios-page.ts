import { evidencePhrase } from '../language/evidence.ts';
import { EXPECTED_PLATFORMS, type Expectation, expectationsFor, patternsOf } from '../platforms/expectation.ts';
import { markdownTable } from '../report/markdown-text.ts';
import { stories } from '../suites/index.ts';

const INTRODUCTION = `# Scenarios

<!-- Written by \`npm run docs\` from suites/ and platforms/expected/. -->

This page lists the scenarios that tell a story each: the steps, and what each platform is expected to return. Beside them there is the grid, pairs of calls after every way that a
connection ends (\`sockatlas list tcp/reset/pair\`): [which call takes the error](which-call-takes-the-error.md) shows it as matrices. \`S\` is the subject, the socket under test. \`P\` is its peer.

- The steps are described in [steps.md](steps.md). Those of a scenario that is a function may have other verbs: calls that only Winsock or OpenSSL has.
- [Tokens and patterns](run-format.md#tokens) are described with the run format.
- A scenario without a Wine row: Wine returns the same as Windows.
- *measured here*: this project measured it. *inferred*: it follows from other behaviour; it is shown, and no run is judged by it.
`;

/** docs/scenarios.md: every story, with what each platform is expected to return, the evidence and the sources. */
export function scenariosPage(): string {
  return `${INTRODUCTION}\n${stories
    .map(
      ({ id, why, steps }) =>
        `## ${id}\n\n${why}\n\n    ${steps}\n\n${markdownTable(
          ['platform', 'trace', 'evidence', 'notes and sources'],
          EXPECTED_PLATFORMS.flatMap((platform) => expectationsFor(platform, id).map((expectation) => cells(platform, expectation))),
        ).join('\n')}\n`,
    )
    .join('\n')}`;
}

function cells(platform: string, expectation: Expectation): string[] {
  const { when = {}, evidence, sources, note, deviates } = expectation;
  const versions = Object.entries(when).map(([what, range]) => `${what} ${range}`);
  const patterns = patternsOf(expectation).map((pattern) => `\`${pattern.join(' ').replaceAll('|', '\\|')}\``);
  const words = [deviates, note, ...sources].filter((text) => text !== undefined).map(escapeCell);
  return [escapeCell([platform, ...versions].join(', ')), patterns.join(' or ') || 'not known', evidencePhrase(evidence), words.join('<br>')];
}

function escapeCell(text: string): string {
  return text.replace(/[|<>*_]/g, (character) => `\\${character}`);
}
