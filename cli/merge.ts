import { gaps, prettyAtlas } from '../report/atlas.ts';
import { layoutOf } from '../report/grid.ts';
import { jsonText } from '../report/json-text.ts';
import { mergeRuns } from '../results/merge.ts';
import { WholeFile } from '../results/write.ts';
import { EXIT, UsageError } from './errors.ts';
import { mustNotBeInput } from './not-an-input.ts';
import { print, say } from './output.ts';
import { runFiles } from './run-files.ts';
import { sourcedRuns } from './sourced-runs.ts';

export interface MergeArguments {
  readonly format: 'pretty' | 'json';
  readonly out?: string;
}

/** `sockatlas merge`: runs of many machines as one atlas. What cannot be read costs the others nothing, is told, and makes the exit code 2. */
export async function merge(words: readonly string[], { format, out: path }: MergeArguments): Promise<number> {
  if (path === '') throw new UsageError('--out: the name of the file is empty');
  const files = runFiles(words);
  mustNotBeInput('--out', path, files);
  const out = path === undefined ? undefined : new WholeFile(path);
  try {
    const { runs, unreadable } = sourcedRuns(files);
    const atlas = mergeRuns(runs, unreadable);
    if (format === 'json' || runs.length === 0) for (const gap of gaps(atlas)) say(gap);
    if (runs.length === 0) throw new UsageError('merge: there is no run in what was named');
    await print(format === 'json' ? jsonText(atlas) : prettyAtlas(atlas, layoutOf(process.stdout)));
    if (out !== undefined) {
      out.write(`${JSON.stringify(atlas)}\n`);
      out.finish();
      say(`written to ${out.path}`);
    }
    return unreadable.length === 0 ? EXIT.conforms : EXIT.usage;
  } catch (error) {
    out?.discard();
    throw error;
  }
}
