import { coverageDocument, prettyCoverage } from '../report/coverage.ts';
import { layoutOf } from '../report/grid.ts';
import { jsonText } from '../report/json-text.ts';
import { EXIT } from './errors.ts';
import { print } from './output.ts';

/** `sockatlas coverage`: events × states × calls, what is expected of each, and what is missing. */
export async function coverage({ format }: { readonly format: 'pretty' | 'json' }): Promise<number> {
  const document = coverageDocument();
  await print(format === 'json' ? jsonText(document) : prettyCoverage(document, layoutOf(process.stdout)));
  return EXIT.conforms;
}
