import { blanked } from '../platforms/printable.ts';
import { summary } from './describe.ts';
import { outcomesOf } from './outcome.ts';
import type { View } from './view.ts';

/** Workflow commands, which GitHub shows beside a job: https://docs.github.com/actions/reference/workflow-commands-for-github-actions. It keeps ten of a kind for each step. */
const KEPT = 10;

export function annotations(views: readonly View[]): string {
  const wrong = views.flatMap((view) =>
    outcomesOf(view)
      .filter(({ kind }) => kind === 'failed' || kind === 'error')
      .map(({ line, message = '' }) => command('error', `${view.run.header.platform.name}: ${line.id}`, message)),
  );
  // The last of those that are kept says how many are not.
  const shown =
    wrong.length <= KEPT ? wrong : [...wrong.slice(0, KEPT - 1), command('error', 'sockatlas', `${wrong.length - KEPT + 1} more are not as expected`)];
  const notices = views.map((view) =>
    command(
      'notice',
      view.run.header.platform.name,
      summary(view, (_, words) => words),
    ),
  );
  return [...shown, ...notices].map((line) => `${line}\n`).join('');
}

/** What a command's text and its title must not contain is written as GitHub reads it. */
function command(kind: 'error' | 'notice', title: string, message: string): string {
  const escaped = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const inTitle = escaped(blanked(title)).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::${kind} title=${inTitle}::${escaped(message)}`;
}
