import { layoutOf } from '../report/grid.ts';
import { jsonText } from '../report/json-text.ts';
import { listDocument, prettyList } from '../report/list.ts';
import { scenarios } from '../suites/index.ts';
import { EXIT } from './errors.ts';
import { print } from './output.ts';
import { selectOrFind } from './select.ts';

export interface ListArguments {
  readonly skip: readonly string[];
  readonly format: 'pretty' | 'json';
  readonly verbose?: boolean;
}

/** `sockatlas list`: which scenarios there are. A pattern that matches no id is looked for in what scenarios are about. */
export async function list(patterns: readonly string[], { skip, format, verbose = false }: ListArguments): Promise<number> {
  const chosen = selectOrFind(scenarios, patterns, skip);
  await print(format === 'json' ? jsonText(listDocument(chosen)) : prettyList(chosen, verbose, layoutOf(process.stdout)));
  return EXIT.conforms;
}
