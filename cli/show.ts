import { nearest } from '../platforms/nearest.ts';
import { layoutOf } from '../report/grid.ts';
import { jsonText } from '../report/json-text.ts';
import { showDocument } from '../report/show/document.ts';
import { scenarioPage } from '../report/show/page.ts';
import { scenarios } from '../suites/index.ts';
import { EXIT, UsageError } from './errors.ts';
import { print } from './output.ts';
import { type LocalOption, recordedRuns } from './runs.ts';

export interface ShowArguments extends LocalOption {
  readonly format: 'pretty' | 'json';
}

/** `sockatlas show <id>`: one scenario, or all variants of an id without its parameters. */
export async function show(id: string, { format, ...options }: ShowArguments): Promise<number> {
  const exact = scenarios.filter((scenario) => scenario.id === id);
  const chosen = exact.length > 0 ? exact : scenarios.filter((scenario) => scenario.id.startsWith(`${id}?`));
  if (chosen.length === 0) {
    const ids = scenarios.map((scenario) => scenario.id);
    throw new UsageError(`no scenario is named ${JSON.stringify(id)}; the nearest: ${nearest(ids, id).join(', ')}`);
  }
  const runs = recordedRuns(options);
  const layout = layoutOf(process.stdout);
  await print(format === 'json' ? jsonText(showDocument(chosen, runs)) : chosen.map((scenario) => scenarioPage(scenario, runs, layout)).join('\n'));
  return EXIT.conforms;
}
