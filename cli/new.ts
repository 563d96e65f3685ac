import { extname } from 'node:path';
import { APIS } from '../classification/table-terms.ts';
import { didYouMean } from '../platforms/nearest.ts';
import { UsageError } from './errors.ts';
import { type JsonApi, tableSkeleton } from './new-table.ts';
import { writeSkeleton } from './skeleton-file.ts';

export interface NewTableArguments {
  /** Whose codes a JSON table names; posix where absent. */
  readonly api?: string;
}

/** `sockatlas new table <file>`: a commented skeleton, by the name's ending. @throws UsageError for a file that exists already, or another ending */
export async function newTable(file: string, { api }: NewTableArguments): Promise<number> {
  if (api !== undefined && extname(file) !== '.json') throw new UsageError('--api is for a .json table: the other skeletons have the codes of both');
  const skeleton = tableSkeleton(file, jsonApi(api));
  if (skeleton === undefined) throw new UsageError(`${file}: a table is a .json file with rows, a .js, .mjs, .ts or .mts module, or a .c function`);
  return writeSkeleton(file, skeleton.text, skeleton.next);
}

function jsonApi(api = 'posix'): JsonApi {
  if (api === 'posix' || api === 'winsock') return api;
  throw new UsageError(`--api ${JSON.stringify(api)}: choose posix or winsock${didYouMean(APIS.slice(0, 2), api)}`);
}
