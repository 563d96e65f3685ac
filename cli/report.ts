import type { Format } from '../report/format-names.ts';
import { formatRuns } from '../report/formats.ts';
import { layoutOf } from '../report/grid.ts';
import { conforms } from '../report/view.ts';
import { readRuns } from '../results/read.ts';
import { type ClassesOption, viewer } from './classes.ts';
import { EXIT, UsageError } from './errors.ts';
import { print } from './output.ts';
import { runFiles } from './run-files.ts';

export interface ReportArguments extends ClassesOption {
  readonly format: Format;
  readonly verbose?: boolean;
}

/** `sockatlas report`: run files, from here or elsewhere, judged as they say, side by side. Needs no koffi. Resolves to the exit code. */
export async function report(files: readonly string[], { format, verbose = false, ...options }: ReportArguments): Promise<number> {
  if (files.length === 0) throw new UsageError('report: name the run files to read; - is stdin');
  const views = runFiles(files).flatMap(readRuns).map(viewer(options));
  await print(formatRuns(views, format, { ...layoutOf(process.stdout), verbose }));
  return views.every(conforms) ? EXIT.conforms : EXIT.differs;
}
