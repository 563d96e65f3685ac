import { evidencePhrase } from '../language/evidence.ts';
import { EXPECTED_PLATFORMS, type Expectation, expectationsFor, patternsOf } from '../platforms/expectation.ts';
import { markdownTable } from '../report/markdown-text.ts';
import { scenarios } from '../suites/index.ts';

const INTRODUCTION = `# Scenarios

<!-- Written by \`npm run docs\` from suites/ and platforms/expected/. -->

This page lists every scenario: its steps, and what each platform is expected to return. \`S\` is the subject, the socket under test. \`P\` is its peer.

- Unless a scenario gives something else: TCP over IPv4 loopback; \`S\` was returned by \`accept\` and is non-blocking; \`P\` is blocking; both are in one process.
- **RST**: set SO_LINGER {1, 0} on \`P\`, then close it.
- **FIN**: close \`P\` while it has no unread data.
- **settle**: wait until the effect of the last step of \`P\` has arrived at \`S\`. The calls for this consume nothing.
- \`recv×5\`: five calls of recv with a buffer of 4096 bytes.
- [Tokens and patterns](run-format.md#tokens) are described with the run format.
- A scenario without a Wine row: Wine returns the same as Windows.
- *measured here*: this project measured it. *inferred*: it follows from other behaviour; it is shown, and no run is judged by it.
`;

/** docs/scenarios.md: every scenario, with what each platform is expected to return, the evidence and the sources. */
export function scenariosPage(): string {
  return `${INTRODUCTION}\n${scenarios
    .map(
      ({ id, why, before, recorded }) =>
        `## ${id}\n\n${why}\n\nBefore: ${escapeCell(before)}. Recorded: ${escapeCell(recorded)}.\n\n${markdownTable(
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
