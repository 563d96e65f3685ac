import { asPattern } from '../platforms/trace.ts';
import { cellText, compare } from './compare.ts';
import { describeHeader, findingLines } from './pretty.ts';
import { classPatterns, type View } from './view.ts';

/** A run for a page or a step summary. */
export function markdownRun(view: View): string {
  const { run, tables } = view;
  const { platform } = run.header;
  const header = ['verdict', 'scenario', 'trace', ...tables.map((table) => `${table.name} ${table.label}`)];
  const rows = run.scenarios.map((line) => [
    line.verdict,
    code(line.id),
    line.traces.length === 0
      ? text(line.reason ?? '')
      : line.traces.map(({ trace, count }) => `${line.traces.length > 1 ? `${count}× ` : ''}${code(asPattern(trace).join(' '))}`).join('<br>'),
    ...tables.map((table) => classPatterns(table, platform, line).map(code).join('<br>')),
  ]);
  const findings = findingLines(view);
  return [
    `## ${text(describeHeader(run.header))}`,
    '',
    ...[header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`),
    '',
    ...(findings.length > 0 ? ['### Findings', '', ...findings.map((line) => `- ${text(line)}`), ''] : []),
  ].join('\n');
}

/** Several platforms side by side. */
export function markdownComparison(views: readonly View[]): string {
  const { ids, rows } = compare(views);
  const header = ['scenario', ...views.map(({ run }) => text(run.header.platform.name))];
  const body = ids.map((id, i) => [code(id), ...(rows[i] ?? []).map((line) => (line === undefined ? '' : code(cellText(line))))]);
  return [...[header, header.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`), ''].join('\n');
}

/** A code span inside of a table cell: no pipe may end the cell, no backtick the span. */
function code(content: string): string {
  return `\`${content.replaceAll('|', '\\|').replaceAll('`', "'")}\``;
}

/** Text that came with a run may say anything: it must not become markup. */
function text(content: string): string {
  return content.replace(/[\\`*_{}[\]<>|#]/g, (character) => `\\${character}`).replace(/\s+/g, ' ');
}
