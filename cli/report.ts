import { formatRuns } from '../report/formats.ts';
import { painter } from '../report/pretty.ts';
import { conforms, viewOf } from '../report/view.ts';
import { readRun } from '../results/read.ts';
import { EXIT, UsageError } from './errors.ts';
import { parseFormat, print } from './output.ts';

export interface ReportArguments {
  readonly format: string;
  readonly verbose?: boolean;
}

/** `sockatlas report`: run files, from here or elsewhere, judged as they say, side by side. Needs no koffi. Resolves to the exit code. */
export async function report(files: readonly string[], { format, verbose = false }: ReportArguments): Promise<number> {
  if (files.length === 0) throw new UsageError('report: name the run files to read');
  const views = files.map((file) => viewOf(readRun(file)));
  await print(formatRuns(views, parseFormat(format), { paint: painter(process.stdout), verbose }));
  return views.every(conforms) ? EXIT.conforms : EXIT.differs;
}
