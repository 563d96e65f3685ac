import { CODE_PLATFORMS } from '../language/code.ts';
import { codesOf } from '../platforms/codes.ts';
import { nearest } from '../platforms/nearest.ts';
import { explanationsOf } from '../report/explain/explanation.ts';
import { explainPage } from '../report/explain/page.ts';
import { layoutOf } from '../report/grid.ts';
import { jsonText } from '../report/json-text.ts';
import { EXIT, UsageError } from './errors.ts';
import { print } from './output.ts';
import { evidenceRuns, type LocalOption } from './runs.ts';

export interface ExplainArguments extends LocalOption {
  readonly format: 'pretty' | 'json';
}

/** `sockatlas explain <code>`: an error code by name or number, on each platform that has it, and where it is seen. */
export async function explain(wanted: string, { format, ...options }: ExplainArguments): Promise<number> {
  const codes = explanationsOf(wanted, evidenceRuns(options));
  if (codes.length === 0) {
    const names = [...new Set(CODE_PLATFORMS.flatMap((platform) => codesOf(platform).map(({ name }) => name)))];
    throw new UsageError(`no platform has an error code ${JSON.stringify(wanted)}; the nearest: ${nearest(names, wanted.toUpperCase()).join(', ')}`);
  }
  await print(format === 'json' ? jsonText({ codes }) : explainPage(codes, layoutOf(process.stdout)));
  return EXIT.conforms;
}
